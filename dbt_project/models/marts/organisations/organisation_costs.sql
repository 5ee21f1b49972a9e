select
    organisation_id,
    cast(sum(contact_count) as bigint) as contact_count,
    cast(sum(order_count) as bigint) as order_count,
    cast(sum(service_cost_amount) as decimal(18, 2)) as service_cost_amount,
    cast(sum(revenue_amount) as decimal(18, 2)) as revenue_amount,
    cast(sum(margin_amount) as decimal(18, 2)) as margin_amount,
    month
from {{ ref('customer_costs') }}
where organisation_id is not null
group by organisation_id, month
