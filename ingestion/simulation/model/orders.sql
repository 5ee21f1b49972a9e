-- Orders with their lines; an order's total is what its lines and its shipping add up to.
create or replace temp table placed as
with

counted as (
    select
        *,
        greatest(getvariable('start_day'), coalesce(local_day(created_at), getvariable('start_day')))
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
        unnest(range(case when kind = 'guest' then 1 else floor(
            1.7 * activity * open_days / 180 + 1.2 * u(i, 'orders'))::integer end)) as n,
    from expected
)

select
    customer_no * 1000 + n + 1 as order_no,
    private_time(first_day + floor(open_days * u(order_no, 'day'))::integer, order_no, 'ordered')
        as drawn_at,
    case when drawn_at <= created_at then later(created_at, 600 + 60 * n)
        else drawn_at end as ordered_at,
    u(order_no, 'cancelled') < 0.03 as is_cancelled,
    case when u(order_no, 'discounted') < 0.12 then 0.10 else 0 end as discount_rate,
    1 + (u(order_no, 'line 2') < 0.38)::integer + (u(order_no, 'line 3') < 0.15)::integer as line_count,
    repeated.* exclude (n, first_day, open_days),
from repeated;

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

create or replace temp table orders as
with

summed as (
    select
        order_no,
        sum(net_minor)::bigint as goods_net_minor,
        sum(line_tax_minor)::bigint as goods_tax_minor,
        sum(case when is_service then net_minor else 0 end)::bigint as service_net_minor,
        bool_or(not is_service and not is_gift_card) as is_shipped,
        list({
            'line_id': line_id, 'sku': sku, 'qty': qty,
            'unit_net': money(unit_net_minor, currency),
            'discount': money(discount_minor, currency),
            'tax': money(line_tax_minor, currency),
            'unit_cost': money(unit_cost_minor, currency),
            'is_service': is_service, 'is_gift_card': is_gift_card
        } order by line_no) as lines,
    from order_line
    group by order_no
)

select
    placed.*,
    summed.* exclude (order_no),
    concat('SO', order_no) as order_id,
    case when is_shipped and goods_net_minor < 5000 then 495 else 0 end as shipping_minor,
    round(shipping_minor / (1 + tax_rate))::bigint as shipping_net_minor,
    goods_net_minor + shipping_net_minor as net_minor,
    goods_tax_minor + shipping_minor - shipping_net_minor as tax_minor,
    net_minor + tax_minor as total_minor,
    case when is_shipped then at_local(local_day(ordered_at)
        + case when isodow(local_day(ordered_at)) >= 5 then 5 else 4 end, 20 * 3600) end
        as promised_at,
    case when is_cancelled then later(ordered_at, span(order_no, 'cancel', 1800, 36000)) end
        as cancelled_at,
from placed
inner join summed using (order_no);
