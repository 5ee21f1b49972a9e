-- Why customers need help: what happened to them (orders, parcels, invoices) and plain questions.
create or replace temp table order_demand as
with

reasons_of_orders as (
    select 'during.order_status' as reason_code, 0.040 as rate, 0.3 as after_days_from, 2.2
        as after_days_to
    union all select 'during.address_change', 0.020, 0.05, 0.6
),

reasons_of_parcels as (
    select 'after.damaged' as reason_code, 0.016 as rate, 0.1 as after_days_from, 4.0
        as after_days_to
    union all select 'after.usage', 0.034, 0.5, 20
    union all select 'after.first_level', 0.022, 2, 60
    union all select 'after.repair', 0.007, 5, 90
    union all select 'after.complaint', 0.008, 0.5, 10
)

select order_no, customer_no, order_id, null as invoice_id, reason_code,
    days_later(ordered_at, span(order_no, reason_code, after_days_from, after_days_to)) as wanted_at
from orders
cross join reasons_of_orders
where not is_cancelled and is_shipped and u(order_no, concat('?', reason_code)) < rate
union all
select order_no, customer_no, order_id, null, reason_code,
    days_later(delivered_at, span(order_no, reason_code, after_days_from, after_days_to))
from shipment
cross join reasons_of_parcels
where u(order_no, concat('?', reason_code)) < rate and not is_refused
union all
select order_no, customer_no, order_id, null, 'during.delivery_status',
    later(promised_at, least(span(order_no, 'asks after', 0.4, 3.2) * 86400,
        epoch(delivered_at - promised_at)))
from shipment
where is_late and u(order_no, '?late') < 0.55
union all
select order_no, customer_no, order_id, null, 'after.complaint',
    days_later(delivered_at, span(order_no, 'complains', 0.2, 5))
from shipment
where is_carrier_delayed and u(order_no, '?complains') < 0.10
union all
select order_no, customer_no, order_id, null, 'after.return',
    days_later(requested_at, -0.5)
from returned
where u(order_no, '?return') < 0.62
union all
select order_no, customer_no, order_id, null, 'after.refund_status',
    days_later(received_at, span(order_no, 'asks refund', 6, 11))
from returned
where refund_at > days_later(received_at, 11) and u(order_no, '?refund') < 0.70;

create or replace temp table invoice_demand as
select customer_no, order_id, invoice_id, 'after.invoice_unreadable' as reason_code,
    days_later(issued_at, span(invoice_id, 'reads', 0.3, 9)) as wanted_at
from invoice
where not is_wrong and u(invoice_id, '?reads') < case when has_new_layout
    then getvariable('unreadable_rate_after') else getvariable('unreadable_rate_before') end
union all
select customer_no, order_id, invoice_id, 'after.invoice_wrong',
    later(issued_at, 86400 * span(invoice_id, 'notices', 0.3, 8))
from invoice
where is_wrong and u(invoice_id, '?notices') < 0.48
    or not is_wrong and u(invoice_id, '?errs') < 0.004
union all
select customer_no, order_id, invoice_id, 'after.payment_failed',
    later(tried_at, 3600 * span(invoice_id, 'is told', 2, 60))
from attempt
where has_failed and attempt_no < 3 and u(invoice_id, concat('?fails', attempt_no)) < 0.33
union all
select customer_no, order_id, invoice_id, 'after.dunning',
    days_later(sent_at, span(invoice_id, concat('letter ', level), 0.5, 6))
from notice
where u(invoice_id, concat('?dunning', level)) < 0.42;
