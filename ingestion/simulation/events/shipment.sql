-- What the carriers report of the parcels.
insert into event by name
with

reports as (
    select *, 'in_transit' as status, later(dispatched_at, 3600 * span(order_no, 'scan', 1, 9))
        as seen_at
    from shipment
    union all
    select *, 'exception', later(promised_at, -3600 * span(order_no, 'trouble', 6, 40))
    from shipment
    where is_late and u(order_no, 'tells trouble') < 0.35
    union all
    select *, 'out_for_delivery', later(delivered_at, -3600 * span(order_no, 'on the road', 0.5,
        3.5))
    from shipment
    union all
    select *, case when is_refused then 'returned' else 'delivered' end, delivered_at
    from shipment
)

select
    '/shop/demo' as source,
    'shipment.status_updated' as type,
    concat(shipment_id, '/', status) as id,
    concat('shipment/', shipment_id) as subject,
    seen_at as happened_at,
    later(seen_at, case when u(shipment_id, concat('late ', status)) < 0.02
        then span(shipment_id, status, 20000, 250000) else span(shipment_id, status, 30, 5000) end)
        as recorded_at,
    concat('https://shop.example.com/admin/shipments/', shipment_id) as source_url,
    to_json({
        'shipment_id': shipment_id,
        'order_id': order_id,
        'status': status,
        'location': pick(shipment_id, status, ['DE-HAM', 'DE-BER', 'DE-FRA', 'DE-MUC', 'GB-LHR',
            'CH-ZRH'])
    }) as data,
from reports
where seen_at > dispatched_at;
