"""Reads again what left rows in quarantine, from where each receipt says that its input lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion import inputs, pipeline, privacy, quarantine, receipts, settled
from ingestion.account import COUNTS
from ingestion.sources import exports
from waypost.cli import UsageError, WaypostError
from waypost.settings import Settings


def keys(settings: Settings, beginnings: Sequence[str]) -> list[str]:
    """Keys of the inputs in quarantine that begin like one of these; all when none is given.

    Raises `WaypostError` for a beginning that fits no input, or several; `UsageError` for an empty one.
    """
    if not all(beginnings):
        raise UsageError("--input is empty: give the first digits of an input, or leave it out.")
    known = [path.stem for path in quarantine.files(settings.quarantine)]
    if not beginnings:
        return known
    found = []
    for beginning in beginnings:
        fitting = [key for key in known if key.startswith(beginning)]
        if len(fitting) != 1:
            what = "no input" if not fitting else f"{len(fitting)} inputs"
            raise WaypostError(
                f"--input {beginning} fits {what} in quarantine: see `waypost quarantine show`."
            )
        found += fitting
    return found


def retry(
    settings: Settings, input_keys: Sequence[str], clock: Callable[[], datetime]
) -> tuple[dict[str, int], list[str]]:
    """Read these inputs again; returns the counts and a sentence for each that could not be read.

    What the log has already is a duplicate, so a second retry changes nothing. A corrected copy in
    the input's place is an input of its own: then the rows of the old one are settled by it.
    """
    total: Counter[str] = Counter()
    problems = []
    for key in input_keys:
        try:
            total.update(_retry(settings, key, clock))
        except WaypostError as error:
            problems.append(str(error))
    return {name: total[name] for name in ("inputs", *COUNTS)}, problems


def _retry(settings: Settings, key: str, clock: Callable[[], datetime]) -> dict[str, int]:
    path, options = _given(settings, key)
    new_key = exports.input_key(path) if path.is_dir() else inputs.input_key(path)
    if new_key == key:
        receipts.set_back(settings.log, key)
    counts = pipeline.ingest(
        [path],
        log=settings.log,
        quarantine=settings.quarantine,
        work=settings.landing / ".work",
        secret_file=settings.secret_file,
        run_started_at=clock(),
        clock=clock,
        **options,
    )
    if new_key != key:
        places = quarantine.places(settings.quarantine, key)
        reason = f"replaced by a corrected copy, input {new_key[:12]}"
        settled.add(settings.quarantine, key, map(settled.Place._make, places), reason, clock())
    return {"inputs": 1, **counts}


def _given(settings: Settings, key: str) -> tuple[Path, dict[str, Any]]:
    """Where the input lies, and what its first reading was told."""
    receipt = receipts.read(settings.log, key) or {"input_key": key}
    told = options(settings, receipt)
    path = settings.home / receipt["given"]["path"]
    _check_there(path, key)
    return path, told


def _check_there(place: Path, key: str) -> None:
    if not place.exists():
        raise WaypostError(
            f"{place} of input {key[:12]} is gone: put it back and retry, or discard its rows."
        )


def options(settings: Settings, receipt: Mapping[str, Any]) -> dict[str, Any]:
    """What the reading was told that left a receipt, for `pipeline.ingest`.

    Raises `WaypostError` when it says nothing, its mapping is gone, or its country is none.
    """
    key, given = receipt["input_key"], receipt.get("given")
    if given is None:
        raise WaypostError(
            f"Input {key[:12]} has no receipt that says where it lies: ingest its file again."
        )
    rules = given["mapping"] and settings.home / given["mapping"]
    if rules:
        _check_there(rules, key)
    try:
        country = privacy.country_code(given["country"])
    except privacy.CountryError:
        raise WaypostError(
            f"Input {key[:12]} was read with --country {given['country']}, which is no country: ingest "
            f"{settings.home / given['path']} again with the right --country, which replaces what it appended."
        ) from None
    moment = given["recorded_at"]
    return {
        "mapping_file": rules,
        "adapter": given["adapter"],
        "topic": given["topic"],
        "recorded_at": moment and datetime.fromisoformat(moment),
        "recorded_as_occurred": given["recorded_as_occurred"],
        "country": country,
    }


def discard(
    settings: Settings,
    input_keys: Sequence[str],
    *,
    code: str | None,
    lines: Sequence[int],
    reason: str,
    at: datetime,
) -> dict[str, int]:
    """Settle the rows of these inputs (of a code, in these lines); returns how many were open.

    Raises `WaypostError` where no row fits.
    """
    count, is_found = 0, False
    for key in input_keys:
        rows = map(settled.Place._make, quarantine.places(settings.quarantine, key))
        chosen = [
            row
            for row in rows
            if code in (None, row.code) and (not lines or row.line_number in lines)
        ]
        is_found = is_found or bool(chosen)
        count += settled.add(settings.quarantine, key, chosen, reason, at) if chosen else 0
    if not is_found:
        raise WaypostError(
            "No row in quarantine fits what is to be discarded: see `waypost quarantine show`."
        )
    return {"discarded": count}
