"""The company's costs a month, from what happened: handling, parcels, goods; knows no files."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from random import Random

import duckdb

from ingestion.simulation import model
from ingestion.simulation.company import Company

RATE_PER_HOUR = 42  # EUR, loaded
OVERHEAD = 1.42  # what the service department costs beyond the minutes that are booked
Totals = dict[str, dict[date, float]]

# EUR cents a month before overhead; price_factor turns a currency's price into euros.
_COSTS = {
    "handling_seconds": """
        select happened_at, ((data ->> 'talk_s')::bigint + (data ->> 'hold_s')::bigint
            + (data ->> 'acw_s')::bigint) / if(channel = 'chat', 2, 1) as amount  -- two at a time
        from event where type = 'contact.ended'
        union all
        select happened_at, (data ->> 'seconds')::bigint from event
        where type = 'contact.handling_logged' and amends is null""",
    "revenue_minor": """
        select issued_at, net_minor / price_factor from invoice
        inner join (select customer_no, price_factor from customer) as rate using (customer_no)""",
    "goods_minor": """
        select ordered_at, qty * unit_cost_minor / price_factor
        from order_line where not is_cancelled""",
    "parcels": "select dispatched_at, 1 from shipment",
    "invoices": "select issued_at, 1 from invoice",
}


def add(con: duckdb.DuckDBPyConnection, totals: Totals) -> None:
    """Add what the chunk in the database caused, by month."""
    for name, query in _COSTS.items():
        months = totals.setdefault(name, defaultdict(float))
        rows = con.execute(
            f"select date_trunc('month', local_day(moment))::date as month, "
            "round(sum(amount::decimal(18, 2)), 2)::double "
            f"from ({query}) as caused(moment, amount) group by month order by month"
        ).fetchall()
        for month, amount in rows:
            months[month] += amount


def costs(totals: Totals, month: date, seed: int) -> dict[str, int]:
    """EUR cents of each cost centre in a month; each swings by a few per cent."""

    def of(name: str) -> float:
        return totals.get(name, {}).get(month, 0.0)

    revenue = of("revenue_minor")
    exact = {
        "service": of("handling_seconds") / 36 * RATE_PER_HOUR * OVERHEAD,
        "marketing": revenue * 0.085,
        "sales": revenue * 0.05,
        "production": of("goods_minor") + revenue * 0.06,
        "logistics": of("parcels") * 540 + revenue * 0.01,
        "billing": of("invoices") * 45 + revenue * 0.006,
    }
    swing = Random(f"{seed}/{month}")
    return {center: round(minor * swing.uniform(0.97, 1.03)) for center, minor in exact.items()}


def post(con: duckdb.DuckDBPyConnection, company: Company, totals: Totals) -> None:
    """Fill `delivery` with the month's postings, made on the 28th."""
    model.run(con, "model/event")
    for month in model.months(company):
        for center, minor in costs(totals, month, company.seed).items():
            con.execute(_POSTING, {"month": month, "center": center, "minor": minor})
    model.run(con, "model/lines")
    con.execute(
        "create or replace temp table delivery as "
        "select domain, source, type, id, delivered_at, 'sound' as kind, line from sound"
    )


_POSTING = """
    insert into event by name
    select
        '/ledger/demo' as source,
        'ledger.cost_posted' as type,
        concat('posting/', $center, '/', strftime($month::date, '%Y-%m')) as id,
        concat('ledger/', $center, '-', strftime($month::date, '%Y-%m')) as subject,
        at_local($month::date + 27, 3600 * 18) as happened_at,
        later(happened_at, 3600 * 14) as recorded_at,
        to_json({
            'cost_center': $center,
            'period': ($month::date)::varchar,
            'amount': {'minor': $minor::bigint, 'currency': 'EUR'}
        }) as data,
"""
