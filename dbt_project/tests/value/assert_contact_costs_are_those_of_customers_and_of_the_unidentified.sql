with customers as (
    select
        month,
        sum(service_cost_amount) as customer_amount
    from {{ ref('customer_costs') }}
    group by month
)

select
    costs.month,
    costs.service_amount,
    customers.customer_amount,
    costs.unidentified_service_amount,
    costs.unallocated_service_amount
from {{ ref('monthly_costs') }} as costs
left join customers on costs.month = customers.month
where
    costs.service_amount
    <> coalesce(customers.customer_amount, 0)
    + costs.unidentified_service_amount
    + costs.unallocated_service_amount
