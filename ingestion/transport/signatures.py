"""Did this body come from that system? Signatures over the raw body; knows no clock and no secret.

Every comparison takes the same time however much of a signature is right.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

TOLERANCE_SECONDS = 300
# the header without which nothing needs to be read
HEADERS = {
    "stripe": "stripe-signature",
    "shopify": "x-shopify-hmac-sha256",
    "zendesk": "x-zendesk-webhook-signature",
}
_ZENDESK_TIME = "x-zendesk-webhook-signature-timestamp"


def is_genuine(
    system: str, headers: Mapping[str, str], body: bytes, secrets: Iterable[bytes], now: float
) -> bool:
    """True when one of the secrets signed this body, and not too long ago.

    `headers` by lower-case name, `now` in seconds since 1970. Several secrets: an old one stays
    valid while a new one is rolled out.
    """
    told = headers.get(HEADERS[system], "")
    return _CHECKS[system](told, headers, body, tuple(secrets), now)


def _stripe(
    told: str, _headers: Mapping[str, str], body: bytes, secrets: tuple[bytes, ...], now: float
) -> bool:
    """`t=<seconds>,v1=<hex>[,v1=<hex>]` over `<t>.<body>`."""
    parts = [part.strip().partition("=") for part in told.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not _is_fresh(_seconds(times[0]), now):
        return False
    signed = f"{times[0]}.".encode() + body
    return _matches(given, [hmac.new(key, signed, "sha256").hexdigest() for key in secrets])


def _shopify(
    told: str, _headers: Mapping[str, str], body: bytes, secrets: tuple[bytes, ...], _now: float
) -> bool:
    """Base64 over the body; the system signs no time."""
    return _matches([told], [_base64(key, body) for key in secrets])


def _zendesk(
    told: str, headers: Mapping[str, str], body: bytes, secrets: tuple[bytes, ...], now: float
) -> bool:
    """Base64 over the time, as told, and the body."""
    time = headers.get(_ZENDESK_TIME, "")
    if not _is_fresh(_seconds(time), now):
        return False
    return _matches([told], [_base64(key, time.encode() + body) for key in secrets])


_Check = Callable[[str, Mapping[str, str], bytes, tuple[bytes, ...], float], bool]
_CHECKS: dict[str, _Check] = {"stripe": _stripe, "shopify": _shopify, "zendesk": _zendesk}


def _base64(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _matches(given: Iterable[str], right: Iterable[str]) -> bool:
    """Compare all with all, none less for a hit."""
    wanted = [one.encode() for one in right]
    hits = [hmac.compare_digest(one.encode(), other) for one in given for other in wanted]
    return any(hits)


def _seconds(text: str) -> float | None:
    """Seconds since 1970 of a number or an RFC 3339 time; None for anything else."""
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return float(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _is_fresh(moment: float | None, now: float) -> bool:
    return moment is not None and abs(now - moment) <= TOLERANCE_SECONDS
