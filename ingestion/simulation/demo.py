"""Composes the simulation: chunks of customers to event files and a truth file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ingestion.simulation import delivery, ledger, model, truth
from ingestion.simulation.company import CHUNK, Company

OnStep = Callable[[str], None]


def chunks(company: Company) -> Iterator[range]:
    """Ranges of customers that are simulated at a time; memory follows their size."""
    for first in range(0, company.customers, CHUNK):
        yield range(first, min(first + CHUNK, company.customers))


def step_count(company: Company, domains: tuple[str, ...] = tuple(model.EVENTS)) -> int:
    """How often `on_step` will be called."""
    return len(list(chunks(company))) * (len(model.steps(domains)) + 1)


def simulate(
    company: Company, landing: Path, truth_file: Path, on_step: OnStep = lambda _name: None
) -> truth.Truth:
    """Write the company's event files into `landing` and what was planted into `truth_file`."""
    landing.mkdir(parents=True, exist_ok=True)
    delivery.clear(landing)
    found: truth.Truth = {}
    totals: ledger.Totals = {}
    with TemporaryDirectory() as scratch, model.connect(company, Path(scratch)) as con:
        number = 0
        for number, customers in enumerate(chunks(company), start=1):
            model.run_chunk(con, customers, tuple(model.EVENTS), on_step)
            truth.add(found, truth.counts(con) | truth.planted(con))
            ledger.add(con, totals)
            delivery.write(con, landing, number)
            on_step("files")
        ledger.post(con, company, totals)
        truth.add(found, truth.counts(con))
        delivery.write(con, landing, number + 1)
    return truth.write(truth_file, company, found)
