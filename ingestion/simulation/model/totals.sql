-- Orders with what their lines and their shipping add up to.
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
