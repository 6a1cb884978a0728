"""Work done over and over in the background: at once when there is some, and from time to time to look for it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Self

import structlog

from bot.domain.errors import MemoryAway, cause
from bot.services.correlation import correlated

GLANCE = 5.0
"""Seconds between two looks, for what another replica left or what has become due."""

DRAIN = 20.0
"""Seconds that what is under way is given when the bot is asked to stop; no request to Slack takes longer."""
GIVING_BACK = 5.0
"""Seconds that what is cut off then has to give back what it had claimed."""

log = structlog.get_logger()


class Chore:
    """Does `work` until its context ends: at once, whenever `wake` is set, and every few seconds.

    `work` gives the seconds after which there is more of it; it is looked for again after `GLANCE` at the latest.
    """

    def __init__(
        self, name: str, work: Callable[[], Awaitable[float]], *, wake: asyncio.Event, within: float = DRAIN
    ) -> None:
        """At its end, a round under way is given `within` seconds."""
        self._name = name
        self._work = work
        self._wake = wake
        self._within = within
        self._over = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin, with whatever an earlier run left."""
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop: a round under way may end, and no other begins; what is cut off is taken up on the next start."""
        self._over = True
        self._wake.set()
        if self._task is not None:
            await ended({self._task}, within=0 if kind is asyncio.CancelledError else self._within)

    async def _run(self) -> None:
        while not self._over:
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


async def ended(tasks: Collection["asyncio.Task[Any]"], *, within: float) -> None:
    """Let these tasks end, within so many seconds; what has not is cut off, and gives back what it had claimed."""
    late = set(tasks)
    try:
        if late:
            _, late = await asyncio.wait(late, timeout=within)
    finally:
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=GIVING_BACK)


async def leave(
    contexts: Collection[AbstractAsyncContextManager[Any]],
    kind: type[BaseException] | None,
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    """End several contexts at the same time: what each of them waits for, all wait for."""
    async with asyncio.TaskGroup() as group:
        for context in contexts:
            group.create_task(context.__aexit__(kind, error, trace))
