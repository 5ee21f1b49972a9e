with reasons as (
    select * from {{ ref('reasons') }}
),

axes as (
    select * from {{ config_at_as_of('value_axes', ['customer_value', 'company_value']) }} as spans
)

select
    reasons.reason_code,
    reasons.reason_family,
    reasons.label_en,
    reasons.label_de,
    reasons.phase,
    reasons.demand_type,
    reasons.customer_value,
    reasons.company_value,
    axes.quadrant,
    reasons.owner_department,
    cast(reasons.automatable_share as double) as automatable_rate,
    reasons.valid_from,
    reasons.valid_to
from reasons
left join axes
    on
        reasons.customer_value = axes.customer_value
        and reasons.company_value = axes.company_value
