with placed as (
    select
        orders.*,
        {{ local_date('occurred_at') }} as fx_rate_date,
        row_number() over (partition by order_id order by {{ event_order() }}) as placing_number
    from {{ ref('stg_order__orders_placed') }} as orders
)

select
    placed.order_id,
    placed.currency,
    placed.sales_channel,
    placed.order_number,
    placed.source_url,
    placed.total_minor,
    coalesce(lines.net_minor, 0) as net_minor,
    coalesce(lines.cost_minor, 0) as cost_minor,
    {{ to_reporting('placed.total_minor') }} as total_amount,
    {{ to_reporting('coalesce(lines.net_minor, 0)') }} as net_amount,
    {{ to_reporting('coalesce(lines.cost_minor, 0)') }} as cost_amount,
    exchange_rates.fx_rate,
    placed.fx_rate_date,
    placed.occurred_at as ordered_at,
    placed.promised_delivery_at
from placed
left join {{ ref('int_order_lines_summed') }} as lines on placed.order_id = lines.order_id
left join {{ ref('exchange_rates') }} as exchange_rates
    on {{ rate_holds('placed.currency', 'placed.fx_rate_date') }}
where placed.placing_number = 1
