with dispatches as (
    select
        shipment_id,
        min(event_id) as event_id,
        min(event_key) as event_key
    from {{ ref('events') }}
    where event_type = 'shipment.dispatched'
    group by shipment_id
),

placements as (
    select
        order_id,
        min(event_id) as event_id,
        min(event_key) as event_key
    from {{ ref('events') }}
    where event_type = 'order.placed'
    group by order_id
)

select
    'late_delivery' as failure_kind,
    'order' as object_type,
    shipments.order_id as object_id,
    dispatches.event_id as evidence_event_id,
    dispatches.event_key as evidence_event_key,
    shipments.promised_delivery_at as failed_at,
    shipments.delivered_at as healed_at
from {{ ref('shipments') }} as shipments
inner join dispatches on shipments.shipment_id = dispatches.shipment_id
where shipments.delivered_at is null or shipments.delivered_at > shipments.promised_delivery_at

union all

select
    'late_delivery' as failure_kind,
    'order' as object_type,
    orders.order_id as object_id,
    placements.event_id as evidence_event_id,
    placements.event_key as evidence_event_key,
    orders.promised_delivery_at as failed_at,
    coalesce(orders.dispatched_at, orders.cancelled_at) as healed_at
from {{ ref('orders') }} as orders
inner join placements on orders.order_id = placements.order_id
where
    orders.promised_delivery_at is not null
    and (orders.dispatched_at is null or orders.dispatched_at > orders.promised_delivery_at)
    and (orders.cancelled_at is null or orders.cancelled_at > orders.promised_delivery_at)
