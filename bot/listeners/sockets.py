"""Holds the web socket to Slack, watches that something comes on it, and makes it anew when nothing does.

slack-sdk connects again by itself when Slack asks for it or a session ends. What this watches for is what it does not
see: a line that is open and silent, and its own tasks when they have ended.
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
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import StartError, cause
from bot.listeners import reaching, shapes

GOODBYE = 2.0
"""Seconds that Slack may take to say it too."""
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
    """After the first try that failed, at most; doubled after each."""
    longest: float = 60.0


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
        self._handler: AsyncSocketModeHandler | None = None
        self._watching: asyncio.Task[None] | None = None
        self._heard = monotonic()
        self._last: datetime | None = None
        self._since: datetime | None = None
        self._pong: float | None = None
        self._closed_looks = 0

    @property
    def health(self) -> Health:
        """How the line is at this moment."""
        up = self._handler is not None and not _ended(self._handler.client)
        return Health(self._since if up else None, self._last)

    @property
    def pending(self) -> int:
        """Envelopes that have come and are not acknowledged yet."""
        return self._handler.client.message_queue.qsize() if self._handler else 0

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
        if self._handler is not None:
            await _close(self._handler)
        self._handler = None

    async def _watch(self) -> None:
        while True:
            await self._sleep(self._patience.check)
            why = self._trouble()
            if why:
                log.warning("socket to Slack is made anew", why=why)
                await self._again()

    def _trouble(self) -> str | None:
        """What is wrong with the line, if anything is."""
        handler = self._handler
        if handler is None:
            return "not connected"
        client = handler.client
        if client.last_ping_pong_time != self._pong:
            if self._pong is not None and client.last_ping_pong_time is not None:
                self._note()
            self._pong = client.last_ping_pong_time
        # The session is briefly ended while slack-sdk itself connects again.
        self._closed_looks = self._closed_looks + 1 if _ended(client) else 0
        if self._closed_looks * self._patience.check > self._patience.silence / 2:
            return "session closed"
        if client.message_processor.done() or (client.message_receiver and client.message_receiver.done()):
            return "nobody reads"
        return "silent" if self._monotonic() - self._heard > self._patience.silence else None

    async def _again(self) -> None:
        """Connect anew, with growing pauses of random length, for as long as it takes."""
        pause = self._patience.first
        while True:
            try:
                await self._connect()
            except (StartError, ClientError, TimeoutError, OSError) as error:
                wait = pause * (0.5 + self._chance() / 2)
                log.warning("Slack cannot be connected", why=cause(error), seconds=round(wait, 1))
                await self._sleep(wait)
                pause = min(pause * 2, self._patience.longest)
            else:
                return

    async def _connect(self) -> None:
        handler = AsyncSocketModeHandler(self._bolt, self._app_token, web_client=self._web)
        handler.client.on_message_listeners.append(self._on_message)
        handler.client.on_close_listeners.append(_closed)
        handler.client.socket_mode_request_listeners[:] = [partial(self._on_request, handler)]
        try:
            async with asyncio.timeout(self._patience.connect):
                handler.client.wss_uri = await reaching.socket_address(self._web, self._app_token)
                await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
        except BaseException:
            await _close(handler)
            raise
        # The old one goes last, so that Slack always has one to send to.
        old, self._handler = self._handler, handler
        self._pong, self._closed_looks = None, 0
        self._since = self._clock()
        self._note()
        if old is not None:
            await _close(old)

    async def _on_message(self, message: WSMessage) -> None:
        self._note()
        kind = message.data[:40]
        if '"hello"' in kind:
            self._since = self._clock()
            log.info("socket to Slack is open")
        elif '"disconnect"' in kind:
            log.info("Slack asks for a new socket", why=json.loads(message.data).get("reason"))

    async def _on_request(
        self, handler: AsyncSocketModeHandler, client: SocketModeClient, request: SocketModeRequest
    ) -> None:
        if shapes.read(request.payload) is None:
            return
        began = self._monotonic()
        await handler.handle(client, request)
        self._report(request.payload, self._monotonic() - began)

    def _note(self) -> None:
        self._heard, self._last = self._monotonic(), self._clock()


async def _closed(message: WSMessage) -> None:
    log.warning("socket to Slack was closed", code=message.data)


def _ended(client: SocketModeClient) -> bool:
    return client.current_session is None or client.current_session.closed


async def _close(handler: AsyncSocketModeHandler) -> None:
    """Close what may be broken: neither its errors nor its patience are ours."""
    client = handler.client
    try:
        with suppress(ClientError, TimeoutError, OSError):
            async with asyncio.timeout(GOODBYE):
                await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    finally:
        for task in (client.message_processor, client.current_session_monitor, client.message_receiver):
            if task is not None:
                task.cancel()
        await client.aiohttp_client_session.close()
