"""Stripe's payloads, real, odd or hostile: events or a named reason, never an error."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.sources import stripe
from ingestion.sources.adapter import Delivery, Snapshot, Unused, Wrong
from tests import real
from tests.ingestion.conftest import Home
from tests.ingestion.sources import stripe_payloads as payloads
from tests.ingestion.sources.stripe_outcomes import outcomes, reasons


def test_what_nothing_reads_is_named() -> None:
    assert reasons("issuing_card.created", {"id": "ic_1"}) == [
        "topic not used: issuing_card.created"
    ]
    assert outcomes({"object": "v2.core.event", "type": "v1.billing.meter.error"}) == [
        Unused("topic not used: v1.billing.meter.error")
    ]
    assert outcomes({"object": "payout", "id": "po_1"}) == [Unused("object not used: payout")]
    assert outcomes({"object": "event", "type": "charge.succeeded"}) == [
        Wrong("missing_field", "data.object")
    ]
    assert outcomes({"id": 1}) == [Unused("object not used: unknown")]


def test_every_real_payload_ends_as_an_event_or_a_named_reason(home: Home) -> None:
    files = sorted(real.needed("stripe_events").glob("*.json"))
    assert len(files) == 88
    # the files share their ids: each gets ids of its own
    lines = [path.read_text().replace("0000000", f"{n:07}") for n, path in enumerate(files)]
    bodies = [json.loads(line) for line in lines]
    counts = home.ingest(home.write("a.jsonl", bodies), adapter="stripe")
    assert (counts["read"], counts["quarantined"]) == (89, 0)
    rows = home.rows("billing", "event_type, count(*) over (partition by event_type)")
    assert dict(rows) == {
        "dispute.closed": 1,
        "dispute.opened": 2,
        "invoice.issued": 1,
        "payment.failed": 1,
        "payment.succeeded": 2,
        "refund.issued": 2,
        "subscription.ended": 1,
        "subscription.started": 1,
    }


ODD = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
        st.sampled_from(["cus_1", "succeeded", "2026-01-01", "eur", [], {}, -1, 10**400]),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip

WHOLE = [
    payloads.event("charge.refunded", payloads.charge(refunds={"data": [payloads.refund()]})),
    payloads.event("charge.dispute.closed", payloads.dispute(status="won")),
    payloads.event("invoice.finalized", payloads.invoice()),
    payloads.event("invoice.paid", payloads.invoice(charge=None, payment_intent=None)),
    payloads.event("payment_intent.payment_failed", payloads.intent(latest_charge=None)),
    payloads.event("credit_note.created", payloads.credit_note()),
    payloads.event("invoice_payment.paid", payloads.invoice_payment()),
    payloads.event(
        "customer.subscription.updated", payloads.subscription(), previous={"items": {"data": [{}]}}
    ),
    payloads.event("customer.updated", payloads.customer(), previous={"email": "x"}),
    payloads.charge(refunds={"data": [payloads.refund()]}),
    {"object": "list", "data": [payloads.invoice(status="void"), payloads.subscription()]},
]


def places(thing: Any) -> list[tuple[Any, ...]]:
    if not isinstance(thing, dict | list):
        return []
    found: list[tuple[Any, ...]] = []
    for key, value in thing.items() if isinstance(thing, dict) else enumerate(thing):
        found += [(key,), *((key, *rest) for rest in places(value))]
    return found


def changed(thing: Any, place: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(thing))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return copy


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_payload_however_odd_raises(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(WHOLE))
    for _ in range(data.draw(st.integers(1, 3))):
        all_places = places(document)
        if not all_places:
            break
        place = data.draw(st.sampled_from(all_places))
        document = changed(document, place, data.draw(st.just(...) | ODD))
    for delivery in stripe.deliveries(document, None):
        assert isinstance(delivery, Delivery)
        for outcome in stripe.events(delivery):
            assert isinstance(outcome, dict | Unused | Wrong | Snapshot)


HOSTILE = [..., None, True, -1, 10**400, 10**25, 1e300, "", [], {}, [1], {"a": 1}, "2026-13-45",
           "anna@example.org", "\ud800", "\0", "9" * 30, [[]], "x" * 5000]  # fmt: skip


def test_odd_payloads_stop_no_ingest_and_are_all_accounted_for(home: Home) -> None:
    chance = random.Random(7)
    bodies = []
    for _ in range(400):
        body = chance.choice(WHOLE)
        for _ in range(chance.randint(1, 3)):
            found = places(body)
            body = changed(body, chance.choice(found), chance.choice(HOSTILE)) if found else body
        bodies.append(body)
    counts = home.ingest(home.write("a.jsonl", list(map(json.dumps, bodies))), adapter="stripe")
    assert counts["read"] >= len(bodies)
    assert min(counts[name] for name in ("appended", "quarantined", "unused")) > 10
