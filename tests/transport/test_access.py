"""What the environment and Airflow's connections say about systems, whole or in part."""

from __future__ import annotations

import json

import pytest

from waypost import access
from waypost.cli import UsageError

ZENDESK = {
    "WAYPOST_ZENDESK_URL": "https://example.zendesk.com",
    "WAYPOST_ZENDESK_USER": "user@example.org",
    "WAYPOST_ZENDESK_TOKEN": " token-never-shown\n",
    "WAYPOST_ZENDESK_PER_MINUTE": "30",
}


def test_an_access_never_shows_its_secret() -> None:
    found = access.of_environment("zendesk", ZENDESK)
    assert found is not None
    told = (found.url, found.user, found.secret, found.per_minute)
    assert told == ("https://example.zendesk.com", "user@example.org", "token-never-shown", 30)
    assert "never-shown" not in repr(found)


def test_a_system_without_any_setting_is_not_configured() -> None:
    assert [access.of_environment(one, {"WAYPOST_STRIPE_KEY": ""}) for one in access.SYSTEMS] == [
        None
    ] * 3


@pytest.mark.parametrize(
    ("system", "environment", "sentence"),
    [
        ("zendesk", {"WAYPOST_ZENDESK_TOKEN": "x"}, "set WAYPOST_ZENDESK_URL"),
        ("shopify", {"WAYPOST_SHOPIFY_URL": "https://x"}, "set WAYPOST_SHOPIFY_TOKEN"),
        (
            "stripe",
            {"WAYPOST_STRIPE_URL": "http://stripe.example.org", "WAYPOST_STRIPE_KEY": "x"},
            "must begin with https://",
        ),
        ("zendesk", ZENDESK | {"WAYPOST_ZENDESK_PER_MINUTE": "0"}, "give whole requests a minute"),
    ],
)
def test_half_a_configuration_says_what_is_missing(
    system: str, environment: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        access.of_environment(system, environment)


def test_an_airflow_connection_names_host_login_and_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {
        "conn_type": "http",
        "host": "example.zendesk.com",
        "login": "user@example.org",
        "password": "secret",
        "extra": {"per_minute": 30},
    }
    monkeypatch.setenv("AIRFLOW_CONN_WAYPOST_ZENDESK", json.dumps(told))
    found = access.of_connection("zendesk")
    assert found is not None
    assert (found.url, found.secret, found.per_minute) == (
        "https://example.zendesk.com", "secret", 30
    )  # fmt: skip


def test_several_signing_secrets_are_told_apart() -> None:
    told = {"WAYPOST_STRIPE_WEBHOOK_SECRETS": "new, old", "WAYPOST_SHOPIFY_WEBHOOK_SECRETS": " "}
    assert access.webhook_secrets(told) == {"stripe": (b"new", b"old")}
