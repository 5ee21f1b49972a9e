"""Signatures: what is genuine, and what is not by one byte, one secret, one second too many."""

from __future__ import annotations

import base64

import pytest

from ingestion.transport.signatures import HEADERS, TOLERANCE_SECONDS, is_genuine
from tests.transport.signed import SECRETS, hmac_sha256, signed

NOW = 1_767_225_600
TIMED = ("stripe", "zendesk")


@pytest.mark.parametrize("system", SECRETS)
def test_a_right_signature_is_genuine(system: str) -> None:
    body, headers = signed(system, {"id": "x", "text": "Grüße"}, NOW)
    assert is_genuine(system, headers, body, [SECRETS[system]], NOW)


@pytest.mark.parametrize("system", SECRETS)
def test_another_body_secret_or_signature_is_not(system: str) -> None:
    body, headers = signed(system, {"id": "x"}, NOW)
    secrets = [SECRETS[system]]
    assert not is_genuine(system, headers, body + b" ", secrets, NOW)
    assert not is_genuine(system, headers, body, [b"another"], NOW)
    assert not is_genuine(system, headers, body, [], NOW)
    assert not is_genuine(system, {}, body, secrets, NOW)
    short = headers[HEADERS[system]].removesuffix(",v0=00")[:-1]
    for told in ("", "ä", "t=,v1=", "t=1e9,v1=x", "t=9,t=9,v1=x", short):
        assert not is_genuine(system, {**headers, HEADERS[system]: told}, body, secrets, NOW)


@pytest.mark.parametrize("system", SECRETS)
def test_an_old_and_a_new_secret_are_valid_while_they_are_rotated(system: str) -> None:
    secrets = [b"new", SECRETS[system]]
    for key in secrets:
        body, headers = signed(system, {}, NOW, key)
        assert is_genuine(system, headers, body, secrets, NOW)


def test_stripe_signs_with_several_keys_at_once() -> None:
    body, old = signed("stripe", {}, NOW, b"old")
    _, new = signed("stripe", {}, NOW, b"new")
    both = {"stripe-signature": old["stripe-signature"] + "," + new["stripe-signature"][13:]}
    assert is_genuine("stripe", both, body, [b"old"], NOW)
    assert is_genuine("stripe", both, body, [b"new"], NOW)


@pytest.mark.parametrize("system", TIMED)
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_replayed_webhook_is_too_old(system: str, sign: int) -> None:
    body, headers = signed(system, {}, NOW)
    for seconds, expected in ((TOLERANCE_SECONDS, True), (TOLERANCE_SECONDS + 1, False)):
        later = NOW + sign * seconds
        assert is_genuine(system, headers, body, [SECRETS[system]], later) is expected


def test_zendesk_tells_its_time_in_words_and_signs_it_as_told() -> None:
    told = "2026-01-01T00:00:00Z"
    digest = hmac_sha256(b"key", told.encode() + b"{}")
    headers = {
        "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
        "x-zendesk-webhook-signature-timestamp": told,
    }
    assert is_genuine("zendesk", headers, b"{}", [b"key"], NOW)
    headers["x-zendesk-webhook-signature-timestamp"] = "2026-01-01T00:00:01Z"
    assert not is_genuine("zendesk", headers, b"{}", [b"key"], NOW)
