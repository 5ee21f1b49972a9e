"""How Waypost gets at other systems: addresses and secrets, from the environment or Airflow.

Secrets are read here and handed on as values; no file and no argument of a command holds one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from ingestion.transport.streams import Access
from waypost.cli import UsageError

SYSTEMS = ("zendesk", "stripe", "shopify")
PACE = "WAYPOST_ZENDESK_PER_MINUTE"  # of exports, where the plan allows more than ten
STRIPE_URL = "https://api.stripe.com"
# system → variables of the address, the user (Zendesk alone) and the secret
VARIABLES = {
    "zendesk": ("WAYPOST_ZENDESK_URL", "WAYPOST_ZENDESK_USER", "WAYPOST_ZENDESK_TOKEN"),
    "stripe": ("WAYPOST_STRIPE_URL", "", "WAYPOST_STRIPE_KEY"),
    "shopify": ("WAYPOST_SHOPIFY_URL", "", "WAYPOST_SHOPIFY_TOKEN"),
}
WEBHOOK_VARIABLES = {
    "zendesk": "WAYPOST_ZENDESK_WEBHOOK_SECRETS",
    "stripe": "WAYPOST_STRIPE_WEBHOOK_SECRETS",
    "shopify": "WAYPOST_SHOPIFY_WEBHOOK_SECRETS",
}


def required(system: str) -> list[str]:
    """The variables without which a system cannot be pulled."""
    address, user, secret = VARIABLES[system]
    return [name for name in (address, user, secret) if name and name != "WAYPOST_STRIPE_URL"]


def of_environment(system: str, environment: Mapping[str, str] = os.environ) -> Access | None:
    """Access as the environment tells it; None when nothing is set. Raises `UsageError`."""
    address, user, secret = (environment.get(name, "").strip() for name in VARIABLES[system])
    if not (address or user or secret):
        return None
    pace = environment.get(PACE, "") if system == "zendesk" else ""
    return _checked(system, address, user, secret, pace)


def of_connection(system: str) -> Access | None:
    """Access as the Airflow connection `waypost_<system>` tells it; None when there is none."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found = Connection.get(f"waypost_{system}")
    except AirflowNotFoundException:
        return None
    host = found.host or ""
    if host and "://" not in host:
        host = f"https://{host}"
    pace = str(found.extra_dejson.get("per_minute") or "")
    return _checked(system, host, found.login or "", found.password or "", pace)


def webhook_secrets(environment: Mapping[str, str] = os.environ) -> dict[str, tuple[bytes, ...]]:
    """Signing secrets by system; several of one system are separated by blanks or commas."""
    told = {
        system: environment.get(name, "").replace(",", " ").split()
        for system, name in WEBHOOK_VARIABLES.items()
    }
    return {system: tuple(one.encode() for one in own) for system, own in told.items() if own}


def _checked(system: str, address: str, user: str, secret: str, pace: str) -> Access:
    address = address or (STRIPE_URL if system == "stripe" else "")
    if not address or not secret:
        name = VARIABLES[system][0 if not address else 2]
        raise UsageError(
            f"{system} is configured in part: set {name} in the environment, or the host and "
            f"password of the Airflow connection waypost_{system}."
        )
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise UsageError(
            f"The address of {system} must begin with https://, or its key would travel in clear: "
            f"correct {VARIABLES[system][0]}."
        )
    if pace and not (pace.isdigit() and int(pace)):
        raise UsageError(f"The pace of {system} is {pace}: give whole requests a minute in {PACE}.")
    return Access(url=address, secret=secret, user=user, per_minute=int(pace) if pace else None)
