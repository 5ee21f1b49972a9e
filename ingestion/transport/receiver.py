"""The web application behind `waypost listen`: genuine webhooks are landed, then answered.

Knows signatures and a place to land; not what a payload means. Logs neither bodies nor secrets.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.transport import durable, signatures
from ingestion.transport.committer import Committer
from ingestion.transport.journal import Journal

MAX_BODY_BYTES = 4 * 2**20
BODY_SECONDS = 20.0
logger = logging.getLogger("waypost.listen")


@dataclass
class _State:
    secrets: Mapping[str, tuple[bytes, ...]]
    now: Callable[[], float]
    committers: dict[str, Committer] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)


class _Refusal(Exception):
    """An answer other than 200: status and one sentence for the sender."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def application(
    secrets: Mapping[str, tuple[bytes, ...]],
    journals: Mapping[str, Journal],
    *,
    now: Callable[[], float],
) -> Starlette:
    """The application: `secrets` and `journals` by system, `now` in seconds since 1970."""
    state = _State(secrets, now)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        state.committers = {system: Committer(journal) for system, journal in journals.items()}
        tasks = [asyncio.create_task(one.run()) for one in state.committers.values()]
        yield
        for committer in state.committers.values():
            committer.stop()
        await asyncio.gather(*tasks)

    async def webhook(request: Request) -> Response:
        try:
            await _receive(request, state)
        except _Refusal as refusal:
            _tell(state, request.path_params["system"], refusal)
            return JSONResponse({"error": str(refusal)}, refusal.status)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        return Response(status_code=200)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "systems": sorted(state.secrets)})

    return Starlette(
        routes=[
            Route("/webhooks/{system}", webhook, methods=["POST"]),
            Route("/health", health, methods=["GET"]),
        ],
        lifespan=lifespan,
    )


async def _receive(request: Request, state: _State) -> None:
    system = request.path_params["system"]
    if system not in signatures.HEADERS:
        raise _Refusal(404, "No such system.")
    if system not in state.secrets:
        raise _Refusal(503, f"No signing secret of {system} is configured here.")
    if signatures.HEADERS[system] not in request.headers:
        raise _Refusal(401, "There is no signature.")
    body = await _body(request)
    if not signatures.is_genuine(system, request.headers, body, state.secrets[system], state.now()):
        raise _Refusal(401, "The signature does not fit.")
    try:
        await state.committers[system].land(_line(system, request.headers, body, state.now()))
    except OSError as error:
        logger.error("%s: nothing can be landed: %s", system, error.strerror)
        raise _Refusal(503, "The payload could not be stored: send it again.") from error


async def _body(request: Request) -> bytes:
    """The whole body, within limits of size and time."""
    told = request.headers.get("content-length", "0")
    if told.isdigit() and int(told) > MAX_BODY_BYTES:
        raise _Refusal(413, f"The body is larger than {MAX_BODY_BYTES} bytes.")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise _Refusal(413, f"The body is larger than {MAX_BODY_BYTES} bytes.")
    except TimeoutError:
        raise _Refusal(408, "The body took too long.") from None
    return bytes(body)


def _line(system: str, headers: Mapping[str, str], body: bytes, now: float) -> bytes:
    try:
        text, document = durable.parsed(body)
    except ValueError:
        raise _Refusal(400, "The body is no JSON document.") from None
    received_at = datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")
    return durable.delivery_line(text, _topic(system, headers, document), received_at)


def _topic(system: str, headers: Mapping[str, str], document: Any) -> str | None:
    """Shopify names it in a header, the others in the payload; None where nobody does."""
    if system == "shopify":
        told = headers.get("x-shopify-topic")
    else:
        told = document.get("type") if isinstance(document, dict) else None
    return told if isinstance(told, str) and len(told) <= 100 else None


def _tell(state: _State, system: str, refusal: _Refusal) -> None:
    """Log the 1st, 2nd, 4th, 8th … refusal of a kind: a flood of them fills no disk."""
    if system not in signatures.HEADERS:
        return
    kind = f"{system}: {refusal.status} {refusal}"
    state.refused[kind] += 1
    if (count := state.refused[kind]) & (count - 1) == 0:
        logger.warning("%s (%d so far)", kind, count)
