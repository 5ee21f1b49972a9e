"""Ids, money, times and people as Shopify writes them; knows no event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from ingestion.catalogue import load

Json = Mapping[str, Any]
_SAFE = 2**53
_GID = re.compile(r"^gid://shopify/(\w+)/([\w.-]+)(\?.*)?$")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_IMPORTED = timedelta(days=1)


@dataclass
class UnreadableError(Exception):
    """A part of a payload that cannot be read: a code of the quarantine and the place."""

    code: str
    path: str


def gid_type(value: Any) -> str | None:
    """`Order` of `gid://shopify/Order/1`; None for anything else."""
    found = _GID.match(value) if isinstance(value, str) else None
    return found[1] if found else None


def exact(value: Any) -> str | None:
    """An id as text: of a gid its last part; None when absent or when it may have been rounded.

    A JSON number above 2^53 that a writer with doubles has rounded ends in zeros from its 17th
    digit on, as the shortest spelling of the double does; any other number was written exactly.
    """
    if isinstance(value, str):
        found = _GID.match(value.strip())
        plain = found[2] if found else value.strip()
        return (
            plain if re.fullmatch(r"[\w.-]{1,100}", plain, re.ASCII) and "E+" not in plain else None
        )
    if isinstance(value, float) and value.is_integer() and abs(value) <= _SAFE:
        return str(int(value))
    if not isinstance(value, int) or isinstance(value, bool) or value >= 10**30:
        return None
    is_rounded = value > _SAFE and int(Decimal(repr(float(value)))) == value
    return None if is_rounded else str(value)


def identifier(payload: Json) -> str:
    """The object's own id. Raises `UnreadableError` without one, or when it is only rounded."""
    found = exact(payload.get("admin_graphql_api_id")) or exact(payload.get("id"))
    if found is None:
        raise UnreadableError("missing_field" if payload.get("id") is None else "rounded_id", "id")
    return found


def reference(payload: Json, name: str) -> str | None:
    """The id of another object that the payload names (`order` → order_id), if it is exact."""
    nested = payload.get(name)
    if isinstance(nested, dict):
        found = exact(nested.get("admin_graphql_api_id")) or exact(nested.get("id"))
        if found:
            return found
    return exact(payload.get(f"admin_graphql_api_{name}_id")) or exact(payload.get(f"{name}_id"))


def is_true(value: Any) -> bool:
    """True, also as a table writes it."""
    return value is True or str(value).strip().lower() == "true"


def objects(value: Any) -> Iterator[Json]:
    """The objects of a list; anything else is passed over."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def number(value: Any) -> Decimal | None:
    """A decimal from text or number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and found.adjusted() < 15 else None


def whole(value: Any) -> int | None:
    """A whole number, also from text such as "1.0"."""
    found = number(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def currency_of(payload: Json, *names: str) -> str | None:
    """The first known currency among these fields of a payload."""
    for name in names:
        value = payload.get(name)
        if isinstance(value, str) and value.upper() in load().words["currencies"]:
            return value.upper()
    return None


def amount(
    payload: Json, name: str, currency: str | None, side: str = "shop_money"
) -> tuple[Decimal, str] | None:
    """Amount and currency of `<name>_set`, on that side, else of `<name>` in the currency given."""
    both = payload.get(f"{name}_set")
    money = both.get(side) if isinstance(both, dict) else None
    if isinstance(money, dict):
        value = number(money.get("amount"))
        code = currency_of(money, "currency_code", "currency") or currency
        if value is not None and code:
            return value, code
    plain = payload.get(name)
    if isinstance(plain, dict):  # a single MoneyV2
        currency = currency_of(plain, "currency_code", "currency") or currency
        plain = plain.get("amount")
    value = number(plain)
    return (value, currency) if value is not None and currency else None


def minor(value: Decimal, currency: str) -> int:
    """Whole minor units of an amount, half-even where it has finer parts."""
    words = load().words
    exponent = 0 if currency in words["currencies_of_1"] else 2
    exponent = 3 if currency in words["currencies_of_1000"] else exponent
    return int(value.scaleb(exponent).quantize(Decimal(1), ROUND_HALF_EVEN))


def money(value: Decimal, currency: str) -> dict[str, Any]:
    """The catalogue's money."""
    return {"minor": minor(value, currency), "currency": currency}


def code(value: Any) -> str | None:
    """A short code, None for text that the catalogue would not take for one."""
    text = value.strip() if isinstance(value, str) else ""
    is_code = text and len(text.encode("utf-8", "replace")) <= 64 and text.count(" ") < 4
    return text if is_code and "@" not in text and text.isprintable() else None


def word(payload: Json, name: str) -> str:
    """An enumeration's word in small letters; empty when there is none."""
    value = payload.get(name)
    return value.strip().lower() if isinstance(value, str) else ""


def moment(value: Any) -> datetime | None:
    """A time with its offset, in UTC; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def text_of(when: datetime) -> str:
    """RFC 3339 in UTC."""
    return when.isoformat().replace("+00:00", "Z")


def happened(payload: Json) -> datetime:
    """When it was created; processed_at for what was brought over from another system later.

    Raises `UnreadableError` when the payload tells neither.
    """
    created, processed = moment(payload.get("created_at")), moment(payload.get("processed_at"))
    if processed and (created is None or created - processed > _IMPORTED):
        return processed
    if created is None:
        raise UnreadableError("bad_time", "created_at")
    return created


def party_refs(customer_id: str | None, email: Any, phone: Any) -> list[dict[str, str]]:
    """Who the customer is, in the clear."""
    refs = [{"id_type": "shopify_customer", "id": customer_id}] if customer_id else []
    if isinstance(email, str) and _EMAIL.fullmatch(email.strip()):
        refs.append({"id_type": "email", "id": email.strip()})
    if isinstance(phone, str) and sum(c.isdigit() for c in phone) >= 6:
        refs.append({"id_type": "phone", "id": phone.strip()})
    return [{**ref, "role": "customer"} for ref in refs]


def admin_url(payload: Json, path: str) -> str | None:
    """The record in the shop's administration, where the payload names the shop's domain."""
    try:
        host = urlsplit(str(payload.get("order_status_url") or "")).hostname or ""
    except ValueError:
        return None
    shop = re.fullmatch(r"([a-z0-9-]+)\.myshopify\.com", host)
    if shop:
        return f"https://admin.shopify.com/store/{shop[1]}/{path}"
    return (
        f"https://{host}/admin/{path}" if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host) else None
    )
