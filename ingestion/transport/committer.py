"""Many requests, one fsync: who waits for the disk waits together. Knows asyncio and a journal."""

from __future__ import annotations

import asyncio
import contextlib

from ingestion.transport.journal import Journal

LOOK_SECONDS = 1.0  # how often a quiet journal is asked whether its file is due


class Committer:
    """Lands lines of concurrent requests in batches: each batch is what came during the last."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._news = asyncio.Event()
        self._is_stopping = False

    async def land(self, line: bytes) -> None:
        """Return when the line is durable; raises what kept it from being written (`OSError`)."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((line, done))
        self._news.set()
        await done

    async def run(self) -> None:
        """Commit until `stop` is called; then what still waits, and close the file."""
        while not self._is_stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_SECONDS)
            self._news.clear()
            await self._commit()
        await self._commit()
        self._journal.close()

    def stop(self) -> None:
        """Let `run` end."""
        self._is_stopping = True
        self._news.set()

    async def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        error: Exception | None = None
        try:
            await asyncio.to_thread(self._write, [line for line, _ in batch])
        except Exception as problem:  # without an answer the senders would wait for ever
            error = problem
        for _, done in batch:
            if not done.done():  # done: the sender hung up
                done.set_exception(error) if error else done.set_result(None)

    def _write(self, lines: list[bytes]) -> None:
        if lines:
            self._journal.append(lines)
        self._journal.close_if_due()
