{#- Shipments and cancellation of each order. -#}
with shipped as (
    select
        order_id,
        min(dispatched_at) as dispatched_at,
        case when count(*) = count(delivered_at) then max(delivered_at) end as delivered_at
    from {{ ref('int_shipments') }}
    where order_id is not null
    group by order_id
),

cancelled as (
    select order_id, min(occurred_at) as cancelled_at
    from {{ ref('stg_order__orders_cancelled') }}
    group by order_id
)

select
    priced.order_id,
    shipped.dispatched_at,
    shipped.delivered_at,
    cancelled.cancelled_at,
    case
        when priced.promised_delivery_at is not null and cancelled.cancelled_at is null
            then coalesce(shipped.delivered_at, {{ as_of() }}) > priced.promised_delivery_at
    end as is_late
from {{ ref('int_orders_priced') }} as priced
left join shipped on priced.order_id = shipped.order_id
left join cancelled on priced.order_id = cancelled.order_id
