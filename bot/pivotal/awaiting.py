"""The client that is awaited: it carries bytes and waits; every decision is the exchange's."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from bot.pivotal.answers import Answer, Loss, Lost
from bot.pivotal.calls import AnswerT, Call
from bot.pivotal.client import Client, Clock, utc_now
from bot.pivotal.exchange import Exchange, Listen, Pause, Send
from bot.pivotal.hooks import NO_HOOKS, Hooks
from bot.pivotal.pacing import Pacer
from bot.pivotal.retry import DEFAULT_POLICY, RetryPolicy
from bot.pivotal.settings import BASE_URL, DEFAULT_TIMEOUT, Timeout
from bot.pivotal.surface import AsyncSurface
from bot.pivotal.wire import Progress, pool, undecodable


class AsyncPivotalApi(Client, AsyncSurface):
    """The client that is awaited. It may be shared between the tasks of one loop.

    `http_client` is an httpx client of yours (you close it) or a transport. Times are in seconds, `clock` tells UTC.
    Raises ValueError for a missing key or an address that would send it unencrypted.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str = BASE_URL,
        timeout: Timeout = DEFAULT_TIMEOUT,
        retry: RetryPolicy | None = DEFAULT_POLICY,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | httpx.AsyncBaseTransport | None = None,
        clock: Clock = utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        hooks: Hooks = NO_HOOKS,
        chance: Callable[[], float] = random.random,
        reserve: float = 0.25,
    ) -> None:
        self._bell = _Bell()
        pacer = Pacer(reserve=reserve, on_change=self._bell.ring)
        super().__init__(
            api_key,
            address=base_url,
            timeout=timeout,
            retry=retry,
            headers=headers,
            hooks=hooks,
            clock=clock,
            chance=chance,
            pacer=pacer,
        )
        self._sleep = sleep
        self._owned = not isinstance(http_client, httpx.AsyncClient)
        self._http = (
            http_client
            if isinstance(http_client, httpx.AsyncClient)
            else httpx.AsyncClient(transport=http_client, http2=False, **pool(self._wire.base_url))
        )
        self._told = http_client is None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, unless the httpx client is not ours."""
        if self._owned:
            await self._http.aclose()

    async def send(self, call: Call[AnswerT]) -> AnswerT:
        """Send a call and return its answer; raises PivotalError."""
        exchange = self._exchange(call)
        try:
            async with asyncio.timeout(self._total()) as scope:
                return await self._converse(exchange, scope)
        except TimeoutError:
            if not scope.expired():
                raise
        raise exchange.timed_out()

    async def _converse(self, exchange: Exchange[AnswerT], scope: asyncio.Timeout) -> AnswerT:
        while True:
            step = exchange.step(self._clock())
            if isinstance(step, Listen):
                await self._bell.rung()
                continue
            if isinstance(step, Pause):
                await self._sleep(step.seconds)
                continue
            result = await self._attempt(exchange, step, scope)
            if result is not None:
                return result

    async def _attempt(self, exchange: Exchange[AnswerT], send: Send, scope: asyncio.Timeout) -> AnswerT | None:
        progress = Progress(told=self._told)
        try:
            request, attempt = self._begin(exchange.call, send)
            try:
                result = await self._carry(exchange, request, progress)
            except asyncio.CancelledError:
                self._end(attempt, progress.late() if scope.expired() else Lost(Loss.GIVEN_UP))
                raise
            self._end(attempt, result)
            return exchange.take(result, self._clock())
        finally:
            exchange.abandon(self._clock(), sent=progress.sent)

    async def _carry(self, exchange: Exchange[Any], request: httpx.Request, progress: Progress) -> Answer | Lost:
        request.extensions["trace"] = progress.anote
        try:
            response = await self._http.send(request, stream=True, follow_redirects=False, auth=None)
            try:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if exchange.overdue(self._clock()):
                        return Lost(Loss.NO_ANSWER_IN_TIME)
            except httpx.DecodingError as error:
                return undecodable(response, error)
            finally:
                await response.aclose()
        except httpx.RequestError as error:
            return progress.lost(error)
        return Answer(response.status_code, response.headers, bytes(body))


class _Bell:
    """Wakes every waiting task."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def ring(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def rung(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future
