"""Who a customer is and what happened to them: questions to the serving copy, none of them kept.

Nothing here is cached: what a reader looks for must not stay behind.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from dashboards.serving import Serving, ask
from ingestion import privacy

# How a person may be looked for → the objects that carry such a number.
WAYS = ("email", "phone", "number")
# What stands before a number: nothing, a sign of the shop, the word of the Zendesk adapter.
_PREFIXES = ("", "#", "zd-")
_LIMIT = 50


class NoSecretError(Exception):
    """Addresses cannot be hashed here; the message is a label of the page."""


def can_hash(secret_file: Path, serving: Serving) -> str:
    """Empty when addresses can be looked up in this copy, else the label that says what is missing."""
    try:
        secret = _secret(secret_file)
    except NoSecretError as error:
        return str(error)
    known = serving.secret_fingerprint
    return "" if known in ("", privacy.fingerprint(secret)) else "find_customer.other_secret"


def hashed(secret_file: Path, way: str, address: str, country: str) -> tuple[str, str]:
    """Class and keyed hash of an address; the hash is empty unless it is one person's own."""
    normal = privacy.normalise(way, address, country)
    kind = privacy.id_class(way, normal)
    return kind, privacy.hash_id(_secret(secret_file), way, normal) if kind == "personal" else ""


def _secret(secret_file: Path) -> bytes:
    try:
        if not secret_file.exists():
            raise NoSecretError("find_customer.no_secret")
        return privacy.read_secret(secret_file)
    except (privacy.SecretError, OSError) as error:
        raise NoSecretError("find_customer.unreadable_secret") from error


def by_hash(serving: Serving, id_hash: str) -> list[str]:
    """The party with this identifier, or none."""
    query = """
        select party_id from identifiers where id_hash = $id_hash and id_class = 'personal'
    """
    return [str(party) for party in ask(serving, query, id_hash=id_hash)["party_id"]]


def spellings(typed: str) -> list[str]:
    """How a number that people read may stand in the log: `#1001`, `1001`, `zd-1001`.

    Of a link or a gid (`gid://shopify/Order/5001`) the last part counts.
    """
    is_link = "://" in typed  # an invoice may be called 2026/17
    last = typed.split("?")[0].rstrip("/").rpartition("/")[2] if is_link else typed
    bare = last.removeprefix("#").strip()
    return [typed, *(f"{prefix}{bare}" for prefix in _PREFIXES if bare)]


def by_number(serving: Serving, number: str) -> list[str]:
    """Parties of the orders, cases and invoices that have this number in one of its spellings."""
    query = """
        with typed as (select unnest($numbers) as number),
        -- a copy that an earlier release published has no order_number
        placed as (from orders union all by name select null::varchar as order_number where false)
        select party_id from placed inner join typed on number in (order_id, order_number)
            where party_id is not null
        union select party_id from cases inner join typed on case_id = typed.number
            where party_id is not null
        union select party_id from invoices
            inner join typed on typed.number in (invoice_id, invoices.number)
            where party_id is not null
        order by party_id
    """
    return [str(party) for party in ask(serving, query, numbers=spellings(number))["party_id"]]


def customer(serving: Serving, party_id: str) -> pd.DataFrame:
    """One customer, or no row."""
    return ask(serving, "select * from customers where party_id = $party_id", party_id=party_id)


def orders(serving: Serving, party_id: str) -> pd.DataFrame:
    """The latest orders."""
    return _latest(serving, "orders", "ordered_at", party_id)


def cases(serving: Serving, party_id: str) -> pd.DataFrame:
    """The latest cases."""
    return _latest(serving, "cases", "opened_at", party_id)


def contacts(serving: Serving, party_id: str) -> pd.DataFrame:
    """The latest contacts."""
    return _latest(serving, "contacts", "started_at", party_id)


def triggers(serving: Serving, party_id: str) -> pd.DataFrame:
    """The latest triggers, open or done."""
    return _latest(serving, "triggers", "fired_at", party_id)


def _latest(serving: Serving, mart: str, moment: str, party_id: str) -> pd.DataFrame:
    query = f"""
        select *, count(*) over () as total_count from {mart} where party_id = $party_id
        order by {moment} desc limit {_LIMIT}
    """
    return ask(serving, query, party_id=party_id)
