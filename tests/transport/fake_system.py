"""A system on 127.0.0.1 that answers like the real one, and misbehaves when told to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, Any, dict[str, str]]  # status, document, headers


@dataclass
class Asked:
    """A request as it came."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: Any = None


@dataclass
class Fake:
    """Answers by `answer`; before that, each fault in `faults` is used up once."""

    answer: Callable[[Asked], Answer]
    faults: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    halt_at: int = 0  # the request of this number waits for `resume`
    resume: Event = field(default_factory=Event)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    fake: Fake

    def do_GET(self) -> None:
        self._handle(None)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self._handle(json.loads(self.rfile.read(length)))

    def _handle(self, body: Any) -> None:
        parts = urlsplit(self.path)
        asked = Asked(parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)
        self.fake.asked.append(asked)
        if len(self.fake.asked) == self.fake.halt_at:
            self.fake.resume.wait(30)
        fault = self.fake.faults.pop(0) if self.fake.faults else ""
        if fault == "silent":
            time.sleep(5)  # longer than the client waits
            self.close_connection = True
            return
        if fault == "cut":
            self._send(200, b'{"data": [', {}, told=500)
            self.close_connection = True
            return
        if fault == "half":  # a whole answer with half a document
            self._send(200, b'{"data": [', {})
            return
        if fault.isdigit():
            self._send(int(fault), b"{}", {"Retry-After": "0"} if fault == "429" else {})
            return
        status, document, headers = self.fake.answer(asked)
        self._send(status, json.dumps(document, indent=1).encode(), headers)

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], told: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(told or len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing on standard error."""


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    handler = type("Bound", (Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stripe_list(objects: list[dict[str, Any]]) -> Callable[[Asked], Answer]:
    """A list of Stripe: newest first, a window of `created`, `starting_after`, `limit`."""

    def answer(asked: Asked) -> Answer:
        params = asked.params
        window = [
            one
            for one in objects
            if int(params["created[gte]"]) <= one["created"] < int(params["created[lt]"])
        ]
        window.sort(key=lambda one: (one["created"], one["id"]), reverse=True)
        if after := params.get("starting_after"):
            ids = [one["id"] for one in window]
            if after not in ids:
                return 400, {"error": {"message": f"No such object: {after}"}}, {}
            window = window[ids.index(after) + 1 :]
        size = min(int(params["limit"]), PAGE)
        page = {"object": "list", "data": window[:size], "has_more": len(window) > size}
        return 200, page, {}

    return answer


PAGE = 10


def events(count: int, *, first: int, step: int = 3600) -> list[dict[str, Any]]:
    """Stripe events of paid charges, one each `step` seconds from `first` on."""
    return [
        {
            "id": f"evt_{number:04d}",
            "object": "event",
            "api_version": "2023-10-16",
            "created": first + number * step,
            "type": "charge.succeeded",
            "data": {
                "object": {
                    "id": f"ch_{number:04d}",
                    "object": "charge",
                    "amount": 1000 + number,
                    "amount_captured": 1000 + number,
                    "currency": "eur",
                    "created": first + number * step,
                    "captured": True,
                    "paid": True,
                    "status": "succeeded",
                    "customer": f"cus_{number:04d}",
                }
            },
        }
        for number in range(count)
    ]
