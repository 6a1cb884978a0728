"""One call from its first attempt to its answer or error: every decision, and no I/O.

A client asks `step` what to do, does it, and tells what came of it; both clients drive the same exchange.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.pivotal.answers import Answer, Lost, Redact, misread, refusal
from bot.pivotal.calls import AnswerT, Call, Repeat
from bot.pivotal.errors import PivotalError, RateLimited, TimedOut
from bot.pivotal.pacing import LONGEST_GUESS, Full, Lane, Pacer, RateLimit, Ticket
from bot.pivotal.retry import RetryPolicy, Trouble, next_delay, retry_after

ErrorT = TypeVar("ErrorT", bound=PivotalError)


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
class Terms:
    """What every exchange of a client has in common."""

    policy: RetryPolicy
    pacer: Pacer
    chance: Callable[[], float]
    new_key: Callable[[], str]
    redact: Redact


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

    def take(self, result: Answer | Lost, now: datetime) -> AnswerT | None:
        """Take what the last attempt brought: the call's result, or None when there is to be another attempt."""
        now = self._later(now)
        if isinstance(result, Answer):
            return self._answered(result, now)
        self._lost(result, now)
        return None

    def abandon(self, now: datetime, *, sent: bool) -> None:
        """Give back the right to send, when the caller has gone away in the middle of an attempt."""
        if self._sending:
            self._maybe_applied |= self._writes and sent
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

    def _answered(self, answer: Answer, now: datetime) -> AnswerT | None:
        rate = RateLimit.of(answer.headers, now=now)
        wait = retry_after(answer.headers.get("retry-after"), now=now)
        if answer.status == 429:
            wait = wait if wait is not None else _until_reset(rate, now)
            self._close_gate(wait, rate, now)
        self._settle(now, rate=rate, answered=True)
        if 200 <= answer.status < 300:
            try:
                return self.call.answer.read(answer.body)
            except ValueError as error:
                self._maybe_applied |= self._writes
                raise self._described(misread(answer, error, redact=self._terms.redact)) from None
        self._retry_or_raise(*refusal(answer, wait=wait, redact=self._terms.redact), now)
        return None

    def _lost(self, lost: Lost, now: datetime) -> None:
        self._settle(now)
        loss = lost.loss
        if self.overdue(now) and loss.sent:
            self._maybe_applied |= self._writes
            raise self.timed_out()
        reason = f" ({self._terms.redact(lost.detail)})" if lost.detail else ""
        self._retry_or_raise(loss.error_class(f"{loss.value}{reason}."), Trouble(sent=loss.sent), now)

    def _close_gate(self, wait: float | None, rate: RateLimit | None, now: datetime) -> None:
        """Let nobody send until the wait is over; one that is not known is that of any repeat.

        One that is longer than any window is not believed for everybody: after that, one request asks again.
        """
        if self._ticket is not None:
            terms = self._terms
            seconds = wait if wait is not None else terms.policy.delay(self.attempts, chance=terms.chance())
            window = max(LONGEST_GUESS.total_seconds(), _until_reset(rate, now) or 0)
            longest = max(terms.policy.longest_retry_after, window)
            terms.pacer.close(until=now + timedelta(seconds=min(seconds, longest)), now=now)

    def _settle(self, now: datetime, *, rate: RateLimit | None = None, answered: bool = False) -> None:
        if self._ticket is not None:
            self._terms.pacer.settle(self._ticket, now=now, rate=rate, answered=answered)
        self._ticket, self._sending = None, False

    def _retry_or_raise(self, error: PivotalError, trouble: Trouble, now: datetime) -> None:
        """Make the call ready for its next attempt, or raise its error when there is to be none."""
        self._maybe_applied |= self._writes and trouble.maybe_applied
        self._last = self._described(error)
        delay = next_delay(
            trouble,
            repeat=self.call.repeat,
            attempts=self.attempts,
            policy=self._terms.policy,
            chance=self._terms.chance(),
            # A walk has time: how long it waits is for its deadline to decide.
            patient=self._lane is Lane.BACKGROUND,
        )
        if delay is None:
            raise self._last
        self._ready_at = now + timedelta(seconds=delay)

    def _described(self, error: ErrorT) -> ErrorT:
        error.attempts, error.method, error.path = self.attempts, self.call.method, self.call.path
        error.maybe_applied = self._maybe_applied
        return error


def _until_reset(rate: RateLimit | None, now: datetime) -> float | None:
    """Seconds until the window resets, as far as that is still to come."""
    if rate is None or rate.resets_at <= now:
        return None
    return (rate.resets_at - now).total_seconds()
