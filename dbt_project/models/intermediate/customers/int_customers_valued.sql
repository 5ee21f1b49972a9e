with recent as (
    select
        purchases.*,
        purchased_at > {{ add_days(as_of(), '-365') }} as is_recent
    from {{ ref('int_purchases') }} as purchases
)

select
    party_id,
    count(case when purchase_kind = 'order' then 1 end) as order_count,
    cast(coalesce(sum(case when is_recent then net_amount end), 0) as decimal(18, 2)) as net_12m_amount,
    cast(coalesce(sum(case when is_recent then margin_amount end), 0) as decimal(18, 2)) as margin_12m_amount,
    bool_or(is_recent) as has_recent_purchase,
    bool_or(is_guest) as is_guest,
    min(case when purchase_kind = 'order' then purchased_at end) as first_order_at,
    max(case when purchase_kind = 'order' then purchased_at end) as last_order_at,
    max(purchased_at) as last_purchased_at
from recent
group by party_id
