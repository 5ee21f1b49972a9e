"""Webhooks a second: `waypost listen` against a bare application that reads the body and answers.

    python -m benchmarks.listen [REQUESTS]

Both are one uvicorn process on this machine; 32 connections send signed Stripe events of 2 kB. The
baseline checks, stores and remembers nothing. Ours: signature, JSON, a durable line a request. A
pair is one of each, in turn; the ratio is ours / baseline.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CONNECTIONS = 32
ROUNDS = 5
SECRET = "whsec_benchmark"
TOLERABLE_SECONDS = 250  # a signature is valid for 300

BASELINE = """
import socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

async def echo(request):
    return Response(str(len(await request.body())))

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(500)
print(f"http://127.0.0.1:{server.getsockname()[1]}/", file=sys.stderr, flush=True)
app = Starlette(routes=[Route("/webhooks/stripe", echo, methods=["POST"])])
uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning")).run(sockets=[server])
"""
OURS = "from waypost.cli import main; import sys; sys.argv = ['waypost', 'listen', '--port', '0']; main()"


def request(number: int) -> bytes:
    """A signed webhook as bytes on the wire."""
    charge = {"id": f"ch_{number}", "object": "charge", "amount": 1000, "note": "x" * 1700}
    event = {"id": f"evt_{number}", "type": "charge.succeeded", "data": {"object": charge}}
    body, moment = json.dumps(event).encode(), int(time.time())
    digest = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, "sha256").hexdigest()
    head = (
        "POST /webhooks/stripe HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"stripe-signature: t={moment},v1={digest}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _send(port: int, requests: list[bytes], waits: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while requests:
        one = requests.pop()
        start = time.perf_counter()
        writer.write(one)
        head = await reader.readuntil(b"\r\n\r\n")
        waits.append(time.perf_counter() - start)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
        length = re.search(rb"content-length: (\d+)", head, re.I)
        await reader.readexactly(int(length[1]) if length else 0)
    writer.close()


async def _load(port: int, requests: list[bytes]) -> tuple[float, list[float]]:
    waits: list[float] = []
    start = time.perf_counter()
    await asyncio.gather(*(_send(port, requests, waits) for _ in range(CONNECTIONS)))
    return time.perf_counter() - start, waits


def measured(script: str, count: int) -> dict[str, Any]:
    """Requests a second and waiting times of one server process."""
    with tempfile.TemporaryDirectory() as home:
        told = {"WAYPOST_HOME": home, "WAYPOST_STRIPE_WEBHOOK_SECRETS": SECRET}
        server = subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, **told},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stderr
        port = re.search(r"127\.0\.0\.1:(\d+)", server.stderr.readline())
        assert port, "the server did not start"
        requests = [request(number) for number in range(count)]
        seconds, waits = asyncio.run(_load(int(port[1]), requests))
        server.terminate()
        server.wait()
        lines = sum(path.read_bytes().count(b"\n") for path in Path(home).rglob("listen-*.jsonl"))
        if lines not in (0, count) or seconds > TOLERABLE_SECONDS:
            raise SystemExit(f"{lines} of {count} landed in {seconds:.0f} s")
    waits.sort()
    return {
        "per_second": round(count / seconds),
        "median_ms": round(1000 * waits[len(waits) // 2], 1),
        "p99_ms": round(1000 * waits[len(waits) * 99 // 100], 1),
    }


def main(count: int = 5000, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row: medians over the rounds, and the median of the ratios."""
    pairs = []
    for _ in range(rounds):
        baseline, ours = measured(BASELINE, count), measured(OURS, count)
        pairs.append((baseline, ours))
        print(json.dumps({"baseline": baseline, "ours": ours}), flush=True)
    ratios = [ours["per_second"] / baseline["per_second"] for baseline, ours in pairs]
    row = {
        "requests": count,
        "bare_per_second": round(statistics.median(b["per_second"] for b, _ in pairs)),
        "listen_per_second": round(statistics.median(o["per_second"] for _, o in pairs)),
        "listen_median_ms": statistics.median(o["median_ms"] for _, o in pairs),
        "listen_p99_ms": statistics.median(o["p99_ms"] for _, o in pairs),
        "ratio": round(statistics.median(ratios), 2),
    }
    print(json.dumps(row), flush=True)
    return [row]


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
