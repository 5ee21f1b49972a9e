"""Customers: accounts, and which addresses of e-mail and phone belong to them."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.adapter import Outcome, Snapshot, Unused, Watched
from ingestion.sources.shopify.events import SOURCE, event, recorded
from ingestion.sources.shopify.values import (
    Json,
    UnreadableError,
    exact,
    happened,
    identifier,
    moment,
    party_refs,
    text_of,
)


def outcomes(customer: Json, derivation: str) -> Iterator[Outcome]:
    """The account, and its e-mail and phone whenever they are new: Shopify tells no time of these."""
    identity, when = identifier(customer), happened(customer)
    seen = max(moment(customer.get("updated_at")) or when, when)
    refs = party_refs(identity, None, None)
    data = {"account_id": identity, "party_refs": refs}
    created = event(
        "account.created", f"customer/{identity}/created", f"account/{identity}", when, data
    )
    yield Snapshot(
        f"customer/{identity}",
        text_of(seen),
        {n: _known_by(customer, n, identity) for n in ("email", "phone") if n in customer},
        {"source": SOURCE, "subject": f"party/shopify-{identity}", "data": {"strength": 1}},
        [recorded(created, seen, derivation)],
        text_of(when),
    )


def _known_by(customer: Json, name: str, identity: str) -> Watched:
    given = {name: customer.get(name)}
    refs = party_refs(identity, given.get("email"), given.get("phone"))
    value = refs[1]["id"] if len(refs) > 1 else None
    return Watched(value, "party.identified", {"party_refs": refs})


def merged(merge: Json, received_at: str | None) -> Iterator[Outcome]:
    """Two accounts are one person; Shopify tells no time of it but that of the delivery."""
    status = str(merge.get("status")).lower()
    if status != "completed":
        yield Unused(f"merge of customers is {status}")
        return
    kept, gone = (
        exact(merge.get(f"admin_graphql_api_customer_{n}_id")) for n in ("kept", "deleted")
    )
    when = moment(received_at)
    if not (kept and gone) or when is None:
        raise UnreadableError(
            "missing_field", "admin_graphql_api_customer_kept_id" if when else "received_at"
        )
    refs = [*party_refs(kept, None, None), *party_refs(gone, None, None)]
    yield event(
        "party.identified",
        f"customer/{kept}/merged/{gone}",
        f"party/shopify-{kept}",
        when,
        {"strength": 1, "party_refs": refs},
    )
