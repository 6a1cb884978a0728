"""One call from its first attempt to its answer or error: every decision, and no I/O.

A client asks `step` what to do, does it, and tells what came of it; both clients drive the same exchange.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, Generic, TypeVar

from pydantic import ValidationError

from bot.pivotal.calls import AnswerT, Call, Repeat
from bot.pivotal.errors import PivotalError, RateLimited, TimedOut, UnexpectedResponse, Unreachable, error_class
from bot.pivotal.models import Failure
from bot.pivotal.pacing import Full, Lane, Pacer, RateLimit, Ticket
from bot.pivotal.retry import RetryPolicy, Trouble, next_delay, retry_after, still_in_flight

ErrorT = TypeVar("ErrorT", bound=PivotalError)

QUOTED: Final = 200
"""Characters of an unexpected answer that its error repeats."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request now; give up on it after `seconds`."""

    attempt: int
    seconds: float
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Sleep for so many seconds, then ask again."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait until a request of somebody else's has ended, but not longer than `seconds`, then ask again."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it came, whole. `headers` ignores case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Loss(Enum):
    """How an attempt ended without an answer."""

    NO_CONNECTION = "Pivotal could not be reached"
    BROKEN_OFF = "The connection to Pivotal broke off"
    NO_CONNECTION_IN_TIME = "No connection to Pivotal in time"
    NO_ANSWER_IN_TIME = "No answer from Pivotal in time"

    @property
    def sent(self) -> bool:
        """Whether the request may have reached the server."""
        return self in {Loss.BROKEN_OFF, Loss.NO_ANSWER_IN_TIME}

    @property
    def error_class(self) -> type[PivotalError]:
        """The error that says it."""
        return TimedOut if self in {Loss.NO_CONNECTION_IN_TIME, Loss.NO_ANSWER_IN_TIME} else Unreachable


@dataclass(frozen=True, slots=True)
class Terms:
    """What every exchange of a client has in common."""

    policy: RetryPolicy
    pacer: Pacer
    chance: Callable[[], float]
    new_key: Callable[[], str]
    redact: Callable[[str], str]
    """Takes the key out of a text that came from outside."""


