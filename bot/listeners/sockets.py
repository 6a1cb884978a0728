"""Holds the web socket to Slack, and makes it anew when it ends, when it is silent, and when Slack asks for it.

One line is `line.py`'s; here is when to connect, and that Slack is asked ever more rarely while it lets nobody in.
See https://docs.slack.dev/apis/events-api/using-socket-mode/.
"""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from aiohttp import ClientError, WSMessage
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import StartError, cause
from bot.listeners import reaching, shapes
from bot.listeners.line import Line

TURN = 0.05
"""Seconds between two looks for an open line."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what is waited for, in seconds."""

    check: float = 5.0
    """Between two looks."""
    silence: float = 45.0
    """Without a word from Slack, which answers a ping every ten seconds."""
    connect: float = 20.0
    """For one try to connect."""
    first: float = 1.0
    """After the first try, at most; doubled after each."""
    longest: float = 60.0
    """Between two tries; a line that has lasted longer is followed by the next at once."""
    answer: float = 3.0
    """For an open line, until Slack waits for an answer no more."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the line to Slack is; aware instants."""

    connected_since: datetime | None
    """None while it is not."""
    last_traffic: datetime | None
    """When anything last came, answers to pings included."""


class Socket:
    """One web socket, as `Health` tells of it. `monotonic` gives seconds that no change of the clock disturbs.

    `report` is told of each request how many seconds after its arrival Slack was answered.
    """

    def __init__(
        self,
        bolt: AsyncApp,
        app_token: str,
        client: AsyncWebClient,
        *,
        clock: Callable[[], datetime],
        patience: Patience = Patience(),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        report: Callable[[Mapping[str, Any], float], None] = lambda body, seconds: None,
    ) -> None:
        self._bolt = bolt
        self._app_token = app_token
        self._web = client
        self._clock = clock
        self._patience = patience
        self._monotonic = monotonic
        self._sleep = sleep
        self._chance = chance
        self._report = report
        self._line: Line | None = None
        self._watching: asyncio.Task[None] | None = None
        self._look = asyncio.Event()
        self._opened = self._heard = monotonic()
        self._last: datetime | None = None
        self._since: datetime | None = None
        self._pong: float | None = None
        self._pause = 0.0

    @property
    def health(self) -> Health:
        """How the line is at this moment."""
        up = self._line is not None and not self._line.ended
        return Health(self._since if up else None, self._last)

    @property
    def pending(self) -> int:
        """Envelopes that have come and are not acknowledged yet."""
        return self._line.message_queue.qsize() if self._line else 0

    async def open(self) -> None:
        """Connect, and watch from then on. Raises StartError when Slack refuses, or cannot be reached."""
        try:
            await self._connect()
        except (ClientError, TimeoutError, OSError) as error:
            raise StartError("Slack’s web socket could not be reached. Check the network, and any proxy.") from error
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """End the watch and the connection."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._line is not None:
            await self._line.end()
        self._line = None

    async def _watch(self) -> None:
        while self._line is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), self._patience.check)
            self._look.clear()
            try:
                await self._see_to(self._line)
            except Exception:
                # Without the watch, the next line that ends would leave the bot deaf.
                log.exception("socket to Slack was not looked after")

    async def _see_to(self, line: Line) -> None:
        why = self._trouble(line)
        if why is not None:
            log.warning("socket to Slack is made anew", why=why)
        if why is not None or line.leaving:
            await self._again()

    def _trouble(self, line: Line) -> str | None:
        """What is wrong with the line, if anything is."""
        if line.last_ping_pong_time != self._pong:
            if self._pong is not None and line.last_ping_pong_time is not None:
                self._note()
            self._pong = line.last_ping_pong_time
        if line.ended:
            return "session closed"
        if not line.read:
            return "nobody reads"
        return "silent" if self._monotonic() - self._heard > self._patience.silence else None

    async def _again(self) -> None:
        """Connect anew, for as long as it takes, with growing pauses of random length.

        The first try is at once, but not when the last line was short-lived too: Slack may let the bot in and end it.
        """
        if self._monotonic() - self._opened > self._patience.longest:
            self._pause = 0.0
        while True:
            if self._pause:
                await self._sleep(self._pause * (0.5 + self._chance() / 2))
            self._pause = min(max(self._pause * 2, self._patience.first), self._patience.longest)
            try:
                await self._connect()
            except (StartError, ClientError, TimeoutError, OSError) as error:
                log.warning("Slack cannot be connected", why=cause(error))
            else:
                return

    async def _connect(self) -> None:
        line = Line(self._app_token, self._web, logger=self._bolt.logger, left=self._look.set)
        line.on_message_listeners.append(self._on_message)
        line.on_close_listeners.append(self._on_close)
        line.socket_mode_request_listeners.append(partial(self._on_request, line))
        try:
            async with asyncio.timeout(self._patience.connect):
                line.wss_uri = await reaching.socket_address(self._web, self._app_token)
                await line.connect()
        except BaseException:
            await line.end()
            raise
        # The old one goes last, so that Slack always has one to send to.
        old, self._line = self._line, line
        self._pong, self._opened = None, self._monotonic()
        self._since = self._clock()
        self._note()
        if old is not None:
            await old.end()

    async def _on_message(self, message: WSMessage) -> None:
        self._note()
        kind = message.data[:40]
        if '"hello"' in kind:
            self._since = self._clock()
            log.info("socket to Slack is open")
        elif '"disconnect"' in kind:
            log.info("Slack asks for a new socket", why=json.loads(message.data).get("reason"))

    async def _on_close(self, message: WSMessage) -> None:
        log.warning("socket to Slack was closed", code=message.data)
        self._look.set()

    async def _on_request(self, line: Line, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if shapes.read(request.payload) is None:
            return
        began = self._monotonic()
        answer = await run_async_bolt_app(self._bolt, request)
        try:
            line = await self._open_line(line)
            await send_async_response(line, request, answer, time.time())
        except (TimeoutError, ConnectionError) as error:
            log.warning("Slack could not be answered", why=cause(error))
        else:
            self._report(request.payload, self._monotonic() - began)

    async def _open_line(self, line: Line) -> Line:
        """The one that a request came by; once that has ended, the next. Raises TimeoutError when none is in time."""
        async with asyncio.timeout(self._patience.answer):
            while line.ended:
                await asyncio.sleep(TURN)
                line = self._line or line
        return line

    def _note(self) -> None:
        self._heard, self._last = self._monotonic(), self._clock()
