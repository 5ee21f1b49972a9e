"""How payloads arrive: pulled page by page or received as webhooks, landed before anything reads them."""

from __future__ import annotations

from ingestion.transport import shopify, stripe, zendesk
from ingestion.transport.streams import System

_SYSTEMS = {one.name: one for one in (zendesk.SYSTEM, stripe.SYSTEM, shopify.SYSTEM)}


def system(name: str) -> System:
    """The system of this name; raises `KeyError` for one that nobody has built."""
    return _SYSTEMS[name]
