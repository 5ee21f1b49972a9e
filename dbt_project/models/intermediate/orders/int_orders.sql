with refunded as (
    select
        order_id,
        cast(sum(amount_minor) as bigint) as refund_minor,
        cast(sum(amount) as decimal(18, 2)) as refund_amount
    from {{ ref('int_refunds') }}
    where order_id is not null
    group by order_id
)

select
    priced.*,
    objects.party_id,
    coalesce(refunded.refund_minor, 0) as refund_minor,
    coalesce(refunded.refund_amount, 0) as refund_amount,
    cast(
        case
            when fulfilled.cancelled_at is not null then 0
            else
                priced.net_amount - priced.cost_amount
                + coalesce({{ round_money(
                    'cast(refunded.refund_amount as double) * priced.net_minor / nullif(priced.total_minor, 0)'
                ) }}, 0)
        end as decimal(18, 2)
    ) as margin_amount,
    coalesce(objects.is_guest, false) as is_guest,
    fulfilled.cancelled_at is not null as is_cancelled,
    fulfilled.is_late,
    fulfilled.dispatched_at,
    fulfilled.delivered_at,
    fulfilled.cancelled_at
from {{ ref('int_orders_priced') }} as priced
inner join {{ ref('int_orders_fulfilled') }} as fulfilled on priced.order_id = fulfilled.order_id
left join refunded on priced.order_id = refunded.order_id
left join {{ ref('int_objects_identified') }} as objects
    on objects.object_type = 'order' and priced.order_id = objects.object_id
