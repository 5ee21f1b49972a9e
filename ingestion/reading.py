"""One input on its way into the log: what an ingest is told, and the reading."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import duckdb

from ingestion import checks, draft, fates, mapping, merge, privacy, receipts, refusals
from ingestion import log as event_log
from ingestion.account import Account
from ingestion.ahead import Ahead
from ingestion.catalogue import DOMAINS, load
from ingestion.chunks import Chunk
from ingestion.fates import Elsewhere
from ingestion.merge import Merged
from ingestion.rejects import Rejects
from ingestion.sources.adapter import Adapter

ADAPTER_VERSION = "4"  # raise it when a change here reads the same bytes otherwise


@dataclass(frozen=True)
class Options:
    """What an ingest is told besides its files."""

    log: Path
    quarantine: Path
    work: Path
    secret: bytes
    run_started_at: datetime
    clock: Callable[[], datetime]
    mapping: mapping.Mapping | None = None
    recorded_at: datetime | None = None
    recorded_as_occurred: bool = False
    country: str = "DE"
    dry_run: bool = False
    adapter: Adapter | None = None
    topic: str | None = None
    party_keys: int = 1  # keys that had sealed the hashes which the input names as such

    @property
    def tells_totals(self) -> bool:
        """True of inputs that are looked at twice (see `controls`)."""
        return not self.dry_run and bool(self.mapping or self.adapter)

    def append_key(self, input_key: str) -> str:
        """32 hex digits over input bytes, mapping, adapter and catalogue version, and options."""
        given = self.recorded_at.isoformat() if self.recorded_at else self.recorded_as_occurred
        map_key = self.mapping.key if self.mapping else ""
        if self.adapter:
            map_key = f"{self.adapter.NAME} {self.adapter.VERSION} {self.topic or ''}"
        parts = (input_key, map_key, ADAPTER_VERSION, load().version, self.country, str(given))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    @cached_property
    def given_before(self) -> frozenset[str]:
        """Where the inputs lay that are taken in, as `given` tells it."""
        return receipts.places(self.log)

    def given(self, path: Path) -> dict[str, Any]:
        """What a new reading of the input must be told; paths below the home are relative to it."""
        home = self.log.parent.resolve()
        names = (path.resolve(), self.mapping and self.mapping.path.resolve())
        file, rules = (
            name and str(name.relative_to(home) if name.is_relative_to(home) else name)
            for name in names
        )
        return {
            "path": file,
            "mapping": rules,
            "adapter": self.adapter and self.adapter.NAME,
            "topic": self.topic,
            "recorded_at": self.recorded_at and self.recorded_at.isoformat(),
            "recorded_as_occurred": self.recorded_as_occurred,
            "country": self.country,
        }


@dataclass
class Reading:
    """One input on its way into the log, chunk by chunk.

    The keys are checked and the parts written without a lock; the commit takes it, and when
    another run came in between, that domain alone is read again while the lock is held.
    """

    con: duckdb.DuckDBPyConnection
    ahead: Ahead
    work: Path
    staging: Path
    input_key: str
    append_key: str
    options: Options
    merged: dict[str, Merged] = field(default_factory=dict)
    rejects: Rejects = field(init=False)
    refused: dict[str, Counter[str]] = field(default_factory=dict)
    known_refusals: dict[str, refusals.State] = field(init=False)

    def __post_init__(self) -> None:
        self.known_refusals = dict.fromkeys(DOMAINS, refusals.state(self.options.log))
        is_mapped = bool(self.options.mapping or self.options.adapter)
        self.rejects = Rejects(self.con, is_mapped=is_mapped)

    def read_all(self, account: Account) -> None:
        """Read every chunk, write its parts, keep what stays out."""
        for chunk, drafts in self.ahead.each(partial(self._load, DOMAINS)):
            judged = {} if self.options.dry_run else drafts
            self._merge(chunk, judged, wrong=[*drafts, "others"])
            for domain in drafts:
                if self.options.dry_run:
                    account.add_appended(self.con, domain)
                account.add_dropped(self.con, domain)
                account.add_drift(self.con, domain)

    def commit(self, domain: str) -> Merged | None:
        """Commit a domain under its lock; reads it again as often as somebody else was faster.

        None where the domain has no events, neither in the input nor in the log.
        """
        with event_log.locked(self.options.log, domain):
            if domain not in self.merged:  # none of its events: no tombstone can come too late
                if not event_log.file_uris(self.options.log, domain):
                    return None
                self._begun(domain)
                self.known_refusals[domain] = refusals.state(self.options.log)
            while True:
                try:
                    self._commit(domain)
                    return self.merged[domain]
                except merge.MovedError:
                    self._read_again(domain)

    def _read_again(self, domain: str) -> None:
        merge.discard(self.merged.pop(domain))
        self.rejects.drop(domain)
        self.refused.pop(domain, None)  # tombstones may have come since: counted anew
        self.known_refusals[domain] = refusals.state(self.options.log)
        with self.ahead.again() as again:
            for chunk, drafts in again.each(partial(self._load, (domain,))):
                self._merge(chunk, {k: v for k, v in drafts.items() if k == domain}, wrong=[])
        self._begun(domain)  # where none of its events is in the input

    def _commit(self, domain: str) -> None:
        if refusals.state(self.options.log) != self.known_refusals[domain]:
            raise merge.MovedError(domain)
        # a rotation has begun since: what was read is sealed by too few keys
        privacy.check_fingerprint(self.options.secret, self.options.log / "secret.fingerprint")
        merged = self.merged[domain]
        with event_log.locked(self.options.log, event_log.ANY):
            if self._is_taken(merged):
                raise merge.MovedError(domain)
            merge.commit(
                self.con,
                merged,
                log=self.options.log,
                input_key=self.input_key,
                append_key=self.append_key,
                clock=self.options.clock,
            )

    def _is_taken(self, merged: Merged) -> bool:
        """A new key has come to another domain since it was checked; the caller lets none commit."""
        new = [path for path, _ in merged.parts]
        if not new or merged.beside is None:
            return False
        others = (domain for domain in DOMAINS if domain != merged.domain)
        listed = (part for o in others for part in event_log.file_uris(self.options.log, o))
        return fates.meets(self.con, new, [part for part in listed if part not in merged.beside])

    def _load(self, counted: Collection[str]) -> dict[str, list[str]]:
        """Drafts of the lines read; what is refused in the domains `counted` joins their account."""
        options = self.options
        clocks = checks.Clocks(
            options.run_started_at, options.recorded_at, options.recorded_as_occurred
        )
        country = (options.mapping and options.mapping.country) or options.country
        drafts = draft.load_chunk(self.con, clocks, country)
        for domain, by_source in refusals.refuse(self.con, options.log, drafts).items():
            if domain in counted:
                self.refused.setdefault(domain, Counter()).update(by_source)
        return drafts

    def _merge(self, chunk: Chunk, drafts: dict[str, list[str]], *, wrong: Sequence[str]) -> None:
        """Write the new rows of drafts by domain as parts; what is wrong or in conflict stays out."""
        log, judged = self.options.log, list[str]()
        known = {domain: event_log.file_uris(log, domain) for domain in DOMAINS if drafts}
        for domain in drafts:
            merged, elsewhere = self._begun(domain), self._elsewhere(domain, known, judged)
            if merged.beside is None:
                merged.beside = frozenset(elsewhere.parts)
            merge.judge(self.con, merged, elsewhere)
            judged.append(domain)
        if not (wrong or drafts):
            return
        self.rejects.find(wrong, drafts)
        # finding places reads the file once more: beside the writing, not after it
        with ThreadPoolExecutor(1) as aside:
            placed = aside.submit(self.rejects.place, chunk)
            for domain, views in drafts.items():
                merge.write(self.con, self.merged[domain], self.input_key, self.append_key, views)
        placed.result()

    def _elsewhere(self, domain: str, known: dict[str, list[str]], judged: list[str]) -> Elsewhere:
        others = [other for other in DOMAINS if other != domain]
        parts = [part for other in others for part in known[other]]
        written = (path for other in others if (m := self.merged.get(other)) for path, _ in m.parts)
        parts += [str(path) for path in written if path.exists()]  # else committed by now
        return Elsewhere(parts, [*judged], self.input_key, self.append_key)

    def _begun(self, domain: str) -> Merged:
        if domain not in self.merged:
            self.merged[domain] = merge.begin(self.con, self.options.log, domain, self.staging)
        return self.merged[domain]