class Exchange(Generic[AnswerT]):
    """One call under way. Every method that is told the time may raise the `PivotalError` the call ends with."""

    def __init__(self, call: Call[AnswerT], terms: Terms, *, lane: Lane, total: float, now: datetime) -> None:
        self.call = call
        self.attempts = 0
        self._terms = terms
        self._lane = lane
        self._total = total
        self._deadline = now + timedelta(seconds=total)
        self._now = now
        self._ready_at: datetime | None = None
        self._ticket: Ticket | None = None
        self._sending = False
        self._last: PivotalError | None = None
        self._maybe_applied = False
        keyed = call.repeat is Repeat.KEYED
        self._key = call.idempotency_key or (terms.new_key() if keyed else None)

    def step(self, now: datetime) -> Send | Pause | Listen:
        """Say what to do next."""
        now = self._later(now)
        if now >= self._deadline:
            raise self._last or self.timed_out()
        if self._ready_at is not None and now < self._ready_at:
            return self._pause(self._ready_at, now)
        if not self.call.anonymous:
            admission = self._terms.pacer.admit(self._lane, now=now)
            if isinstance(admission, Full):
                return self._pause(admission.until, now)
            if not isinstance(admission, Ticket):
                return Listen(self._left(now))
            self._ticket = admission
        self.attempts += 1
        self._sending = True
        return Send(self.attempts, self._left(now), self._key)

    def overdue(self, now: datetime) -> bool:
        """Whether the call's total time has passed."""
        return self._later(now) >= self._deadline

    def answered(self, answer: Answer, now: datetime) -> AnswerT | None:
        """Take the answer to the last attempt: the call's result, or None when there is to be another attempt."""
        now = self._later(now)
        wait = retry_after(answer.headers.get("retry-after"), now=now)
        if answer.status == 429:
            self._terms.pacer.close(until=now + timedelta(seconds=self._gate(answer, wait, now)))
        self._settle(now, rate=RateLimit.of(answer.headers), answered=answer.status != 429)
        if 200 <= answer.status < 300:
            try:
                return self.call.answer.read(answer.body)
            except ValueError as error:
                raise self._misread(answer, error) from None
        self._retry_or_raise(*self._refusal(answer, wait), now)
        return None

    def lost(self, loss: Loss, now: datetime, *, detail: str = "") -> None:
        """Take note that the last attempt brought no answer; raises when there is to be no other."""
        now = self._later(now)
        self._settle(now)
        if self.overdue(now) and loss.sent:
            self._maybe_applied |= self._writes
            raise self.timed_out()
        reason = f" ({self._terms.redact(detail)})" if detail else ""
        self._retry_or_raise(loss.error_class(f"{loss.value}{reason}."), Trouble(sent=loss.sent), now)

    def abandon(self, now: datetime) -> None:
        """Give back the right to send, when the caller has gone away in the middle of an attempt."""
        if self._sending:
            self._maybe_applied |= self._writes
            self._settle(self._later(now))

    def timed_out(self) -> TimedOut:
        """The error for a call whose total time is up."""
        return self._described(TimedOut(f"No answer from Pivotal within {self._total:g} s."))

    @property
    def _writes(self) -> bool:
        return self.call.method != "GET"

    def _later(self, now: datetime) -> datetime:
        """Time as this exchange knows it: it never runs back, and a pause that was slept has passed."""
        self._now = max(self._now, now)
        return self._now

    def _left(self, now: datetime) -> float:
        return (self._deadline - now).total_seconds()

    def _pause(self, until: datetime, now: datetime) -> Pause:
        seconds = (until - now).total_seconds()
        if until >= self._deadline:
            raise self._last or self._described(
                RateLimited(f"Pivotal's rate limit is used up for another {seconds:.0f} s.", retry_after=seconds)
            )
        self._now = until
        return Pause(seconds)

    def _gate(self, answer: Answer, wait: float | None, now: datetime) -> float:
        """Seconds that a 429 closes the gate for: as told, else until the window resets, else as for any repeat."""
        rate = RateLimit.of(answer.headers)
        if wait is not None:
            return wait
        if rate is not None and rate.resets_at > now:
            return (rate.resets_at - now).total_seconds()
        return self._terms.policy.delay(max(1, self.attempts), chance=self._terms.chance())

    def _settle(self, now: datetime, *, rate: RateLimit | None = None, answered: bool = False) -> None:
        if self._ticket is not None:
            self._terms.pacer.settle(self._ticket, now=now, rate=rate, answered=answered)
        self._ticket, self._sending = None, False

    def _refusal(self, answer: Answer, wait: float | None) -> tuple[PivotalError, Trouble]:
        """Read an answer that is no success: the error it means, and what it means for repeating."""
        try:
            told = Failure.read(answer.body).error
        except ValidationError:
            kind = RateLimited if answer.status == 429 else UnexpectedResponse
            error: PivotalError = kind(self._quoted(answer), status=answer.status, retry_after=wait)
            return error, Trouble(answer.status, retry_after=wait)
        error = error_class(status=answer.status, type=told.type)(
            self._terms.redact(told.message or told.type),
            status=answer.status,
            type=told.type,
            code=told.code,
            field=told.field,
            retry_after=wait,
        )
        in_flight = answer.status == 409 and still_in_flight(told.code)
        return error, Trouble(answer.status, in_flight=in_flight, retry_after=wait)

    def _misread(self, answer: Answer, error: ValueError) -> PivotalError:
        self._maybe_applied |= self._writes
        reason = ""
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            reason = f" ({'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']})"
        return self._described(UnexpectedResponse(self._quoted(answer) + reason, status=answer.status))

    def _quoted(self, answer: Answer) -> str:
        text = self._terms.redact(answer.body.decode("utf-8", "replace"))[:QUOTED]
        return f"Pivotal answered {answer.status} with something unexpected: {text!r}"

    def _retry_or_raise(self, error: PivotalError, trouble: Trouble, now: datetime) -> None:
        """Make the call ready for its next attempt, or raise its error when there is to be none in time."""
        self._maybe_applied |= self._writes and trouble.maybe_applied
        self._last = self._described(error)
        delay = next_delay(
            trouble,
            repeat=self.call.repeat,
            attempts=self.attempts,
            policy=self._terms.policy,
            chance=self._terms.chance(),
        )
        if delay is None or delay >= self._left(now):
            raise self._last
        self._ready_at = now + timedelta(seconds=delay)

    def _described(self, error: ErrorT) -> ErrorT:
        error.attempts, error.method, error.path = self.attempts, self.call.method, self.call.path
        error.maybe_applied = self._maybe_applied
        return error
