"""From a system to the log: pulled, received, killed, repeated, and each payment stands there once."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from ingestion import log
from tests.transport.fake_system import Answer, Asked, Fake, events, serving, stripe_list
from tests.transport.test_listen import listening, send
from tests.transport.test_pull_command import environment

WAYPOST = [sys.executable, "-m", "waypost.cli"]
FIRST = 1_767_225_600


def ingested(home: Path) -> dict[str, int]:
    folder = str(home / "landing" / "billing" / "stripe")
    command = [*WAYPOST, "ingest", folder, "--source", "stripe", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    counts: dict[str, int] = json.loads(result.stdout.splitlines()[-1])
    return counts


def payments(home: Path) -> Counter[str]:
    import duckdb

    uris = log.file_uris(home / "log", "billing")
    query = "select event_id from read_parquet(?, union_by_name = true) where event_type = ?"
    with duckdb.connect() as con:
        found = con.execute(query, [uris, "payment.succeeded"]).fetchall()
    return Counter(row[0] for row in found)


def expected(known: list[dict[str, Any]]) -> Counter[str]:
    return Counter(f"{one['data']['object']['id']}/succeeded" for one in known)


def test_a_killed_pull_and_its_next_try_bring_each_payment_once(waypost_home: Path) -> None:
    known = events(60, first=int(time.time()) - 60 * 600, step=600)
    pull = [*WAYPOST, "pull", "stripe", "--json"]
    with serving(Fake(stripe_list(known), halt_at=4)) as fake:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(pull, env=environment(fake.url), **quiet)
        while len(fake.asked) < 4:
            time.sleep(0.005)
        process.kill()
        process.wait()
        fake.resume.set()
        ingested(waypost_home)  # what lies there is read while the pull is not done
        assert 0 < len(payments(waypost_home)) < 60
        for _ in range(2):  # the second one repeats the overlap
            subprocess.run(pull, env=environment(fake.url), check=True, **quiet)
    counts = ingested(waypost_home)
    assert counts["quarantined"] == 0
    assert payments(waypost_home) == expected(known)


def test_events_and_a_backfill_of_objects_tell_each_payment_once(waypost_home: Path) -> None:
    known = events(12, first=int(time.time()) - 12 * 600, step=600)
    yesterday = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))
    charges = [one["data"]["object"] for one in known]

    def answer(asked: Asked) -> Answer:
        lists = {"events": known, "charges": charges}
        return stripe_list(lists.get(asked.path.rsplit("/", 1)[1], []))(asked)

    pull = [*WAYPOST, "pull", "stripe", "--json"]
    with serving(Fake(answer)) as fake:
        for more in ([], ["--backfill", "--since", yesterday]):
            subprocess.run([*pull, *more], env=environment(fake.url), check=True)
    counts = ingested(waypost_home)
    assert (counts["quarantined"], counts["duplicates"]) == (0, 12)
    assert payments(waypost_home) == expected(known)


def test_a_killed_listener_and_senders_that_repeat_bring_each_payment_once(
    waypost_home: Path,
) -> None:
    known = events(80, first=FIRST, step=1)
    with listening(waypost_home) as listener:
        first = asyncio.run(send(listener.url, known, (30, listener.process)))
        listener.process.wait()
    with listening(waypost_home) as listener:
        again = [one for one in known if one["id"] not in first]
        asyncio.run(send(listener.url, again + known[:10], None))
        assert listener.end()[0] == 0
    counts = ingested(waypost_home)
    assert counts["quarantined"] == 0
    assert counts["duplicates"] >= 10
    assert payments(waypost_home) == expected(known)
