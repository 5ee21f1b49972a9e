"""Money adds up: orders, invoices, payments, refunds, and the ledger beside the booked minutes."""

from __future__ import annotations

from .conftest import Simulated


def test_an_order_is_what_its_lines_and_its_shipping_add_up_to(default_demo: Simulated) -> None:
    wrong = default_demo.value("""
        select count(*) from (
            select (data -> 'total' ->> 'minor')::bigint as total,
                (data -> 'shipping' ->> 'minor')::bigint + list_sum(list_transform(
                    json_extract(data, '$.lines[*]'), lambda l:
                    (l ->> 'qty')::bigint * (l -> 'unit_net' ->> 'minor')::bigint
                    - (l -> 'discount' ->> 'minor')::bigint
                    + (l -> 'tax' ->> 'minor')::bigint)) as sum
            from events where type = 'order.placed')
        where total <> sum""")
    assert wrong == 0
    loss = default_demo.value("""
        select count(*) from (select unnest(json_extract(data, '$.lines[*]')) as l from events
            where type = 'order.placed')
        where (l -> 'unit_cost' ->> 'minor')::bigint > (l -> 'unit_net' ->> 'minor')::bigint""")
    assert loss == 0


def test_an_order_s_invoice_is_the_order_s_total(default_demo: Simulated) -> None:
    wrong, checked = default_demo.rows("""
        select count(*) filter (where (bill.data ->> '$.gross.minor')
            <> (placed.data ->> '$.total.minor')), count(*)
        from events as bill inner join events as placed on placed.type = 'order.placed'
            and placed.data ->> 'order_id' = bill.data ->> 'order_id'
        where bill.type = 'invoice.issued'""")[0]
    assert (wrong, checked > 8_000) == (0, True)


def test_what_is_paid_is_the_gross_and_refunds_stay_below_it(default_demo: Simulated) -> None:
    wrong, checked = default_demo.rows("""
        select count(*) filter (where (paid.data ->> '$.amount.minor')
            <> (bill.data ->> '$.gross.minor')), count(*)
        from events as paid inner join events as bill on bill.type = 'invoice.issued'
            and bill.data ->> 'invoice_id' = paid.data ->> 'invoice_id'
        where paid.type = 'payment.succeeded'""")[0]
    assert (wrong, checked > 15_000) == (0, True)
    over = default_demo.value("""
        select count(*) from (
            select data ->> 'payment_id' as payment_id,
                sum((data -> 'amount' ->> 'minor')::bigint) as minor,
                bool_or(type = 'payment.succeeded') as is_paid
            from events where type in ('payment.succeeded', 'refund.issued') group by all)
        where minor < 0 or not is_paid""")
    assert over == 0


def test_money_in_the_truth_file_is_that_of_the_files(default_demo: Simulated) -> None:
    found = default_demo.rows("""
        select type || '/' || (money ->> 'currency'), count(*), sum((money ->> 'minor')::bigint)
        from (select type, coalesce(data -> 'amount', data -> 'gross') as money from events
            where type in ('payment.succeeded', 'refund.issued', 'invoice.issued'))
        group by all""")
    told = default_demo.truth["money"]
    assert {key: {"events": n, "minor": minor} for key, n, minor in found} == told
    assert {key.split("/")[1] for key in told} == {"EUR", "GBP", "CHF"}


def test_the_ledger_lies_above_the_booked_minutes(default_demo: Simulated) -> None:
    months = default_demo.rows("""
        with worked as (
            select date_trunc('month', day)::date as month, sum(coalesce(
                (data ->> 'seconds')::bigint, ((data ->> 'talk_s')::bigint
                + (data ->> 'hold_s')::bigint + (data ->> 'acw_s')::bigint)
                / if(data ->> 'channel' = 'chat', 2, 1))) / 3600 * 42 as direct
            from events
            where type in ('contact.ended', 'contact.handling_logged') and amends is null
            group by all
        ), posted as (
            select (data ->> 'period')::date as month,
                (data -> 'amount' ->> 'minor')::bigint / 100 as eur
            from events
            where type = 'ledger.cost_posted' and data ->> 'cost_center' = 'service'
        )
        select eur / direct from posted inner join worked using (month)""")
    assert len(months) == 6
    assert all(1.3 < ratio < 1.55 for (ratio,) in months), months
