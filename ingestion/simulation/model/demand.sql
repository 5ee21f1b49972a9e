-- Why customers need help: what happened to them (orders, parcels, invoices) and plain questions.
create or replace temp table order_demand as
with

reasons_of_orders as (
    select 'during.order_status' as reason_code, 0.040 as rate, 0.3 as after_days_from, 2.2 as after_days_to
    union all select 'during.address_change', 0.020, 0.05, 0.6
),

reasons_of_parcels as (
    select 'after.damaged' as reason_code, 0.016 as rate, 0.1 as after_days_from, 4.0 as after_days_to
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

create or replace temp table subscription_demand as
select customer_no, subscription_id, wish_at as wanted_at, has_accepted_offer,
    case wish when 'upgrade_advice' then 'pre.upgrade_advice'
        when 'change' then 'after.subscription_change' else 'after.subscription_cancel' end
        as reason_code
from subscription
where wish is not null and coalesce(wish_at < defaulted_at, true);

-- Questions without an occasion come evenly, wave after wave of at most 180 days.
create or replace temp table plain_demand as
with

plain_reasons as (
    select * from (values (1, 'pre.price', 0.13), (2, 'pre.availability', 0.11),
        (3, 'pre.advice', 0.08), (4, 'during.account', 0.05), (5, 'during.password_reset', 0.36),
        (6, 'during.password_reset', 0.18), (7, 'during.address_change', 0.04),
        (8, 'pre.lead_qualification', 0.016)) as listed(place, reason_code, rate)
),

waves as (
    select wave, getvariable('days') / ceil(getvariable('days') / 180) as wave_days
    from range(0, ceil(getvariable('days') / 180)::integer) as numbers(wave)
),

drawn as (
    select
        customer.*,
        reason_code,
        100 * wave + place as n,
        private_time(getvariable('start_day') + floor(wave_days * (wave
            + u(customer_no, concat('day', n))))::integer, customer_no, concat('asks', n)) as wanted_at,
    from customer
    cross join plain_reasons
    cross join waves
    where u(customer_no, concat('?plain', 100 * wave + place))
        < rate * wave_days / 180 * (0.6 + 0.4 * activity)
)

select customer_no, reason_code, n, wanted_at
from drawn
where coalesce(wanted_at > created_at, reason_code in ('pre.price', 'pre.availability', 'pre.advice'));

create or replace temp table demand as
with

every as (
    select concat('o', order_no, reason_code) as key, customer_no, reason_code, wanted_at, order_id,
        invoice_id, null as subscription_id, null as has_accepted_offer
    from order_demand
    union all
    select concat('i', invoice_id, reason_code, epoch(wanted_at)), customer_no, reason_code, wanted_at,
        order_id, invoice_id, null, null
    from invoice_demand
    union all
    select concat('s', subscription_id), customer_no, reason_code, wanted_at, null, null,
        subscription_id, has_accepted_offer
    from subscription_demand
    union all
    select concat('p', customer_no, '.', n), customer_no, reason_code, wanted_at, null, null, null, null
    from plain_demand
)

select
    every.*,
    row_number() over (partition by customer_no order by wanted_at, key) as demand_number,
    customer_no * 100 + demand_number as demand_no,
from every
where wanted_at >= getvariable('start_at') and wanted_at < getvariable('end_at');
