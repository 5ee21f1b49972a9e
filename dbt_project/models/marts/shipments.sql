with promised as (
    select
        shipments.shipment_id,
        shipments.order_id,
        orders.party_id,
        shipments.carrier,
        shipments.status,
        shipments.is_orphan,
        shipments.dispatched_at,
        coalesce(shipments.promised_delivery_at, orders.promised_delivery_at) as promised_delivery_at,
        shipments.delivered_at
    from {{ ref('int_shipments') }} as shipments
    left join {{ ref('int_orders') }} as orders on shipments.order_id = orders.order_id
)

select
    shipment_id,
    order_id,
    party_id,
    carrier,
    status,
    {{ seconds_between('promised_delivery_at', 'coalesce(delivered_at, ' ~ as_of() ~ ')') }} as late_seconds,
    coalesce(delivered_at, {{ as_of() }}) > promised_delivery_at as is_late,
    is_orphan,
    dispatched_at,
    promised_delivery_at,
    delivered_at
from promised
