"""Repairs of the log: leftovers go, damaged parts leave the table, their inputs count as unread."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import receipts
from ingestion.soundness import Finding


def remove_leftover(log: Path, finding: Finding) -> None:
    """Remove a file or folder that no process and no commit knows."""
    if finding.domain is None:
        shutil.rmtree(finding.place, ignore_errors=True)
        finding.place.unlink(missing_ok=True)
        return
    with event_log.locked(log, finding.domain):
        current = {part.path for part in event_log.parts(log, finding.domain)}
        if finding.place not in current:
            finding.place.unlink(missing_ok=True)


def take_out(log: Path, finding: Finding, *, at: datetime) -> None:
    """Take a damaged part out of its table; the file is kept in `log/.damaged/`.

    Where it was compacted from parts that are still there and whole, those come back and nothing is
    lost; else its inputs count as unread from now on, before the part goes.
    """
    domain = str(finding.domain)
    with event_log.locked(log, domain):
        damaged = finding.place.name
        restored = sources(log, finding)
        if not restored:
            for key in finding.inputs:
                receipts.set_back(log, key)
        event_log.mend(event_log.open_table(log, domain), damaged, restored, at=at)
        if finding.place.exists():
            aside = log / ".damaged"
            aside.mkdir(exist_ok=True)
            finding.place.replace(aside / damaged)


def sources(log: Path, finding: Finding) -> list[tuple[Path, int]]:
    """The parts that a damaged part was compacted from, with their rows; empty unless all are whole."""
    table, damaged = log / str(finding.domain), finding.place.name
    added: dict[str, tuple[int, int]] = {}
    for commit in sorted((table / "_delta_log").glob("*.json")):
        actions = [json.loads(line) for line in commit.read_text("utf-8").splitlines()]
        for action in (one["add"] for one in actions if "add" in one):
            rows = int(json.loads(action["stats"])["numRecords"])
            added[action["path"]] = (int(action["size"]), rows)
        if any(one.get("add", {}).get("path") == damaged for one in actions):
            names = [one["remove"]["path"] for one in actions if "remove" in one]
            found = [(table / name, *added[name]) for name in names]
            if any(part_files.damage(path, size, deep=True) for path, size, _ in found):
                return []
            return [(path, rows) for path, _, rows in found]
    return []
