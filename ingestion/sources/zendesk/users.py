"""Users: which e-mail, phone and customer number belong to a customer; staff is left out."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.adapter import Outcome, Unused, Wrong
from ingestion.sources.zendesk import words
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import event, person
from ingestion.sources.zendesk.values import Record, flag, identity, second, text


def of_user(user: Record, context: Context) -> Iterator[Outcome]:
    """The identifiers of an end user as of the user's last update."""
    named = identity(user.get("id"))
    time = second(user.get("updated_at") or user.get("created_at"))
    others = [{"id_type": t, "id": v, "role": "customer"} for t, v in _identifiers(user)]
    if words.role(user.get("role")) == "agent":
        yield Unused("user is staff")
        return
    if not others:
        yield Unused("user without identifiers")
        return
    if not named or not time:
        yield Wrong("missing_field", "id" if not named else "updated_at")
        return
    refs = [*(person(named) or []), *others]
    fact = f"user/{named}/identified/{time}"
    data = {"strength": 1, "party_refs": refs}
    yield event("party.identified", fact, f"party/zd-{named}", time, data)


def _identifiers(user: Record) -> Iterator[tuple[str, str]]:
    shared = flag(user.get("shared_phone_number"))
    phone = None if shared else text(user.get("phone"))
    external = user.get("external_id")
    given = {
        "email": text(user.get("email")),
        "phone": phone,
        "customer_number": text(str(external)) if isinstance(external, str | int) else None,
    }
    for id_type, value in given.items():
        if value:
            yield id_type, value.strip()
