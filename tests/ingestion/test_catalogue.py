"""The catalogue: the types of the first version, and fields that mean one thing in a domain."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingestion import log
from ingestion.catalogue import DOMAINS, load

V1 = """case.opened case.status_changed case.assigned case.classified case.merged case.linked
contact.started contact.answered contact.abandoned contact.transferred contact.ended
contact.message_sent sla.target_applied promise.made promise.fulfilled offer.made offer.accepted
complaint.registered complaint.resolved selfservice.article_viewed order.placed order.cancelled
shipment.dispatched shipment.status_updated return.received invoice.issued payment.succeeded
payment.failed refund.issued survey.answered trigger.fired experiment.assigned action.performed
party.identified ledger.cost_posted dunning.notice_sent invoice.voided subscription.started
subscription.changed subscription.ended bot.session_started bot.session_ended contact.queued
contact.handling_logged survey.sent promise.cancelled account.created compensation.granted
case.counters_reported privacy.erasure_completed""".split()


def test_the_first_version_has_all_its_types() -> None:
    assert set(V1) <= set(load().types)


@pytest.mark.parametrize("name", sorted(load().types))
def test_a_type_names_only_fields_of_its_domain(name: str) -> None:
    kind = load().types[name]
    for field in (*kind.fields, *kind.any_of):
        assert load().field(kind.domain, field)
    assert all(kind.label[language] for language in ("en", "de"))
    assert all(kind.about[language] for language in ("en", "de"))
    keys = [load().field(kind.domain, field).key for field in kind.fields]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_field_is_used_and_has_a_label_in_both_languages(domain: str) -> None:
    used = {name for kind in load().domain_types(domain) for name in (*kind.fields, *kind.any_of)}
    assert used - set(load().common) == set(load().fields[domain])
    for field in load().fields[domain].values():
        assert field.label["en"] and field.label["de"]
        assert field.klass in "id enum code number boolean time link money list".split()
        assert (field.klass == "enum") == bool(field.values)


@pytest.mark.parametrize("domain", DOMAINS)
def test_closed_lists_are_those_of_text_columns(domain: str) -> None:
    closed = load().closed(domain)
    assert {log.columns(domain)[name] for name in closed} == {"varchar"}
    assert all(closed.values())


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_column_of_a_domain_hides_one_of_the_envelope(domain: str) -> None:
    assert not set(load().columns(domain)) & set(log.ENVELOPE)


def test_minor_units_are_those_of_the_reporting_side() -> None:
    seed = Path(__file__).parents[2] / "dbt_project" / "seeds" / "currencies.csv"
    words = load().words
    with seed.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        code = row["currency"]
        exponent = (
            0
            if code in words["currencies_of_1"]
            else 3
            if code in words["currencies_of_1000"]
            else 2
        )
        assert code in words["currencies"]
        assert int(row["exponent"]) == exponent, code
