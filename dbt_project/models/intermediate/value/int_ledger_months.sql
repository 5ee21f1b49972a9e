{%- set centers = ['service', 'marketing', 'sales', 'production', 'logistics', 'billing'] -%}
with postings as (
    select * from {{ ref('int_ledger_postings') }}
)

select
    {%- for center in centers %}
    cast(sum(case when cost_center = '{{ center }}' then amount else 0 end) as decimal(18, 2))
        as {{ center }}_amount,
    {%- endfor %}
    max(case when cost_center = 'service' then 1 else 0 end) = 1
    and {{ next_month('month') }} <= {{ local_date(as_of()) }} as is_complete_month,
    month
from postings
group by month
