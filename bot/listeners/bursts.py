"""Changes that come in bursts: what is to be done for one thing is done one at a time, and what waits is the newest."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.listeners.tasks import Tasks

AT_ONCE = 4
"""So many things are worked on together: Slack counts the calls of an app, https://docs.slack.dev/apis/web-api/rate-limits."""

T = TypeVar("T")


class Bursts(Generic[T]):
    """Runs `work` for the newest of what is said of each thing.

    While it runs, whatever comes waits as one: the work is done once more at the end, however much came. It remembers
    only the things that are being worked on.
    """

    def __init__(self, tasks: Tasks, work: Callable[[T], Awaitable[None]]) -> None:
        self._tasks = tasks
        self._work = work
        self._waiting: dict[str, T] = {}
        self._under_way: set[str] = set()
        self._room = asyncio.Semaphore(AT_ONCE)

    def __len__(self) -> int:
        return len(self._under_way)

    def add(self, key: str, newest: T) -> None:
        """Say how a thing is now, by a key that is its own."""
        self._waiting[key] = newest
        if key not in self._under_way:
            self._under_way.add(key)
            self._tasks.spawn(self._run(key))

    async def _run(self, key: str) -> None:
        try:
            while key in self._waiting:
                async with self._room:
                    await self._work(self._waiting.pop(key))
        finally:
            self._waiting.pop(key, None)
            self._under_way.discard(key)
