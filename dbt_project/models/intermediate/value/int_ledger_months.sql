{%- set centers = ['service', 'marketing', 'sales', 'production', 'logistics', 'billing'] -%}
with build as (
    select {{ local_date('as_of') }} as as_of_date
    from {{ source('log', 'build') }}
),

postings as (
    select
        cost_center,
        amount,
        cast(date_trunc('month', period) as date) as month
    from {{ ref('stg_billing__ledger_costs') }}
)

select
    {%- for center in centers %}
    cast(sum(case when postings.cost_center = '{{ center }}' then postings.amount else 0 end) as decimal(18, 2))
        as {{ center }}_amount,
    {%- endfor %}
    max(case when postings.cost_center = 'service' then 1 else 0 end) = 1
    and max({{ add_months('postings.month', 1) }}) <= max(build.as_of_date) as is_complete_month,
    postings.month
from postings
cross join build
group by postings.month
