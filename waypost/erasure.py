"""Erasing a person from the whole home: the log, the door, the landing zone, all that was derived."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import duckdb
from filelock import FileLock

from ingestion import (
    controls,
    erasure,
    person,
    pipeline,
    privacy,
    refusals,
    side_books,
    totals,
)
from ingestion import log as event_log
from ingestion.catalogue import load
from ingestion.erasure import Erasure
from ingestion.sightings import Sightings
from waypost import access_log, built, hashing_secret, witnesses
from waypost.cli import WaypostError
from waypost.settings import Settings

DUE = timedelta(days=30)  # one month (Art. 12 GDPR), counted from the request
SOURCE = "/waypost/erasure"


def hash_of(settings: Settings, id_type: str, value: str, country: str = "DE") -> str:
    """The log's name of an identifier given in the clear."""
    secret = hashing_secret.of_log(settings)
    return privacy.hash_id(secret, id_type, privacy.normalise(id_type, value, country))


def erase(
    settings: Settings, id_hash: str, *, now: datetime, salt: str, is_dry: bool = False
) -> dict[str, Any]:
    """Erase the person behind a hash; run again after a crash, it ends in the same state.

    `salt` (unguessable) makes the stand-ins. Raises `WaypostError` when the log knows nobody by
    that hash, more than a person, or a shared mailbox.
    """
    seen = Sightings()
    if is_dry:
        request = _begin(settings, id_hash, now=now, salt=salt)
        request, counts = _known(settings, request, seen)
        return {"request_id": request.request_id, "is_dry_run": True, **counts}
    with FileLock(settings.log / "erasures.lock"):  # of two at once the second finds the first
        request = _begin(settings, id_hash, now=now, salt=salt)
        request, _ = _known(settings, request, seen)
        request.keep(settings.log)
        return _carry_out(settings, request, seen)


def _known(settings: Settings, request: Erasure, seen: Sightings) -> tuple[Erasure, dict[str, int]]:
    """The request with all that was found of the person, who must be known, and its counts."""
    found, counts = _look(settings, request, seen)
    if request.place(settings.log).exists() or request.has_begun(settings.log):
        return found, counts
    if not counts["events"]:
        raise WaypostError(
            "The log knows nobody by that identifier, so nothing was changed: look at its type and "
            "spelling, and write a phone number with its country code."
        )
    if person.is_shared(settings.log, request.id_hash, seen):
        raise WaypostError(
            "That address is a shared mailbox (such as info@) and no person, and its erasure would refuse events of "
            "living customers for ever: erase by an identifier of the person alone."
        )
    return found, counts


def ask(settings: Settings, id_hash: str, *, now: datetime, salt: str) -> dict[str, Any]:
    """Write the request down for the next run of the DAG `erase_people`; raises as `erase` does."""
    request = _begin(settings, id_hash, now=now, salt=salt)
    _known(settings, request, Sightings())
    if request.salt == salt:  # one under way is written down, and whoever carries it out adds to it
        request.keep(settings.log)
    return {"request_id": request.request_id, "is_requested": True}


def erase_people(settings: Settings, **_: datetime) -> dict[str, int] | None:
    """Carry out all requests that are open; None when there is none.

    Raises `WaypostError` at the end when one of them must stay open (see `check_ended`).
    """
    settings.create()
    requests = erasure.under_way(settings.log)
    done = [carry_out(settings, request) for request in requests]
    if not done:
        return None
    check_ended(*done)
    people = {one["request_id"] for one in done}
    return {"people": len(people), "events": sum(int(one["events"]) for one in done)}


def check_ended(*done: dict[str, Any]) -> None:
    """Raise `WaypostError` when erasures stay open, because landed files were not read to their end."""
    waiting = sorted({name for one in done for name in one.get("landing_waiting", ())})
    if waiting:
        requests = ", ".join(one["request_id"] for one in done if one.get("landing_waiting"))
        raise WaypostError(
            f"Request {requests} stays open, because what tells of the person was not read to its end: ingest "
            f"{', '.join(waiting)} (or delete it, if nobody needs it), then erase again or let erase_people."
        )


def carry_out(settings: Settings, request: Erasure) -> dict[str, Any]:
    """Do a request that is written down, and throw it away at the end."""
    with FileLock(settings.log / "erasures.lock"):
        if not request.place(settings.log).exists():  # another process has finished it meanwhile
            return {"request_id": request.request_id, "events": 0, "parts": 0, "identifiers": 0}
        seen = Sightings()
        return _carry_out(settings, _look(settings, request, seen)[0], seen)


