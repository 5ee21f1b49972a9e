with lines as (
    select order_id, {{ exploded('lines') }}
    from {{ ref('stg_order__orders_placed') }}
)

select
    order_id,
    cast(sum(
        case
            when not coalesce(item.is_gift_card, false)
                then item.qty * item.unit_net_minor - coalesce(item.discount_minor, 0)
            else 0
        end
    ) as bigint) as net_minor,
    cast(sum(coalesce(item.qty * item.unit_cost_minor, 0)) as bigint) as cost_minor
from lines
group by order_id
