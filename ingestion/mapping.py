"""Mapping files: a table's rows to events (stub for wiring; see below)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.inputs import Lines


class MappingError(Exception):
    """A mapping file says something that cannot be: names the file, the key and the remedy."""


@dataclass(frozen=True)
class Mapping:
    """A mapping as read from YAML."""

    key: str
    source: str


def read(path: Path) -> Mapping:
    """Read and check a mapping file."""
    raise NotImplementedError


def json_lines(
    con: duckdb.DuckDBPyConnection, path: Path, mapping: Mapping, work: Path
) -> tuple[Lines, int]:
    """Events of a table."""
    raise NotImplementedError
