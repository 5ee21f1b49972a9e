"""Tells a person that a run is red: one URL says where to; knows nothing about what failed."""

from __future__ import annotations

import json
import smtplib
import ssl
from email.message import EmailMessage
from http.client import HTTPException
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 10


class AlertError(Exception):
    """An alert that could not be delivered; takes the scheme and the reason, never the URL."""

    def __init__(self, scheme: str, reason: str) -> None:
        super().__init__(
            f"The alert over {scheme or 'an empty scheme'} was not delivered: {reason}; "
            "check WAYPOST_ALERT_URL (https://…, or smtp://user@host:port/?to=…)."
        )


def send(url: str, *, subject: str, text: str) -> None:
    """Deliver one alert to a webhook (http, https) or by mail (smtp, smtps); raises AlertError."""
    parts = urlsplit(url)
    deliver = {
        "http": _post,
        "https": _post,
        "smtp": _mail,
        "smtps": _mail,
    }.get(parts.scheme)
    if deliver is None:
        raise AlertError(parts.scheme, "the scheme is none of http, https, smtp, smtps")
    try:
        deliver(parts, subject, text)
    except (OSError, ValueError, HTTPException, smtplib.SMTPException) as error:
        raise AlertError(parts.scheme, f"{type(error).__name__}: {error}") from error


def _post(parts: SplitResult, subject: str, text: str) -> None:
    """POST {"subject", "text"}: `text` is the key that chat webhooks read."""
    body = json.dumps({"subject": subject, "text": f"{subject}\n{text}"}).encode()
    request = Request(parts.geturl(), body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        response.read()


def _mail(parts: SplitResult, subject: str, text: str) -> None:
    query = parse_qs(parts.query)
    user = unquote(parts.username or "")
    if not query.get("to"):
        raise AlertError(parts.scheme, "the address has no ?to=")
    message = EmailMessage()
    message["Subject"] = subject
    message["To"] = ", ".join(query["to"])
    message["From"] = query.get("from", [user if "@" in user else f"waypost@{parts.hostname}"])[0]
    message.set_content(text)
    with _connect(parts) as server:
        if parts.password:
            server.login(user, unquote(parts.password))
        server.send_message(message)


def _connect(parts: SplitResult) -> smtplib.SMTP:
    host = parts.hostname or "localhost"
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
    elif parts.password:
        server.close()
        raise AlertError(parts.scheme, "the server offers no TLS, so the password was not sent")
    return server
