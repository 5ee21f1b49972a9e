"""The planted problems, counted again from the files alone and held against the truth file."""

from __future__ import annotations

from itertools import pairwise

from .conftest import Simulated

CONTACTS = """
    (select coalesce(data ->> 'case_id', data ->> 'contact_id') as id, day,
        data ->> 'reason_code' as reason
    from events where type = 'contact.started' and data ->> 'direction' = 'in'
    union all
    select data ->> 'case_id', day, null
    from events where type = 'case.opened' and data ->> 'channel' not in ('phone', 'chat'))"""
# One row a case or unfiled call, with its reason from wherever it is told.
NEEDS = f"""
    (select contacts.id, contacts.day, coalesce(contacts.reason, classified.reason) as reason
    from {CONTACTS} as contacts
    left join (select data ->> 'case_id' as id, any_value(data ->> 'reason_code') as reason
        from events where type = 'case.classified' group by all) as classified using (id))"""


def test_counts_of_types_and_lines_are_those_of_the_files(default_demo: Simulated) -> None:
    found = dict(default_demo.rows("select type, count(*) from events group by all"))
    assert found == default_demo.truth["events"]
    lines = sum(path.read_bytes().count(b"\n") for path in default_demo.landing.rglob("*.jsonl"))
    assert lines == sum(default_demo.truth["lines"].values())
    broken = default_demo.value(
        "select count(*) from lines where ends_with(json ->> 'id', '/broken')"
    )
    kinds = default_demo.truth["lines"]
    sound = {"sound", "duplicate", "conflicting_duplicate", "truncated"}
    assert broken == sum(count for kind, count in kinds.items() if kind not in sound)
    assert 0.004 < (broken + kinds["truncated"]) / lines < 0.006


def test_one_carrier_is_late_for_three_weeks(default_demo: Simulated) -> None:
    given = default_demo.truth["parameters"]
    default_demo.con.execute("""
        create or replace table parcels as
        select sent.data ->> 'shipment_id' as shipment_id, sent.data ->> 'carrier' as carrier,
            sent.data ->> 'order_id' as order_id, sent.day,
            arrived.moment > (sent.data ->> 'promised_delivery_at')::timestamptz as is_late
        from events as sent
        left join events as arrived on arrived.type = 'shipment.status_updated'
            and arrived.data ->> 'status' = 'delivered'
            and arrived.data ->> 'shipment_id' = sent.data ->> 'shipment_id'
        where sent.type = 'shipment.dispatched'""")
    shares = dict(default_demo.rows(f"""
        select carrier = '{given["delay_carrier"]}' and day >= '{given["delay_from"]}'
            and day < '{given["delay_to"]}' as is_planted, avg(is_late::integer)
        from parcels group by all"""))  # fmt: skip
    assert shares[True] > 0.75
    assert shares[False] < 0.06
    assert default_demo.truth["carrier_delay"]["late_shipments"] > 200
    asked = default_demo.rows(f"""
        select day >= '{given["delay_from"]}' and day < '{given["delay_to"]}'::date + 14 as is_then,
            count(*) / count(distinct day) from {NEEDS} where reason = 'during.delivery_status'
        group by all order by all""")
    assert asked[1][1] > 3 * asked[0][1], "few ask where their parcel is"


def test_one_billing_run_is_wrong_and_put_right(default_demo: Simulated) -> None:
    run, truth = (
        default_demo.truth["parameters"]["wrong_run"],
        default_demo.truth["wrong_billing_run"],
    )
    default_demo.con.execute("""
        create or replace table bills as
        select data ->> 'invoice_id' as invoice_id, day, data ->> 'type_code' as type_code,
            (data -> 'gross' ->> 'minor')::bigint as gross,
            (data -> 'net' ->> 'minor')::bigint as net
        from events where type = 'invoice.issued'""")
    doubled = default_demo.value(f"""
        select count(*) from bills as wrong inner join bills as credit
            on credit.type_code = '381' and credit.invoice_id = 'CN' || substr(wrong.invoice_id, 4)
        where wrong.day = '{run}' and wrong.type_code = '380'
            and wrong.net = -2 * credit.net""")
    assert doubled == truth["credit_notes"] > 500
    assert default_demo.value("select count(*) from bills where type_code = '381' "
                              "and gross >= 0") == 0  # fmt: skip
    voided = default_demo.value("select count(*) from events where type = 'invoice.voided'")
    assert voided == truth["voided_invoices"] > 100
    assert truth["wrong_invoices"] == truth["credit_notes"] + truth["voided_invoices"]
    refunds = default_demo.value("select count(*) from events where type = 'refund.issued' "
                                 "and data ->> 'reason' = 'invoice_error'")  # fmt: skip
    assert refunds == truth["refunds"] > 500
    weeks = default_demo.rows(f"""
        select day between '{run}' and '{run}'::date + 14, count(*) from {NEEDS}
        where reason = 'after.invoice_wrong' group by all order by all""")
    assert weeks[1][1] > 5 * weeks[0][1]


