"""Rotating the hashing secret of a home: the key, the log, and all that was derived from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from filelock import FileLock

from ingestion import erasure, privacy, rotation
from ingestion.privacy import SecretError
from ingestion.rotation import Rotation
from waypost import hashing_secret, retention, steps, upkeep
from waypost.cli import WaypostError
from waypost.erasure import purge_derived
from waypost.settings import Settings

# told of the parts that are done and of all there are
Progress = Callable[[int, int], None]


def rotate(
    settings: Settings,
    *,
    key: str,
    now: datetime,
    is_dry: bool = False,
    progress: Progress = lambda done, total: None,
) -> dict[str, Any]:
    """Seal every keyed hash by `key`, or go on with a rotation that was stopped; returns counts.

    A secret that ends with this key already is not rotated again; one with a key that the log does
    not know is not given another. Raises `WaypostError`.
    """
    settings.create()
    try:
        secret = hashing_secret.existing(settings)
        found = rotation.pending(settings.log, secret)
        counts = rotation.count(settings.log) | {"is_resumed": found is not None}
        if is_dry:
            return {"is_dry_run": True, "key_count": len(privacy.keys(secret)), **counts}
        with FileLock(settings.log / "erasures.lock"):
            _refuse_open_erasures(settings)
            secret = hashing_secret.existing(
                settings
            )  # another process may have rotated while this one waited
            begun = rotation.pending(settings.log, secret)
            if begun is None:
                rotation.sweep(settings.log)
            if begun is None and found is None:
                begun = _begin(settings, secret, key, now)
            if begun:
                _carry_out(settings, begun, now, lambda done: progress(done, counts["parts"]))
        return {"key_count": len(privacy.keys(hashing_secret.existing(settings))), **counts}
    except SecretError as error:
        raise WaypostError(str(error)) from error


def _refuse_open_erasures(settings: Settings) -> None:
    if waiting := len(erasure.under_way(settings.log)):
        raise WaypostError(
            f"Erasures that are not finished ({waiting}) know people by the old hashes: run the DAG "
            "erase_people (or the same `waypost erase` again) first."
        )


def _refuse_open_retention(settings: Settings) -> None:
    if retention.under_way(settings).exists():
        raise WaypostError(
            "A retention is not finished, and a person must get the same stand-in in all parts: run "
            "`waypost retain` first."
        )


def _begin(settings: Settings, secret: bytes, key: str, now: datetime) -> Rotation | None:
    """Add the key to the secret file; what people did in the pages is read before, because it names
    them by the old hashes, and the pages are emptied, so that nobody does more of it.
    """
    known = privacy.keys(secret)
    if known[-1] == key.encode():
        return None
    _refuse_open_retention(settings)
    upkeep.verify_parts(settings)  # a damaged part would stop it half-way, with the log closed
    steps.ingest_landing(settings, ("waypost",), run_started_at=now)  # fails before pages go
    purge_derived(settings)
    steps.ingest_landing(settings, ("waypost",), run_started_at=now)
    fresh = privacy.chained([*known, key.encode()])
    privacy.write_whole(settings.secret_file, fresh.decode() + "\n")
    return Rotation(settings.log, fresh, len(known))


def _carry_out(
    settings: Settings, begun: Rotation, now: datetime, progress: Callable[[int], None]
) -> None:
    done = 0

    def count(parts: int) -> None:
        nonlocal done
        done += parts
        progress(done)

    rotation.carry_out(begun, at=now, progress=count)
    purge_derived(settings)
    rotation.finish(begun)
