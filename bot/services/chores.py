"""Work done over and over in the background: at once when there is some, and from time to time to look for it."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import structlog

from bot.domain.errors import MemoryAway, cause
from bot.services.correlation import correlated

GLANCE = 5.0
"""Seconds between two looks, for what another replica left or what has become due."""

log = structlog.get_logger()


class Chore:
    """Does `work` until its context ends: at once, whenever `wake` is set, and every few seconds.

    `work` gives the seconds after which there is more of it; it is looked for again after `GLANCE` at the latest.
    """

    def __init__(self, name: str, work: Callable[[], Awaitable[float]], *, wake: asyncio.Event) -> None:
        self._name = name
        self._work = work
        self._wake = wake
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin, with whatever an earlier run left."""
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop: what is cut off is taken up on the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            with correlated():
                pause = await self._round()
            try:
                await asyncio.wait_for(self._wake.wait(), max(pause, 0))
            except TimeoutError:
                continue

    async def _round(self) -> float:
        """Do the work once; gives the seconds until the next time."""
        try:
            return min(await self._work(), GLANCE)
        except MemoryAway as error:
            log.warning("chore put off", chore=self._name, why=cause(error))
        except Exception:
            # Nobody waits for a chore: what is wrong once must not stop it for good.
            log.exception("chore failed", chore=self._name)
        return GLANCE
