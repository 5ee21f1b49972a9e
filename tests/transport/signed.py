"""Webhooks signed as their systems sign them, by hashlib alone: not by the code under test."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

SECRETS = {"stripe": b"whsec_test", "shopify": b"shpss_test", "zendesk": b"zendesk_test"}


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """RFC 2104, written out."""
    padded = (
        key.ljust(64, b"\0") if len(key) <= 64 else hashlib.sha256(key).digest().ljust(64, b"\0")
    )
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


def signed(
    system: str, document: Any, now: int, key: bytes | None = None
) -> tuple[bytes, dict[str, str]]:
    """Body and headers."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    secret = SECRETS[system] if key is None else key
    if system == "stripe":
        digest = hmac_sha256(secret, f"{now}.".encode() + body).hex()
        own = {"stripe-signature": f"t={now},v1={digest},v0=00"}
    elif system == "shopify":
        digest = base64.b64encode(hmac_sha256(secret, body)).decode()
        own = {"x-shopify-hmac-sha256": digest, "x-shopify-topic": "orders/create"}
    else:
        digest = base64.b64encode(hmac_sha256(secret, str(now).encode() + body)).decode()
        own = {
            "x-zendesk-webhook-signature": digest,
            "x-zendesk-webhook-signature-timestamp": str(now),
        }
    return body, {"content-type": "application/json", **own}
