"""Door 3, Pivotal's events: takes each delivery in, answers at once, and has the inbox worked off.

Every genuine delivery is answered with 204, whatever becomes of it afterwards: https://docs.pivotal.app/webhooks/retries.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

import structlog
from aiohttp import web

from bot.domain.errors import BotError
from bot.pivotal.errors import WebhookError
from bot.services.events import Events

PATH = "/pivotal/webhooks"
LARGEST = 256 * 1024
"""Bytes of a delivery; Pivotal's own stay far below."""
GLANCE = 5.0
"""Seconds between two looks into the inbox, where another replica may have left something."""

log = structlog.get_logger()


def add_route(application: web.Application, events: Events) -> None:
    """Have `application` take deliveries at `PATH`."""

    async def receive(request: web.Request) -> web.Response:
        body = await _bounded(request)
        if body is None:
            log.warning("webhook refused", why="too large")
            return web.Response(status=413, text="The delivery is too large.")
        try:
            await events.receive(body, request.headers)
        except WebhookError as error:
            log.warning("webhook refused", why=str(error))
            return web.Response(status=401, text="The delivery is not genuine.")
        except BotError:
            return web.Response(status=503, headers={"Retry-After": "60"}, text="Later, please.")
        return web.Response(status=204)

    application.router.add_post(PATH, receive)


class Desk:
    """Works the inbox off while its context lasts; what waits outlives a restart."""

    def __init__(self, events: Events, *, clock: Callable[[], datetime]) -> None:
        self._events = events
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin, with whatever an earlier run left."""
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop: a reading cut off is made again on the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._events.arrived.clear()
            try:
                await self._events.work_off(self._clock())
                pause = await self._pause()
            except Exception:
                # The door's own catch: whatever is wrong with one event must not stop those after it.
                log.exception("events not worked off")
                pause = GLANCE
            if pause > 0:
                await self._wait(pause)

    async def _pause(self) -> float:
        due = await self._events.next_due()
        return GLANCE if due is None else min(max((due - self._clock()).total_seconds(), 0.0), GLANCE)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._events.arrived.wait(), seconds)
        except TimeoutError:
            return


async def _bounded(request: web.Request) -> bytes | None:
    """The body, or None when there is more of it than a delivery has."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(LARGEST):
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
