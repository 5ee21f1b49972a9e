"""Sections of a mapping file: complaints name the file, the key and the remedy; knows no table."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any


class MappingError(Exception):
    """A mapping file says something that cannot be: names the file, the key and the remedy."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy: the nearest known word, else all of them."""
    listed = sorted(known)
    close = difflib.get_close_matches(word, listed, 1)
    return f"did you mean '{close[0]}'?" if close else f"use one of {', '.join(listed)}"


class Sections:
    """Looks into one file's sections; every complaint names the file, the key and the remedy."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def error(self, key: str, remedy: str) -> MappingError:
        """One sentence about a key."""
        return MappingError(f"{self.path}: '{key}' {remedy}.")

    def known(self, at: str, spec: object, keys: Iterable[str]) -> dict[str, Any]:
        """The section, when all its keys are known; raises `MappingError` otherwise."""
        if not isinstance(spec, dict):
            raise self.error(at, f"must be a mapping with the keys {', '.join(sorted(keys))}")
        for key in spec:
            if key not in keys:
                remedy = nearest(str(key), keys)
                raise self.error(f"{at}.{key}".lstrip("."), f"is unknown: {remedy}")
        return spec

    def required(self, at: str, spec: dict[str, Any], key: str) -> Any:
        """The value of a key that must be there; raises `MappingError` when it is empty."""
        if spec.get(key) in (None, "", []):
            raise self.error(f"{at}.{key}".lstrip("."), "is missing: add it")
        return spec[key]

    def word(self, at: str, spec: dict[str, Any], key: str) -> str | None:
        """The name or text of a key that may be missing; raises `MappingError` for anything else."""
        value = spec.get(key)
        if value is not None and not (isinstance(value, str) and value):
            raise self.error(f"{at}.{key}".lstrip("."), "must be a text: put it in quotes")
        return value

    def plain(self, at: str, value: object) -> Any:
        """A text, a number or true/false as given, a date as text; raises `MappingError`."""
        if isinstance(value, date):
            return value.isoformat()
        is_finite = not isinstance(value, float) or math.isfinite(value)
        if not isinstance(value, str | int | float | None) or not is_finite:
            raise self.error(at, "must be a text, a number or true or false")
        return value

    def names(self, at: str, spec: object) -> tuple[str, ...]:
        """One column or a list of them."""
        listed = spec if isinstance(spec, list) else [spec]
        if not listed or not all(isinstance(name, str) and name for name in listed):
            raise self.error(at, "must name a column or a list of columns")
        return tuple(listed)
