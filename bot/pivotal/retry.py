"""Whether, and after how long, a failed attempt is repeated: one pure decision for both clients."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from bot.pivotal.calls import Repeat

LONGEST_WAIT: Final = 366 * 24 * 3600.0
"""Seconds: more than this is not worth telling apart."""
RETRIABLE: Final = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a failed attempt is repeated. All times are seconds.

    The nth repeat (from 1) waits `first_delay * factor ** (n - 1)`, at most `cap`, spread by ±`jitter` (a share of
    it), and never more than `cap`. A `Retry-After` takes its place, unless it is beyond `longest_retry_after`:
    then the call fails at once, with the wait in its error.
    """

    retries: int = 3
    first_delay: float = 0.5
    factor: float = 2.0
    cap: float = 30.0
    jitter: float = 0.25
    longest_retry_after: float = 60.0

    def __post_init__(self) -> None:
        if self.retries < 0 or self.factor < 1 or not 0 <= self.jitter <= 1:
            raise ValueError("A retry policy has retries >= 0, factor >= 1 and jitter from 0 to 1.")
        if min(self.first_delay, self.cap, self.longest_retry_after) < 0:
            raise ValueError("A retry policy's times are not negative.")

    def delay(self, repeat: int, *, chance: float) -> float:
        """Seconds to wait before the nth repeat (from 1); `chance` from 0 to 1 picks the place within the jitter."""
        try:
            planned = min(self.cap, self.first_delay * self.factor ** (repeat - 1))
        except OverflowError:
            planned = self.cap
        return min(self.cap, planned * (1 + self.jitter * (2 * chance - 1)))


DEFAULT_POLICY: Final = RetryPolicy()
NEVER: Final = RetryPolicy(retries=0)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What became of an attempt that brought no result, as far as repeating it is concerned."""

    status: int | None = None
    """None: no answer came."""
    sent: bool = True
    """False: the request surely never reached the server."""
    in_flight: bool = False
    """A 409 that says the first request with this idempotency key is still at work."""
    retry_after: float | None = None

    @property
    def maybe_applied(self) -> bool:
        """Whether a write may have taken effect: no answer, one that is still at work or gave up, or a misread yes."""
        if self.status is None:
            return self.sent
        return self.in_flight or self.status < 400 or self.status == 408 or self.status >= 500


def next_delay(
    trouble: Trouble, *, repeat: Repeat, attempts: int, policy: RetryPolicy, chance: float, patient: bool = False
) -> float | None:
    """Seconds until the call may be sent again, or None to give up.

    `attempts` counts the requests sent so far, this one included; `chance` is a number from 0 to 1. A `patient` call
    takes a `Retry-After` of any length.
    """
    if attempts > policy.retries or not _may_repeat(trouble, repeat):
        return None
    if trouble.retry_after is None:
        return policy.delay(attempts, chance=chance)
    return trouble.retry_after if patient or trouble.retry_after <= policy.longest_retry_after else None


def _may_repeat(trouble: Trouble, repeat: Repeat) -> bool:
    if repeat is Repeat.UNSENT:
        return not trouble.sent or trouble.status == 429
    if repeat is Repeat.KEYED and trouble.in_flight:
        return True
    return trouble.status is None or trouble.status in RETRIABLE


def still_in_flight(code: str | None) -> bool:
    """Whether a 409's code says that the first request with this idempotency key has not ended yet.

    The two idempotency codes are not published, so this goes by their words: one about idempotency or work in
    progress is, one about a body that differs is not. Repeating with the same key is harmless either way.
    Source: https://docs.pivotal.app/api/welcome/idempotency
    """
    words = (code or "").lower()
    if any(word in words for word in ("mismatch", "reuse", "differ", "body", "payload", "param")):
        return False
    return any(word in words for word in ("idempoten", "in_flight", "in_progress", "inflight"))


def retry_after(header: str | None, *, now: datetime) -> float | None:
    """Read a `Retry-After` header, seconds or an HTTP date, as seconds from `now`; None when it says nothing usable."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        moment = instant(header)
        if moment is None:
            return None
        seconds = max(0.0, (moment - now).total_seconds())
    return None if math.isnan(seconds) or seconds < 0 else min(seconds, LONGEST_WAIT)


def instant(date: str) -> datetime | None:
    """Read an HTTP date; None when it is none, or none that there can be."""
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
