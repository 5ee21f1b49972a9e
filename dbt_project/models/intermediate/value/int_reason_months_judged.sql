with settings as (
    select * from {{ ref('int_value_settings') }}
),

reasons as (
    select * from {{ ref('int_contact_reasons_in_force') }}
),

judged as (
    select
        reason_months.*,
        case
            when reason_months.contact_count < settings.minimum_reason_count then null
            when reason_months.ces_response_count >= settings.minimum_reason_count
                then reason_months.ces_top_count / cast(reason_months.ces_response_count as double)
                    >= settings.valuable_ces_rate
            else reason_months.repeat_contact_count / cast(reason_months.contact_count as double)
                <= settings.valuable_repeat_rate
        end as is_valuable_to_customer,
        cast(coalesce(reason_months.accepted_offer_amount, 0) as double) * settings.offer_margin_rate
        > cast(reason_months.service_cost_amount as double) as is_valuable_to_company
    from {{ ref('int_reason_months') }} as reason_months
    cross join settings
)

select
    judged.*,
    reasons.label_en,
    reasons.label_de,
    reasons.reason_family,
    reasons.owner_department,
    reasons.customer_value,
    reasons.company_value,
    coalesce(reasons.quadrant, 'unclassified') as quadrant,
    reasons.automatable_rate,
    axes.quadrant as data_quadrant
from judged
left join reasons
    on
        judged.reason_code = reasons.reason_code
        and {{ holds_on('reasons', last_day_of('judged.month')) }}
left join {{ config_at_as_of('value_axes', ['customer_value', 'company_value']) }} as axes
    on
        axes.customer_value = case
            when judged.is_valuable_to_customer then 'valuable'
            when not judged.is_valuable_to_customer then 'irritant'
        end
        and axes.company_value
        = case when judged.is_valuable_to_company then 'valuable' else 'irritant' end
