"""Alerts against real receivers on this machine: an HTTP server, an SMTP server."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import StreamRequestHandler, TCPServer
from types import SimpleNamespace
from typing import ClassVar

import pytest

from waypost import alert, tasks


class Webhook(BaseHTTPRequestHandler):
    """Keeps what is posted; answers with the status that the path names."""

    received: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(json.loads(body))
        self.send_response(int(self.path.strip("/") or 200))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Mailbox(StreamRequestHandler):
    """The few words of SMTP that a client needs; keeps envelope and text."""

    received: ClassVar[list[str]] = []

    def handle(self) -> None:
        self.say("220 mailbox")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ")[0].upper()
            if word in ("EHLO", "HELO"):
                self.say("250 mailbox")
            elif word == "DATA":
                self.say("354 go on")
                text = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                self.received.append("".join(text))
                self.say("250 kept")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.received.append(line)
                self.say("250 fine")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def listening(server: TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def webhook() -> Iterator[int]:
    Webhook.received = []
    with listening(HTTPServer(("127.0.0.1", 0), Webhook)) as port:
        yield port


@pytest.fixture
def mailbox() -> Iterator[int]:
    Mailbox.received = []
    with listening(TCPServer(("127.0.0.1", 0), Mailbox)) as port:
        yield port


def test_send_posts_subject_and_text_to_a_webhook(webhook: int) -> None:
    alert.send(f"http://127.0.0.1:{webhook}/", subject="gate red", text="rows are gone")
    assert Webhook.received == [{"subject": "gate red", "text": "gate red\nrows are gone"}]


def test_send_mails_to_the_address_in_the_query(mailbox: int) -> None:
    url = f"smtp://night@127.0.0.1:{mailbox}/?to=oncall@example.org&from=waypost@example.org"
    alert.send(url, subject="gate red", text="Grüße: Zeilen fehlen")
    sender, receiver, message = Mailbox.received
    assert "waypost@example.org" in sender
    assert "oncall@example.org" in receiver
    assert "Subject: gate red" in message


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org", "none of http"),
        ("smtp://127.0.0.1:1/", "no \\?to="),
        ("http://127.0.0.1:{closed}/", "refused"),
        ("smtp://127.0.0.1:{closed}/?to=a@example.org", "refused"),
    ],
)
def test_send_says_in_one_sentence_why_it_failed(url: str, reason: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = url.format(closed=unused.getsockname()[1])
        with pytest.raises(alert.AlertError, match=reason):
            alert.send(address, subject="s", text="t")


def test_send_fails_when_the_webhook_refuses(webhook: int) -> None:
    with pytest.raises(alert.AlertError, match="500"):
        alert.send(f"http://127.0.0.1:{webhook}/500", subject="s", text="t")


def test_a_password_never_crosses_an_open_connection(mailbox: int) -> None:
    url = f"smtp://night:hunter2@127.0.0.1:{mailbox}/?to=oncall@example.org"
    with pytest.raises(alert.AlertError, match="no TLS") as error:
        alert.send(url, subject="s", text="t")
    assert "hunter2" not in str(error.value)
    assert not any("hunter2" in line for line in Mailbox.received)


def test_a_failed_task_alerts_with_its_name_and_reason(
    webhook: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_ALERT_URL", f"http://127.0.0.1:{webhook}/")
    task = SimpleNamespace(dag_id="build_customer_journey", task_id="gate_log", run_id="one")
    tasks.alert_failed_task({"task_instance": task, "exception": ValueError("5 % broken")})
    assert Webhook.received[0]["subject"] == "Waypost: build_customer_journey.gate_log failed"
    assert "5 % broken" in Webhook.received[0]["text"]


def test_only_a_run_out_of_time_alerts_for_itself(
    webhook: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_ALERT_URL", f"http://127.0.0.1:{webhook}/")
    run = SimpleNamespace(dag_id="ingest_order_events", run_id="one")
    tasks.alert_run_out_of_time({"dag_run": run, "reason": "task_failure"})
    assert not Webhook.received
    tasks.alert_run_out_of_time({"dag_run": run, "reason": "timed_out"})
    assert Webhook.received[0]["subject"] == "Waypost: ingest_order_events ran out of time"
