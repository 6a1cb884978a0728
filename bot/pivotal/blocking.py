"""The client that blocks: it carries bytes and waits; every decision is the exchange's."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from bot.pivotal.answers import Answer, Loss, Lost
from bot.pivotal.calls import AnswerT, Call
from bot.pivotal.client import Client, Clock, utc_now
from bot.pivotal.deadline import Transport, within
from bot.pivotal.exchange import Exchange, Listen, Pause, Send
from bot.pivotal.hooks import NO_HOOKS, Hooks
from bot.pivotal.pacing import Pacer
from bot.pivotal.retry import DEFAULT_POLICY, RetryPolicy
from bot.pivotal.settings import BASE_URL, DEFAULT_TIMEOUT, Timeout
from bot.pivotal.surface import Surface
from bot.pivotal.wire import Progress, pool, undecodable


class PivotalApi(Client, Surface):
    """The client that blocks. It may be shared between threads.

    `http_client` is an httpx client of yours (you close it) or a transport. Times are in seconds, `clock` tells UTC.
    The total time bounds every wait on our own connections. On yours, it is looked at between the pieces of a body
    only: headers that drip are bounded by what your transport makes of the time-out for reading.
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
        http_client: httpx.Client | httpx.BaseTransport | None = None,
        clock: Clock = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        hooks: Hooks = NO_HOOKS,
        chance: Callable[[], float] = random.random,
        reserve: float = 0.25,
    ) -> None:
        self._turn = threading.Condition()
        pacer = Pacer(reserve=reserve, on_change=self._turn.notify_all)
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
        self._owned = not isinstance(http_client, httpx.Client)
        self._http = (
            http_client
            if isinstance(http_client, httpx.Client)
            else httpx.Client(transport=http_client or Transport(self._wire.base_url, **pool(self._wire.base_url)))
        )
        self._told = http_client is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, unless the httpx client is not ours."""
        if self._owned:
            self._http.close()

    def send(self, call: Call[AnswerT]) -> AnswerT:
        """Send a call and return its answer; raises PivotalError."""
        exchange = self._exchange(call)
        while True:
            with self._turn:
                step = exchange.step(self._clock())
                if isinstance(step, Listen):
                    self._turn.wait(step.seconds)
                    continue
            if isinstance(step, Pause):
                self._sleep(step.seconds)
                continue
            result = self._attempt(exchange, step)
            if result is not None:
                return result

    def _attempt(self, exchange: Exchange[AnswerT], send: Send) -> AnswerT | None:
        progress = Progress(told=self._told)
        try:
            request, attempt = self._begin(exchange.call, send)
            with within(send.seconds):
                result = self._carry(exchange, request, progress)
            self._end(attempt, result)
            with self._turn:
                return exchange.take(result, self._clock())
        finally:
            with self._turn:
                exchange.abandon(self._clock(), sent=progress.sent)

    def _carry(self, exchange: Exchange[Any], request: httpx.Request, progress: Progress) -> Answer | Lost:
        request.extensions["trace"] = progress.note
        try:
            response = self._http.send(request, stream=True, follow_redirects=False, auth=None)
            try:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if exchange.overdue(self._clock()):
                        return Lost(Loss.NO_ANSWER_IN_TIME)
            except httpx.DecodingError as error:
                return undecodable(response, error)
            finally:
                response.close()
        except httpx.RequestError as error:
            return progress.lost(error)
        return Answer(response.status_code, response.headers, bytes(body))
