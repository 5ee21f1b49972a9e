-- What the shop reports.
insert into event by name
select
    '/shop/demo' as source,
    'account.created' as type,
    concat(customer_number, '/created') as id,
    concat('account/', customer_number) as subject,
    created_at as happened_at,
    case when created_at < getvariable('start_at') then later(created_at, 5) end as recorded_at,
    customer_no,
    'shop' as who,
    language,
    concat('https://shop.example.com/admin/customers/', customer_number) as source_url,
    to_json({
        'account_id': customer_number,
        'sales_channel': pick(customer_no, 'sales channel', ['web', 'web', 'app', 'marketplace']),
        'referral_code': case when u(customer_no, 'referred') < 0.1 then 'FRIEND10' end
    }) as data,
from customer
where customer_number is not null;

insert into event by name
select
    '/shop/demo' as source,
    'order.placed' as type,
    concat(order_id, '/placed') as id,
    concat('order/', order_id) as subject,
    ordered_at as happened_at,
    customer_no,
    'shop' as who,
    language,
    shop_url(order_id) as source_url,
    to_json({
        'order_id': order_id,
        'total': money(total_minor, currency),
        'shipping': money(shipping_minor, currency),
        'lines': lines,
        'promised_ship_at': case when is_shipped then rfc(days_later(ordered_at, 2)) end,
        'promised_delivery_at': rfc(promised_at),
        'sales_channel': pick(order_no, 'sold by', ['web', 'web', 'web', 'app', 'app', 'phone'])
    }) as data,
from orders
union all
select '/shop/demo', 'order.cancelled', concat(order_id, '/cancelled'), concat('order/', order_id),
    cancelled_at, customer_no, 'shop', language, shop_url(order_id),
    to_json({
        'order_id': order_id,
        'reason': pick(order_no, 'cancel reason', ['changed_mind', 'changed_mind', 'ordered_twice',
            'out_of_stock', 'suspected_fraud']),
        'cancelled_by': pick(order_no, 'cancelled by', ['customer', 'customer', 'agent', 'system'])
    })
from orders
where is_cancelled
union all
select '/shop/demo', 'shipment.dispatched', concat(shipment_id, '/dispatched'),
    concat('shipment/', shipment_id), dispatched_at, customer_no, 'recipient', null,
    concat('https://shop.example.com/admin/shipments/', shipment_id),
    to_json({
        'shipment_id': shipment_id,
        'order_id': order_id,
        'carrier': carrier,
        'tracking': concat('TR', order_no, 'DE'),
        'promised_delivery_at': rfc(promised_at)
    })
from shipment
union all
select '/shop/demo', 'return.received', concat(return_id, '/received'), concat('return/',
    return_id),
    received_at, customer_no, 'shop', null, shop_url(order_id),
    to_json({
        'return_id': return_id,
        'order_id': order_id,
        'lines': [{'line_id': line_id, 'sku': sku, 'qty': qty}],
        'reason_code': return_reason
    })
from returned;
