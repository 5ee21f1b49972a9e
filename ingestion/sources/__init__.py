"""Adapters: what a system really sends, to events of the catalogue; one module a system."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from ingestion.sources.adapter import Adapter

NAMES = ("shopify", "stripe", "zendesk")


class SourceError(Exception):
    """No adapter has that name; the sentence lists those that there are."""


def names() -> list[str]:
    """Names of the adapters, sorted."""
    return list(NAMES)


def find(name: str) -> Adapter:
    """The adapter of that name. Raises `SourceError` for a name that none has."""
    if name not in names():
        raise SourceError(f"There is no adapter '{name}': choose one of {', '.join(names())}.")
    return cast(Adapter, import_module(f"{__name__}.{name}"))
