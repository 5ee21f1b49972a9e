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


def by_number(serving: Serving, number: str) -> list[str]:
    """Parties of the orders, cases and invoices that have this number."""
    query = """
        select party_id from orders where order_id = $number and party_id is not null
        union select party_id from cases where case_id = $number and party_id is not null
        union select party_id from invoices
            where $number in (invoice_id, number) and party_id is not null
        order by party_id
    """
    return [str(party) for party in ask(serving, query, number=number)["party_id"]]


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
