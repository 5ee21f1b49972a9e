-- Needs without a parcel or an invoice, and the list of all needs.
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
            + u(customer_no, concat('day', n))))::integer, customer_no, concat('asks', n))
                as wanted_at,
    from customer
    cross join plain_reasons
    cross join waves
    where u(customer_no, concat('?plain', 100 * wave + place))
        < rate * wave_days / 180 * (0.6 + 0.4 * activity)
)

select customer_no, reason_code, n, wanted_at
from drawn
where coalesce(wanted_at > created_at, reason_code in ('pre.price', 'pre.availability',
    'pre.advice'));

create or replace temp table demand as
with

every as (
    select concat('o', order_no, reason_code) as key, customer_no, reason_code, wanted_at, order_id,
        invoice_id, null as subscription_id, null as has_accepted_offer
    from order_demand
    union all
    select concat('i', invoice_id, reason_code, epoch(wanted_at)), customer_no, reason_code,
        wanted_at,
        order_id, invoice_id, null, null
    from invoice_demand
    union all
    select concat('s', subscription_id), customer_no, reason_code, wanted_at, null, null,
        subscription_id, has_accepted_offer
    from subscription_demand
    union all
    select concat('p', customer_no, '.', n), customer_no, reason_code, wanted_at, null, null, null,
        null
    from plain_demand
)

select
    every.*,
    row_number() over (partition by customer_no order by wanted_at, key) as demand_number,
    customer_no * 100 + demand_number as demand_no,
from every
where wanted_at >= getvariable('start_at') and wanted_at < getvariable('end_at');
