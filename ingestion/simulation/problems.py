"""The planted problems as parameters: what goes wrong, when, and how strongly."""

from __future__ import annotations

from datetime import date, timedelta

from ingestion.simulation.company import Company

Value = str | int | float | date


def parameters(company: Company) -> dict[str, Value]:
    """Variables that the model reads; the same dictionary goes into the truth file."""
    return {
        **_carrier_delay(company),
        **_billing(company),
        **_effort(company),
        "automate_reason": "during.password_reset",
        "eliminate_reason": "after.invoice_unreadable",
        "selling_reason": "pre.upgrade_advice",
        "stuck_from": company.end - timedelta(days=9),
        "stuck_to": company.end - timedelta(days=5),
        "stuck_share": 0.15,
        "silent_from": company.end - timedelta(days=10),
        "silent_share": 0.20,
        "upgrade_accept_rate": 0.55,
        "duplicate_share": 0.005,
        "conflict_share": 0.0002,
        "broken_share": 0.005,
    }


def _carrier_delay(company: Company) -> dict[str, Value]:
    start = company.day(0.35)
    return {
        "delay_carrier": "redvan",
        "delay_from": start,
        "delay_to": start + timedelta(days=max(7, round(company.days * 21 / 180))),
        "delay_share": 0.85,
        "delay_min_days": 4,
        "delay_max_days": 9,
    }


def _billing(company: Company) -> dict[str, Value]:
    """Billing runs are on the third of a month; the layout changes a week before a later run."""
    runs = billing_runs(company)
    later = [run for run in runs if run >= company.day(0.5)] or runs[-1:] or [company.start]
    layout = [run for run in runs if run > later[0]] or later
    return {
        "wrong_run": later[0],
        "wrong_share": 0.60,
        "wrong_factor": 2,
        "layout_from": layout[0] - timedelta(days=5),
        "unreadable_rate_before": 0.005,
        "unreadable_rate_after": 0.075,
    }


def _effort(company: Company) -> dict[str, Value]:
    return {"ces_start": 6.1, "ces_fall_per_month": 0.28, "nps_mean": 8.0}


def billing_runs(company: Company) -> list[date]:
    """The third of each month within the period."""
    days = (company.start + timedelta(days=n) for n in range(company.days))
    return [day for day in days if day.day == 3]
