-- Both grains against the facts themselves: contacts and orders of customers who are no guests.
with accounts as (
    select contact_count, order_count, service_cost_amount, revenue_amount, margin_amount
    from {{ ref('organisation_costs') }}

    union all

    select contact_count, order_count, service_cost_amount, revenue_amount, margin_amount
    from {{ ref('customer_costs') }}
    where organisation_id is null
),

added as (
    select
        coalesce(sum(contact_count), 0) as contact_count,
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(service_cost_amount), 0) as service_cost_amount,
        coalesce(sum(revenue_amount), 0) as revenue_amount,
        coalesce(sum(margin_amount), 0) as margin_amount
    from accounts
),

contacts as (
    select
        count(*) as contact_count,
        coalesce(sum(service_cost_amount), 0) as service_cost_amount
    from {{ ref('contacts') }}
    where party_id is not null and not is_guest
),

orders as (
    select
        count(*) as order_count,
        coalesce(sum(case when not orders.is_cancelled then orders.margin_amount + orders.cost_amount end), 0)
            as revenue_amount,
        coalesce(sum(orders.margin_amount), 0) as margin_amount
    from {{ ref('orders') }} as orders
    inner join {{ ref('customers') }} as customers on orders.party_id = customers.party_id
    where not customers.is_guest
)

select added.*
from added
cross join contacts
cross join orders
where
    added.contact_count <> contacts.contact_count
    or added.order_count <> orders.order_count
    or added.service_cost_amount <> contacts.service_cost_amount
    or added.revenue_amount <> orders.revenue_amount
    or added.margin_amount <> orders.margin_amount
