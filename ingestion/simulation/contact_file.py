"""One big file of mixed contact events for benchmarks, exactly as many lines as asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from ingestion.simulation import delivery, model, truth
from ingestion.simulation.company import Company

CHUNK = 6_000  # customers at a time; about as many events as a chunk of the whole company


def write(
    company: Company,
    target: Path,
    lines: int,
    on_lines: Callable[[int], None] = lambda _count: None,
) -> truth.Truth:
    """Write `lines` lines of the contact domain, chunk after chunk of customers."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"")
    found: truth.Truth = {}
    written, first = 0, 0
    with TemporaryDirectory() as scratch, model.connect(company, Path(scratch)) as con:
        while written < lines:
            customers = range(first, first + CHUNK)
            model.run_chunk(con, customers, ("contact",), lambda _name: None)
            count = delivery.append(con, target, lines - written, Path(scratch))
            truth.add(found, truth.counts(con))
            on_lines(count)
            written, first = written + count, first + CHUNK
    return found