def test_a_new_layout_makes_invoices_unreadable(default_demo: Simulated) -> None:
    day, truth = (
        default_demo.truth["parameters"]["layout_from"],
        default_demo.truth["unreadable_invoice"],
    )
    rates = default_demo.rows(f"""
        select invoices.is_after, asked.contacts / invoices.issued, invoices.issued from
            (select day >= '{day}' as is_after, count(*) as issued from events
            where type = 'invoice.issued' and data ->> 'type_code' = '380' group by all) as invoices
        inner join (select day >= '{day}' as is_after, count(*) as contacts from {NEEDS}
            where reason = 'after.invoice_unreadable' group by all) as asked using (is_after)
        order by is_after""")
    assert rates[1][1] > 8 * rates[0][1]
    assert [row[2] for row in rates] == [truth["invoices_before"], truth["invoices_after"]]
    marks = dict(default_demo.rows("select data ->> 'layout', min(day)::varchar from events "
                                   "where data ->> 'layout' is not null group by all"))  # fmt: skip
    assert marks["v2"] == day


def test_effort_falls_month_by_month_while_recommendation_holds(default_demo: Simulated) -> None:
    scores = default_demo.rows("""
        select data ->> 'kind', strftime(day, '%Y-%m') as month, count(*),
            sum((data ->> 'score')::int)
        from events where type = 'survey.answered' group by all order by all""")
    told = default_demo.truth["scores"]
    assert {f"{k}/{m}": {"responses": n, "score_sum": s} for k, m, n, s in scores} == told
    ces = [total / count for kind, _, count, total in scores if kind == "ces"]
    nps = [total / count for kind, _, count, total in scores if kind == "nps"]
    assert len(ces) == len(nps) == 6
    assert all(later < earlier for earlier, later in pairwise(ces)), ces
    assert ces[0] - ces[-1] > 0.8
    assert max(nps) - min(nps) < 0.4
    assert min(count for kind, _, count, _ in scores if kind in ("ces", "nps")) >= 100


def test_the_reason_worth_automating_is_frequent_and_short(default_demo: Simulated) -> None:
    reason = default_demo.truth["parameters"]["automate_reason"]
    most = default_demo.rows(f"""
        select reason, count(*) as contacts from {NEEDS} where reason is not null
        group by all order by contacts desc limit 2""")
    assert most[0][0] == reason
    assert most[0][1] > 2 * most[1][1]
    minutes = dict(
        default_demo.rows("""
        select data ->> 'wrapup_code', avg((data ->> 'talk_s')::int) / 60
        from events where type = 'contact.ended' group by all""")
    )
    assert minutes["during_password_reset"] < 5 < minutes["pre_upgrade_advice"]


def test_offers_sell_in_advice_and_hardly_elsewhere(default_demo: Simulated) -> None:
    told = default_demo.truth["offers"]
    selling = default_demo.truth["parameters"]["selling_reason"]
    assert told[selling]["made"] > 400
    assert told[selling]["accepted"] > 0.45 * told[selling]["made"]
    found = default_demo.rows("""
        select ended.data ->> 'wrapup_code', count(*) filter (where offer.type = 'offer.made'),
            count(*) filter (where offer.type = 'offer.accepted')
        from events as offer inner join events as ended on ended.type = 'contact.ended'
            and ended.data ->> 'contact_id' = offer.data ->> 'contact_id'
        where offer.type in ('offer.made', 'offer.accepted') group by all""")
    counted = {code: {"made": made, "accepted": accepted} for code, made, accepted in found}
    assert counted == {reason.replace(".", "_"): counts for reason, counts in told.items()}
    elsewhere = sum(counts["made"] for reason, counts in told.items() if reason != selling)
    assert elsewhere < told[selling]["made"] / 2


def test_each_trigger_has_cases_at_the_end(default_demo: Simulated) -> None:
    truth = default_demo.truth["open_at_end"]
    late = default_demo.value("""
        select count(*) from events as sent
        where sent.type = 'shipment.dispatched'
            and (sent.data ->> 'promised_delivery_at')::timestamptz < '2026-06-30'
            and sent.data ->> 'shipment_id' not in (
                select data ->> 'shipment_id' from events where type = 'shipment.status_updated'
                and data ->> 'status' in ('delivered', 'returned'))""")
    failed = default_demo.value("""
        select count(distinct data ->> 'payment_id') from events where type = 'payment.failed'
            and data ->> 'payment_id' not in (select data ->> 'payment_id' from events
                where type = 'payment.succeeded')""")
    assert (late, failed) == (truth["late_shipments"], truth["failed_payments"])
    assert min(truth.values()) >= 10, truth
