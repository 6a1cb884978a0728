"""Work that goes on after Slack was acknowledged: every task is held, named and waited for at shutdown."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

from bot.domain.errors import MemoryAway, cause

log = structlog.get_logger()


class Tasks:
    """The set of tasks under way. Slack has its acknowledgement; the person still waits for their answer."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._running)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start `work` and hold on to it until it ends; once drained, nothing new begins."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, MemoryAway):  # no mistake of ours; who waits for an answer was told it
            log.warning("background work cut short", why=cause(error))
        elif error is not None:
            log.error("background work failed", exc_info=error)

    async def settled(self) -> None:
        """Wait until nothing is under way, work begun meanwhile included."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def drain(self, *, within: float) -> None:
        """Give what runs, and what follows from it, `within` seconds; then cancel it, and take nothing new."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.settled()
        self._closed = True
        late = set(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
