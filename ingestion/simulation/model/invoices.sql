-- Invoices of orders and of monthly billing runs, with the planted wrong run.
create or replace temp table billing_run as
select run_day::date as run_day, at_local(run_day::date, 4 * 3600) as run_at
from generate_series(
    date_trunc('month', getvariable('start_day')) + interval 2 day,
    getvariable('start_day') + getvariable('days')::integer, interval 1 month) as runs(run_day)
where run_day >= getvariable('start_day');

create or replace temp table run_invoice as
with

billed as (
    select
        subscription.*,
        billing_run.run_day,
        later(billing_run.run_at, span(subscription_id, concat('run ', run_day), 0, 5400))
            as issued_at,
        seats * case when changed_at < run_at then next_price_minor else price_minor end
            as right_net_minor,
    from subscription
    inner join billing_run on started_at < run_at and coalesce(ended_at > run_at, true)
),

judged as (
    select
        *,
        concat('INV', customer_no, strftime(run_day, '%y%m')) as invoice_id,
        round(right_net_minor * tax_rate)::bigint as right_tax_minor,
        run_day = getvariable('wrong_run') and u(invoice_id, 'wrong') < getvariable('wrong_share')
            as is_wrong,
        coalesce(run_day >= defaults_from, false) as is_unpayable,
    from billed
)

select
    *,
    right_net_minor * case when is_wrong then getvariable('wrong_factor') else 1 end as net_minor,
    round(net_minor * tax_rate)::bigint as tax_minor,
from judged;

create or replace temp table invoice as
with

due as (
    select
        run_invoice.* exclude (started_at, wish, wish_at, ended_at),
        null::varchar as order_id,
        run_day as period_start,
        (run_day + interval 1 month - interval 1 day)::date as period_end,
        net_minor as service_net_minor,
    from run_invoice
),

ordered as (
    select
        orders.*,
        concat('INV', orders.order_no) as invoice_id,
        false as is_wrong,
        false as is_unpayable,
        later(coalesce(shipment.dispatched_at, orders.ordered_at), span(orders.order_no, 'bill', 60,
            3600))
            as issued_at,
    from orders
    left join shipment using (order_no)
    where not orders.is_cancelled
),

both_kinds as (
    select invoice_id, customer_no, order_id, null as subscription_id, currency, method,
        is_bad_payer,
        issued_at, net_minor, tax_minor, service_net_minor, net_minor as right_net_minor,
        tax_minor as right_tax_minor, is_wrong, is_unpayable, null::date as period_start,
            null::date as period_end
    from ordered
    union all
    select invoice_id, customer_no, order_id, subscription_id, currency, method, is_bad_payer,
        issued_at, net_minor, tax_minor, service_net_minor, right_net_minor,
        right_tax_minor, is_wrong, is_unpayable, period_start, period_end
    from due
)

select
    *,
    net_minor + tax_minor as gross_minor,
    right_net_minor + right_tax_minor as right_gross_minor,
    local_day(issued_at) as issue_date,
    issue_date + 14 as due_date,
    replace(invoice_id, 'INV', 'RE-') as number,
    issue_date >= getvariable('layout_from') as has_new_layout,
    days_later(issued_at, span(invoice_id, 'correction', 9, 20)) as correction_at,
    is_wrong and method = 'transfer' and not is_unpayable as is_voided,
from both_kinds;
