"""The conventions of the landing folders: which files are read how; knows no event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from waypost.settings import Settings


@dataclass(frozen=True)
class Group:
    """Files of landing folders that are read the same way: as events, by adapter or by mapping."""

    paths: list[Path]
    adapter: str | None = None
    mapping_file: Path | None = None


def groups(settings: Settings, folders: Sequence[str]) -> list[Group]:
    """What lies in these landing folders, by the way it is read.

    A folder below a landing folder with the name of an adapter (`billing/stripe/`), or of a file
    in `config/mappings/` (`contact/calls/` and `calls.yaml`), belongs to it; the rest are events.
    """
    from ingestion import pipeline

    roots = [settings.landing / folder for folder in folders]
    claimed = [group for root in roots for group in _claimed(settings, root)]
    taken = {path for group in claimed for path in group.paths}
    plain = [p for p in pipeline.find_files(roots) if taken.isdisjoint(p.parents)]
    return [Group(plain), *claimed]


def take_in(
    settings: Settings, group: Group, files: Sequence[Path], *, run_started_at: datetime
) -> dict[str, int]:
    """Bring files of a group into the log the way the group is read; returns the counts.

    Raises as `pipeline.ingest` does.
    """
    from ingestion import pipeline

    return pipeline.ingest(
        files,
        log=settings.log,
        quarantine=settings.quarantine,
        secret_file=settings.secret_file,
        run_started_at=run_started_at,
        clock=lambda: datetime.now(UTC),
        mapping_file=group.mapping_file,
        adapter=group.adapter,
        country=settings.country,
    )


def _claimed(settings: Settings, root: Path) -> Iterator[Group]:
    from ingestion import sources

    for folder in sorted(p for p in root.iterdir() if p.is_dir()):
        mapping_file = settings.config / "mappings" / f"{folder.name}.yaml"
        if mapping_file.exists():
            yield Group([folder], mapping_file=mapping_file)
        elif folder.name in sources.names():
            yield Group([folder], adapter=folder.name)
