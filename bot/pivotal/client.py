"""What the blocking and the awaited client have in common: how they are set up, and how an attempt begins and ends."""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, Self

import httpx

from bot.pivotal.answers import Answer, Lost
from bot.pivotal.calls import AnswerT, Call
from bot.pivotal.exchange import Exchange, Send, Terms
from bot.pivotal.hooks import Attempt, Hooks, Outcome
from bot.pivotal.pacing import Lane, Pacer, RateLimit
from bot.pivotal.retry import NEVER, RetryPolicy
from bot.pivotal.settings import Timeout, base_url, key
from bot.pivotal.version import __version__
from bot.pivotal.wire import Wire

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time of day, as this machine knows it."""
    return datetime.now(UTC)


class Client:
    """What the two clients have in common: how they are set up, and how an exchange begins and is looked on."""

    VERSION: ClassVar[str] = __version__

    def __init__(
        self,
        api_key: str | None,
        *,
        address: str,
        timeout: Timeout,
        retry: RetryPolicy | None,
        headers: Mapping[str, str] | None,
        hooks: Hooks,
        clock: Clock,
        chance: Callable[[], float],
        pacer: Pacer,
    ) -> None:
        self._key = key(api_key)
        self._wire = Wire(base_url(address), self._key, dict(headers or {}), timeout)
        self._hooks, self._clock, self._pacer = hooks, clock, pacer
        self.lane = Lane.INTERACTIVE
        self.sent: Counter[Lane] = Counter()
        """Requests since the start, by who waited for them; a twin’s are among them."""
        self._terms = Terms(retry or NEVER, pacer, chance, lambda: str(uuid.uuid4()), self._key.redact)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._key.prefix}… at {self._wire.base_url}>"

    @property
    def mode(self) -> Literal["test", "live"]:
        """Which kind of key is in use; a test key writes to the same data, without the side effects."""
        return self._key.mode

    @property
    def key_prefix(self) -> str:
        """The part of the key that may be shown."""
        return self._key.prefix

    @property
    def rate_limit(self) -> RateLimit | None:
        """What the last answers said about the key's budget, None before the first."""
        return self._pacer.seen

    def in_background(self) -> Self:
        """The same client, with the same connections and the same budget, whose calls let people go first."""
        twin = copy(self)
        twin.lane = Lane.BACKGROUND
        return twin

    def _total(self) -> float:
        timeout = self._wire.timeout
        return timeout.background if self.lane is Lane.BACKGROUND else timeout.total

    def _exchange(self, call: Call[AnswerT]) -> Exchange[AnswerT]:
        return Exchange(call, self._terms, lane=self.lane, total=self._total(), now=self._clock())

    def _begin(self, call: Call[Any], send: Send) -> tuple[httpx.Request, Attempt]:
        attempt = Attempt(
            call.operation, call.method, call.route, call.path, send.attempt, self.lane, self._clock(), {}
        )
        self.sent[self.lane] += 1
        for hook in self._hooks.before:
            hook(attempt)
        return self._wire.request(call, send, attempt.headers), attempt

    def _end(self, attempt: Attempt, result: Answer | Lost) -> None:
        seconds = (self._clock() - attempt.at).total_seconds()
        if isinstance(result, Lost):
            outcome = Outcome(None, seconds, lost=result.loss.value)
        else:
            outcome = Outcome(
                result.status, seconds, RateLimit.of(result.headers, now=self._clock()), headers=result.headers
            )
        for hook in self._hooks.after:
            hook(attempt, outcome)
