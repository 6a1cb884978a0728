"""Tells machines how the bot is: `/healthz` while it is alive, `/readyz` while all that it needs answers.

Pivotal is asked only when it was not heard of lately. Nothing that is said here is a secret, or names anybody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.pivotal.errors import PivotalError
from bot.pivotal.hooks import Attempt, Outcome

ALIVE: Final = "/healthz"
READY: Final = "/readyz"
PATHS: Final = frozenset({ALIVE, READY})
LATELY: Final = timedelta(minutes=5)
"""So long Pivotal's last answer speaks for it."""
AGAIN: Final = timedelta(seconds=30)
"""Between two tries to reach a Pivotal that does not answer."""
PATIENCE: Final = 3.0
"""Seconds that each part has to answer."""
FRESH: Final = timedelta(seconds=1)
"""So long what was found is told again, however many ask."""


@dataclass(frozen=True, slots=True)
class Part:
    """How one thing is that the bot needs."""

    ok: bool
    said: str


Check = Callable[[], Awaitable[Part]]


class Pivotal:
    """When Pivotal last answered, and whether it took the key."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._heard: datetime | None = None
        self._asked: datetime | None = None
        self._refused = False

    def noted(self, attempt: Attempt, outcome: Outcome) -> None:
        """Take note of a request that has ended, as a hook of the client."""
        if outcome.status is not None and outcome.status < 500:
            self._heard = self._clock()
            self._refused = outcome.status == 401

    async def check(self, ask: Callable[[], Awaitable[object]]) -> Part:
        """How it is; `ask` has it say something where it was not heard of lately."""
        now = self._clock()
        if not self._lately(now) and (self._asked is None or abs(now - self._asked) >= AGAIN):
            self._asked = now
            with suppress(PivotalError):  # `noted` has heard of it
                await ask()
        if self._refused:
            return Part(False, "the key is refused")
        return Part(True, "answered lately") if self._lately(now) else Part(False, "does not answer")

    def _lately(self, now: datetime) -> bool:
        return self._heard is not None and abs(now - self._heard) < LATELY


class Health:
    """All parts together. Once the bot is asked to stop, it is ready no more, whatever they say."""

    def __init__(
        self, parts: Mapping[str, Check], *, closing: Callable[[], bool], clock: Callable[[], datetime]
    ) -> None:
        self.parts = parts
        self._closing = closing
        self._clock = clock
        self._asking = asyncio.Lock()
        self._known: dict[str, Part] = {}
        self._known_at: datetime | None = None

    async def look(self) -> dict[str, Part]:
        """How each part is; who asks at the same time is told the same."""
        async with self._asking:
            now = self._clock()
            if self._known_at is None or abs(now - self._known_at) >= FRESH:
                found = await asyncio.gather(*map(_checked, self.parts.values()))
                self._known, self._known_at = dict(zip(self.parts, found, strict=True)), now
        return self._known

    async def ready(self, part: str) -> float:
        """1 while a part is right, else 0."""
        return float((await self.look())[part].ok)

    def add_routes(self, application: web.Application) -> None:
        """Have `application` answer at `PATHS`."""

        async def alive(_: web.Request) -> web.Response:
            return web.json_response({"status": "alive"})

        async def ready(_: web.Request) -> web.Response:
            parts = await self.look()
            status = "stopping" if self._closing() else "ready" if all(one.ok for one in parts.values()) else "waiting"
            told = {name: {"ok": one.ok, "said": one.said} for name, one in parts.items()}
            return web.json_response({"status": status, "parts": told}, status=200 if status == "ready" else 503)

        application.router.add_get(ALIVE, alive)
        application.router.add_get(READY, ready)


async def _checked(check: Check) -> Part:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except TimeoutError:
        return Part(False, "does not answer in time")
