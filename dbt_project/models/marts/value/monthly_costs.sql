{%- set counts = [
    'contacting_customer', 'contact', 'human_inbound_contact', 'value_creating_contact',
    'failure_contact', 'classified_contact',
] -%}
with service_months as (
    select * from {{ ref('int_service_months') }}
),

contact_counts as (
    select
        month,
        count(distinct case when is_customer_initiated and not is_guest then party_id end)
            as contacting_customer_count,
        count(*) as contact_count,
        sum(case when is_customer_initiated and is_human_handled then 1 else 0 end)
            as human_inbound_contact_count,
        sum(case when is_value_creating then 1 else 0 end) as value_creating_contact_count,
        sum(case when is_customer_initiated and demand_type = 'failure' then 1 else 0 end)
            as failure_contact_count,
        sum(case when is_customer_initiated and demand_type <> 'unclassified' then 1 else 0 end)
            as classified_contact_count,
        sum(case when is_cost_estimated then service_cost_amount else 0 end)
            as estimated_service_amount,
        sum(
            case
                when is_customer_initiated and demand_type = 'failure' then service_cost_amount else 0
            end
        ) as failure_service_amount,
        sum(case when party_id is null or is_guest then service_cost_amount else 0 end)
            as unidentified_service_amount
    from {{ ref('contacts') }}
    group by month
)

select
    service_months.month,
    coalesce(active.active_customer_count, 0) as active_customer_count,
    {%- for count in counts %}
    cast(coalesce(contact_counts.{{ count }}_count, 0) as bigint) as {{ count }}_count,
    {%- endfor %}
    cast(
        service_months.direct_amount
        + service_months.residual_amount
        + service_months.unallocated_amount as decimal(18, 2)
    ) as service_amount,
    service_months.direct_amount as direct_service_amount,
    service_months.residual_amount as residual_service_amount,
    service_months.unallocated_amount as unallocated_service_amount,
    {%- for amount in ['estimated_service', 'failure_service', 'unidentified_service'] %}
    cast(coalesce(contact_counts.{{ amount }}_amount, 0) as decimal(18, 2)) as {{ amount }}_amount,
    {%- endfor %}
    {%- for center in ['marketing', 'sales', 'production', 'logistics', 'billing'] %}
    coalesce(ledger.{{ center }}_amount, 0) as {{ center }}_amount,
    {%- endfor %}
    service_months.is_complete_month
from service_months
left join contact_counts on service_months.month = contact_counts.month
left join {{ ref('int_ledger_months') }} as ledger on service_months.month = ledger.month
left join {{ ref('int_active_customers_by_month') }} as active on service_months.month = active.month
