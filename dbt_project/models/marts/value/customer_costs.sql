with contact_months as (
    select
        party_id,
        month,
        count(*) as contact_count,
        sum(service_cost_amount) as service_cost_amount
    from {{ ref('contacts') }}
    where party_id is not null and not is_guest
    group by party_id, month
),

order_months as (
    select
        party_id,
        {{ local_month('ordered_at') }} as month,
        count(*) as order_count,
        sum(case when is_cancelled then 0 else margin_amount + cost_amount end) as revenue_amount,
        sum(margin_amount) as margin_amount
    from {{ ref('orders') }}
    where party_id is not null
    group by party_id, {{ local_month('ordered_at') }}
)

select
    customers.party_id,
    customers.organisation_id,
    customers.segment,
    cast(coalesce(contact_months.contact_count, 0) as bigint) as contact_count,
    cast(coalesce(order_months.order_count, 0) as bigint) as order_count,
    cast(coalesce(contact_months.service_cost_amount, 0) as decimal(18, 2)) as service_cost_amount,
    cast(coalesce(order_months.revenue_amount, 0) as decimal(18, 2)) as revenue_amount,
    cast(coalesce(order_months.margin_amount, 0) as decimal(18, 2)) as margin_amount,
    coalesce(contact_months.month, order_months.month) as month
from contact_months
full outer join order_months
    on contact_months.party_id = order_months.party_id and contact_months.month = order_months.month
inner join {{ ref('customers') }} as customers
    on coalesce(contact_months.party_id, order_months.party_id) = customers.party_id
where not customers.is_guest
