-- One shipment an order; a carrier's bad weeks and parcels stuck at the end are planted here.
create or replace temp table shipment as
with

sent as (
    select
        orders.*,
        concat('SH', order_no) as shipment_id,
        case when u(order_no, 'carrier') < 0.48 then 'northpost'
            when u(order_no, 'carrier') < 0.78 then 'redvan' else 'swiftway' end as carrier,
        when_staffed(later(ordered_at, 3600 * span(order_no, 'pack', 3, 28)), order_no, 'dispatch')
            as dispatched_at,
    from orders
    where is_shipped and not is_cancelled
),

judged as (
    select
        *,
        carrier = getvariable('delay_carrier')
            and local_day(dispatched_at) >= getvariable('delay_from')
            and local_day(dispatched_at) < getvariable('delay_to')
            and u(order_no, 'delayed') < getvariable('delay_share') as is_carrier_delayed,
        local_day(ordered_at) >= getvariable('stuck_from')
            and local_day(ordered_at) < getvariable('stuck_to')
            and u(order_no, 'stuck') < getvariable('stuck_share') as is_stuck,
    from sent
),

travelled as (
    select
        *,
        local_day(dispatched_at) + 1 + (u(order_no, 'second day') < 0.55)::integer
            + case when u(order_no, 'slow') < 0.035 then 3 else 0 end
            + case when is_carrier_delayed then span(order_no, 'delay',
                getvariable('delay_min_days'),
                getvariable('delay_max_days'))::integer else 0 end
            + case when is_stuck then 14 else 0 end as arrival_day,
    from judged
)

select
    *,
    at_local(case when isodow(arrival_day) = 7 then arrival_day + 1 else arrival_day end,
        3600 * span(order_no, 'doorbell', 8.5, 18.5)) as delivered_at,
    delivered_at > promised_at as is_late,
    u(order_no, 'refused') < 0.004 as is_refused,
from travelled;

create or replace temp table returned as
select
    shipment.order_no,
    shipment.customer_no,
    shipment.order_id,
    concat('RT', shipment.order_no) as return_id,
    shipment.currency,
    shipment.delivered_at,
    days_later(shipment.delivered_at, span(shipment.order_no, 'send back', 2, 12)) as requested_at,
    when_staffed(days_later(requested_at, span(shipment.order_no, 'way back', 3, 8)),
        shipment.order_no, 'receive') as received_at,
    days_later(received_at, case when u(shipment.order_no, 'slow refund') < 0.15
        then span(shipment.order_no, 'refund', 12, 21)
        else span(shipment.order_no, 'refund', 1, 6) end) as refund_at,
    pick(shipment.order_no, 'return reason',
        ['wrong_size', 'not_as_described', 'no_longer_wanted', 'no_longer_wanted', 'damaged'])
        as return_reason,
    order_line.line_id,
    order_line.sku,
    order_line.qty,
    order_line.net_minor + order_line.line_tax_minor as refund_minor,
    order_line.net_minor + order_line.line_tax_minor < shipment.total_minor as is_partial,
from shipment
inner join order_line on shipment.order_no = order_line.order_no and order_line.line_no = 1
where u(shipment.order_no, 'returned') < 0.085 and not shipment.is_refused
    and not order_line.is_service and not order_line.is_gift_card;
