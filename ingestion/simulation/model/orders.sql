-- Orders and their lines, priced in the currency of the customer. Of the time before the period
-- the shop hands over the last order of most customers (number 901 of each).
create or replace temp table placed as
with

counted as (
    select
        *,
        greatest(getvariable('start_day'), coalesce(local_day(created_at),
            getvariable('start_day')))
            as first_day,
    from customer
),

expected as (
    select
        *,
        getvariable('start_day') + getvariable('days') - first_day as open_days,
    from counted
),

repeated as (
    select
        expected.*,
        unnest(list_concat(
            range(case when kind = 'guest' then 1 else floor(
                1.7 * activity * open_days / 180 + 1.2 * u(i, 'orders'))::integer end),
            case when created_at < getvariable('start_at') and u(i, 'ordered before') < 0.85
                then [900] else [] end)) as n,
    from expected
),

dated as (
    select
        *,
        customer_no * 1000 + n + 1 as order_no,
        n = 900 as is_past,
        case when is_past
            then getvariable('start_day') - 14 - least(340, expo(i, 'last order', 100))::integer
            else first_day + floor(open_days * u(order_no, 'day'))::integer end as order_day,
    from repeated
)

select
    private_time(order_day, order_no, 'ordered') as drawn_at,
    case when drawn_at <= created_at then later(created_at, 600 + 60 * n)
        else drawn_at end as ordered_at,
    u(order_no, 'cancelled') < 0.03 and not is_past as is_cancelled,
    case when u(order_no, 'discounted') < 0.12 then 0.10 else 0 end as discount_rate,
    1 + (u(order_no, 'line 2') < 0.38)::integer + (u(order_no, 'line 3') < 0.15)::integer
        as line_count,
    dated.* exclude (n, first_day, open_days, order_day),
from dated;

create or replace temp table order_line as
with

repeated as (
    select *, unnest(range(1, line_count + 1)) as line_no from placed
),

weighed as (
    select *, sum(weight) over (order by sku) / sum(weight) over () as share_to from products
),

priced as (
    select
        repeated.*,
        weighed.sku,
        concat(order_no, '-', line_no) as line_id,
        case when u(line_id, 'quantity') < 0.85 then 1 else 2 end as qty,
        round(price_minor * price_factor)::bigint as unit_net_minor,
        round(cost_minor * price_factor)::bigint as unit_cost_minor,
        is_service,
        is_gift_card,
    from repeated
    inner join weighed on u(concat(order_no, '-', line_no), 'sku') < share_to
    qualify row_number() over (partition by order_no, line_no order by share_to) = 1
)

select
    *,
    case when is_gift_card then 0 else round(qty * unit_net_minor * discount_rate) end::bigint
        as discount_minor,
    qty * unit_net_minor - discount_minor as net_minor,
    case when is_gift_card then 0 else round(net_minor * tax_rate) end::bigint as line_tax_minor,
from priced;
