select
    orders.order_id,
    orders.party_id,
    orders.currency,
    orders.sales_channel,
    orders.order_number,
    coalesce(orders.source_url, links.source_url) as source_url,
    orders.total_minor,
    orders.net_minor,
    orders.cost_minor,
    orders.refund_minor,
    orders.total_amount,
    orders.net_amount,
    orders.cost_amount,
    cast(orders.refund_amount as decimal(18, 2)) as refund_amount,
    orders.margin_amount,
    orders.fx_rate,
    orders.is_cancelled,
    orders.is_late,
    orders.fx_rate_date,
    orders.ordered_at,
    orders.promised_delivery_at,
    orders.dispatched_at,
    orders.delivered_at,
    orders.cancelled_at
from {{ ref('int_orders') }} as orders
left join {{ ref('int_record_links') }} as links
    on links.object_type = 'order' and orders.order_id = links.object_id
