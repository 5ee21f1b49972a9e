"""`waypost listen` as a process: what it answers, and that a kill loses nothing it acknowledged."""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.transport.fake_system import events
from tests.transport.signed import SECRETS, signed

WAYPOST = [sys.executable, "-m", "waypost.cli"]
PATIENCE = 60.0  # seconds that an answer may take: the machine does other things as well


class Listener:
    def __init__(
        self, home: Path, *, only: tuple[str, ...] = tuple(SECRETS), rotate: int = 2
    ) -> None:
        secrets = {
            f"WAYPOST_{system.upper()}_WEBHOOK_SECRETS": f"old,{key.decode()}"
            for system, key in SECRETS.items()
            if system in only
        }
        self.process = subprocess.Popen(
            [*WAYPOST, "listen", "--port", "0", "--rotate", str(rotate)],
            env={**os.environ, **secrets, "WAYPOST_HOME": str(home)},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.told = self._line()
        found = re.search(r"http://[\d.:]+/", self.told)
        assert found, self.told + self._rest()
        self.url = found[0]

    def _line(self) -> str:
        assert self.process.stderr
        return self.process.stderr.readline()

    def _rest(self) -> str:
        assert self.process.stderr
        self.process.wait(timeout=PATIENCE)
        return self.process.stderr.read()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        rest = self._rest()
        return self.process.returncode, rest


@contextmanager
def listening(home: Path, **options: Any) -> Iterator[Listener]:
    listener = Listener(home, **options)
    try:
        yield listener
    finally:
        if listener.process.poll() is None:
            listener.end(signal.SIGKILL)


def deliveries(home: Path, system: str) -> list[dict[str, Any]]:
    paths = sorted(home.glob(f"landing/*/{system}/[!.]*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def test_each_system_is_answered_when_its_payload_is_landed(waypost_home: Path) -> None:
    now = int(time.time())
    with (
        listening(waypost_home) as listener,
        httpx.Client(base_url=listener.url, timeout=PATIENCE) as client,
    ):
        assert client.get("/health").json() == {"status": "ok", "systems": sorted(SECRETS)}
        for system in SECRETS:
            body, headers = signed(system, b'{"type": "t",\r\n "id": 9007199254740993.10}', now)
            headers["content-type"] = "text/plain"  # the body says what it is
            response = client.post(f"/webhooks/{system}", content=body, headers=headers)
            assert (response.status_code, response.content) == (200, b"")
        assert listener.end() == (0, "")
    for system, topic in (("stripe", "t"), ("zendesk", "t"), ("shopify", "orders/create")):
        (delivery,) = deliveries(waypost_home, system)
        assert (delivery["waypost_delivery"], delivery["topic"]) == (1, topic)
        assert delivery["received_at"].endswith("Z")
    text = next(waypost_home.glob("landing/billing/stripe/*.jsonl")).read_text("utf-8")
    assert '"id": 9007199254740993.10}' in text, "numbers stay as they came"


def test_what_is_not_genuine_or_not_readable_is_refused_and_nothing_is_told(
    waypost_home: Path,
) -> None:
    now = int(time.time())
    body, good = signed("stripe", {"card": "body-never-shown"}, now)
    _, broken = signed("stripe", b"{", now)
    large = b'"' + b"x" * (4 * 2**20) + b'"'
    cases = [
        ("POST", "stripe", b"{}", good, 401),
        ("POST", "stripe", body, {}, 401),
        ("POST", "stripe", body, signed("stripe", body, now - 400)[1], 401),
        ("POST", "stripe", b"{", broken, 400),
        ("POST", "stripe", b"NaN", signed("stripe", b"NaN", now)[1], 400),
        ("POST", "stripe", b"[" * 200_000, signed("stripe", b"[" * 200_000, now)[1], 400),
        ("POST", "stripe", large, signed("stripe", large, now)[1], 413),
        ("POST", "stripe", b"<a/>", signed("stripe", b"<a/>", now)[1], 400),
        ("POST", "zendesk", body, good, 503),
        ("POST", "paypal", body, good, 404),
        ("GET", "stripe", b"", {}, 405),
    ]
    with listening(waypost_home, only=("stripe",)) as listener:
        with httpx.Client(base_url=listener.url, timeout=PATIENCE) as client:
            for method, system, content, headers, status in cases:
                response = client.request(
                    method, f"/webhooks/{system}", content=content, headers=headers
                )
                assert response.status_code == status, (system, content[:20], response.text)
            assert client.get("/").status_code == 404
        code, told = listener.end()
    assert code == 0
    assert "stripe: 401 The signature does not fit. (1 so far)" in told
    for secret in ("never-shown", "whsec", "old", good["stripe-signature"]):
        assert secret not in told
    assert deliveries(waypost_home, "stripe") == []


def test_without_any_secret_it_does_not_start(waypost_home: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if "WEBHOOK" not in name}
    result = subprocess.run([*WAYPOST, "listen"], env=clean, capture_output=True, text=True)
    assert result.returncode == 2
    assert "No signing secret is configured" in result.stderr


def test_a_second_listener_of_one_home_does_not_start(waypost_home: Path) -> None:
    with listening(waypost_home), pytest.raises(AssertionError, match="Another listener writes"):
        Listener(waypost_home)


def test_a_full_disk_is_told_to_the_sender_and_leaves_no_torn_line(waypost_home: Path) -> None:
    payloads = events(30, first=1_767_225_600, step=1)
    with listening(waypost_home, rotate=600) as listener:
        first = asyncio.run(send(listener.url, payloads[:5], None))
        # no file of the process may grow beyond this: the write breaks off in the middle of a line
        unlimited = resource.prlimit(listener.process.pid, resource.RLIMIT_FSIZE, (5000, -1))
        second = asyncio.run(send(listener.url, payloads[5:], None))
        resource.prlimit(listener.process.pid, resource.RLIMIT_FSIZE, unlimited)
        third = asyncio.run(send(listener.url, payloads[20:], None))
        code, told = listener.end()
    assert (len(first), len(second) < 25, len(third)) == (5, True, 10)
    assert code == 0 and "nothing can be landed: File too large" in told
    landed = {one["document"]["id"] for one in deliveries(waypost_home, "stripe")}
    assert landed == first | second | third


async def send(url: str, payloads: list[dict[str, Any]], kill: tuple[int, Any] | None) -> set[str]:
    """Send all with 20 at a time; ids of those that were answered with 200."""
    acknowledged: set[str] = set()
    queue = list(payloads)

    async def worker(client: httpx.AsyncClient) -> None:
        while queue:
            payload = queue.pop()
            body, headers = signed("stripe", payload, int(time.time()))
            try:
                response = await client.post("webhooks/stripe", content=body, headers=headers)
            except httpx.TransportError:
                continue
            if response.status_code == 200:
                acknowledged.add(payload["id"])
            if kill and len(acknowledged) == kill[0]:
                kill[1].kill()

    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
        await asyncio.gather(*(worker(client) for _ in range(20)))
    return acknowledged


def test_a_kill_loses_nothing_that_was_acknowledged(waypost_home: Path) -> None:
    payloads = events(400, first=1_767_225_600, step=1)
    with listening(waypost_home, rotate=600) as listener:
        first = asyncio.run(send(listener.url, payloads, (100, listener.process)))
        listener.process.wait()
    assert 100 <= len(first) < 400
    assert deliveries(waypost_home, "stripe") == [], "what was open is hidden"
    with listening(waypost_home) as listener:
        missing = [one for one in payloads if one["id"] not in first]
        second = asyncio.run(send(listener.url, missing, None))
        code, told = listener.end()
    assert (code, "Recovered 1 files" in told) == (0, True)
    landed = Counter(one["document"]["id"] for one in deliveries(waypost_home, "stripe"))
    assert first | second == {one["id"] for one in payloads} == set(landed)
    assert sum(landed.values()) <= 400 + 20, "only what was under way may stand twice"