def _carry_out(settings: Settings, request: Erasure, seen: Sightings) -> dict[str, Any]:
    """Do it, as one with what was asked or done for the same person; the caller holds the lock."""
    log = settings.log
    request = erasure.as_one(log, hashing_secret.of_log(settings), request)
    at = datetime.fromisoformat(request.at)
    with controls.erasing(log):
        _refuse(settings, request)
        erasure.wait_for_appends(log)
        request, counts = _look(settings, request, seen)
        request = replace(request, is_purged=request.is_purged and not counts["events"])
        request.keep(log)
        _refuse(settings, request)
        erasure.wait_for_appends(log)
        rewritten = erasure.rewrite(log, request, seen, at=at)
        _move_totals(settings, request)
    _purge_beside(settings, request)
    if not request.is_purged:
        purge_derived(settings)
        request = replace(request, is_purged=True)
    deleted, waiting = witnesses.purge(settings, request)
    if waiting:
        request.keep(log)
    else:
        _tell(settings, request, at)
        request.forget(log)
    landed = {"landing_deleted": deleted, "landing_waiting": waiting}
    return {"request_id": request.request_id, **counts, **rewritten, **landed}


def _begin(settings: Settings, id_hash: str, *, now: datetime, salt: str) -> Erasure:
    settings.create()
    secret = hashing_secret.of_log(settings)
    return erasure.begin(settings.log, secret, id_hash, salt=salt, at=now)


def _look(settings: Settings, request: Erasure, seen: Sightings) -> tuple[Erasure, dict[str, int]]:
    try:
        return erasure.look(settings.log, request, seen)
    except person.NoPersonError as error:
        raise WaypostError(str(error)) from error


def _refuse(settings: Settings, request: Erasure) -> None:
    secret = hashing_secret.of_log(settings)
    with duckdb.connect() as con:
        privacy.install(con, secret)
        refusals.add(con, settings.log, request.request_id, request.found)


def _move_totals(settings: Settings, request: Erasure) -> None:
    """Control totals keep their sums without the person's ids."""
    domains = {measure: load().types[kind].domain for kind, (measure, _) in totals.MAPPED.items()}
    keys = {
        domain: {key for *_, key in event_log.commits(settings.log, domain)}
        for domain in {*domains.values()}
    }
    side_books.move_totals(
        settings.log / "controls",
        request.request_id,
        frozenset(request.found),
        request.stand_in,
        lambda measure, append_key: append_key in keys[domains[measure]],
    )


def _purge_beside(settings: Settings, request: Erasure) -> None:
    """Last known states go, and so do parts that were damaged."""
    access_log.take_in(settings)
    side_books.forget_states(settings.log / "states", frozenset(request.found))
    shutil.rmtree(settings.log / ".damaged", ignore_errors=True)


def purge_derived(settings: Settings) -> None:
    """Delete what a build, a gate or a publish made; the next run makes it anew without the person.

    Waits for a build that is under way. Who has the serving copy open reads it to the end.
    """
    with built.lock(settings):
        for path in settings.home.glob(f"{settings.warehouse.name}*"):
            path.unlink(missing_ok=True)
        for folder in (settings.asof, settings.serving, settings.runs):
            for path in folder.iterdir() if folder.exists() else ():
                if path.suffix != ".lock":
                    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _tell(settings: Settings, request: Erasure, at: datetime) -> None:
    """The erasure is a fact of its own; it names the request, and nobody."""
    file = settings.landing / "waypost" / f"erasure-{request.request_id}.jsonl"
    if not file.exists():
        if _is_told(settings, request):
            return
        with privacy.replacing(file) as draft:
            draft.write_text(json.dumps(_event(request, at)) + "\n", "utf-8")
    pipeline.ingest(
        [file],
        log=settings.log,
        quarantine=settings.quarantine,
        secret_file=settings.secret_file,
        run_started_at=at,
    )


def _is_told(settings: Settings, request: Erasure) -> bool:
    files = event_log.file_uris(settings.log, "privacy")
    with duckdb.connect() as con:
        query = "select 1 from read_parquet($1, union_by_name = true) where event_id = $2"
        return bool(files and con.execute(query, [files, request.request_id]).fetchone())


def _event(request: Erasure, at: datetime) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": request.request_id,
        "source": SOURCE,
        "type": "privacy.erasure_completed",
        "subject": f"request/{request.request_id}",
        "time": at.isoformat(),
        "recordedtime": at.isoformat(),
        "data": {
            "request_id": request.request_id,
            "subject_pseudonym": request.stand_in("subject"),
            "due_at": (at + DUE).isoformat(),
            "scope": "person",
            "legal_basis": "gdpr_art_17",
        },
    }
