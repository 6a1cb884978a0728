"""Sharing one key's rate limit among many tasks: an account of requests, kept from response headers alone.

It decides who may send now; waiting is the clients' work.
Source: https://docs.pivotal.app/api/welcome/rate-limits
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Self

from bot.pivotal.retry import instant

LONGEST_WINDOW = timedelta(hours=1)
"""A reset further away than this is not believed, and not waited for longer."""
LONGEST_GUESS = timedelta(minutes=2)
"""Likewise, where the server does not say what time it has: more than this means that two clocks disagree."""
MOST = 10**9
"""Requests: a limit beyond it is none."""
WHOLE_SECOND = timedelta(seconds=1)
"""The reset comes in whole seconds and may have been rounded down."""


class Lane(Enum):
    """Who is waiting for a call."""

    INTERACTIVE = "interactive"
    """A person: may use up everything."""
    BACKGROUND = "background"
    """A walk: leaves a reserve for people, and waits for the window to reset."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What a response said about the key's budget."""

    limit: int
    remaining: int
    resets_at: datetime

    @classmethod
    def of(cls, headers: Mapping[str, str], *, now: datetime) -> Self | None:
        """Read the `X-RateLimit-*` headers; None when they are missing, cannot be read or make no sense.

        The reset is told by the server's clock; `resets_at` is when that is by the one that says `now`.
        """
        try:
            limit, remaining = int(headers["x-ratelimit-limit"]), int(headers["x-ratelimit-remaining"])
            resets_at = datetime.fromtimestamp(float(headers["x-ratelimit-reset"]), UTC)
        except (KeyError, ValueError, OverflowError, OSError):
            return None
        if not (1 <= limit <= MOST and 0 <= remaining <= MOST):
            return None
        return cls(limit, remaining, _by_our_clock(resets_at, instant(headers.get("date", "")), now))


def _by_our_clock(resets_at: datetime, sent_at: datetime | None, now: datetime) -> datetime:
    """When the server's instant is here; its date only counts where it goes together with the reset."""
    if sent_at is not None and -WHOLE_SECOND <= resets_at - sent_at <= LONGEST_WINDOW:
        return now + (resets_at - sent_at)
    return min(resets_at, now + LONGEST_GUESS)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to send one request; it is settled when the request has ended, however it ended."""

    number: int


@dataclass(frozen=True, slots=True)
class Full:
    """Nothing may be sent before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Unclear:
    """A request under way will say how much is left: ask again when it has ended."""


class Pacer:
    """The account of one key. Not thread-safe: whoever shares it between threads holds a lock around every call.

    `reserve` is the share of the window that the background lane leaves for people. Before the first answer, at most
    `blind` background requests are under way at a time.
    """

    def __init__(self, *, reserve: float = 0.25, blind: int = 2, on_change: Callable[[], None] = lambda: None) -> None:
        if not 0 <= reserve < 1 or blind < 1:
            raise ValueError("The reserve is a share of the window, from 0 to less than 1, and `blind` is at least 1.")
        self._reserve, self._blind, self._on_change = reserve, blind, on_change
        self._issued = 0
        self._under_way: set[int] = set()
        self._told_at = 0
        """The newest request sent when something was last learned: answers to it and older ones may be out of date."""
        self._closed_until: datetime | None = None
        self._closed_for = timedelta()
        self._closed_at = 0
        """The newest request sent when the gate was closed."""
        self.seen: RateLimit | None = None
        """What is known of the window, less what was sent since without an answer."""
        self._resets_within = timedelta()

    def admit(self, lane: Lane, *, now: datetime) -> Ticket | Full | Unclear:
        """Give the right to send one request now, or say what to wait for."""
        self._go_by(now)
        if self._closed_until is not None:
            if now < self._closed_until:
                return Full(self._closed_until)
            # After a 429 one request goes ahead; the others follow once it has been let in.
            return Unclear() if any(number > self._closed_at for number in self._under_way) else self._ticket()
        background = lane is Lane.BACKGROUND
        if self.seen is None:
            return Unclear() if background and len(self._under_way) >= self._blind else self._ticket()
        kept = int(self.seen.limit * self._reserve) if background else 0
        resets_at = self.seen.resets_at + WHOLE_SECOND
        has_reset = now >= resets_at
        # A window that slides frees its oldest request only: that much is sure, the next answer tells the rest.
        free = self.seen.remaining + has_reset - len(self._under_way)
        if free > kept:
            return self._ticket()
        if self._under_way:
            return Unclear()
        return self._ticket() if has_reset else Full(resets_at)

    def settle(self, ticket: Ticket, *, now: datetime, rate: RateLimit | None = None, answered: bool = False) -> None:
        """Account for a request that has ended; `rate` is what its answer said, None if it said nothing.

        A 429 is told by `close` first.
        """
        self._go_by(now)
        self._under_way.discard(ticket.number)
        if rate is not None:
            self._learn(ticket, rate, now)
        elif self.seen is not None:
            self._know(RateLimit(self.seen.limit, max(0, self.seen.remaining - 1), self.seen.resets_at))
        if answered and self._closed_until is not None and ticket.number > self._closed_at:
            self._closed_until = None
        self._on_change()

    def close(self, *, until: datetime, now: datetime) -> None:
        """Let nobody send before `until`: the server has said 429."""
        self._go_by(now)
        if self._closed_until is None or until > self._closed_until:
            self._closed_until, self._closed_for = until, until - now
        self._closed_at = self._issued

    def _go_by(self, now: datetime) -> None:
        """Have nothing further ahead than when it was told: a clock that was set back since keeps nobody waiting."""
        if self._closed_until is not None:
            self._closed_until = min(self._closed_until, now + self._closed_for)
        if self.seen is not None:
            self.seen = replace(self.seen, resets_at=min(self.seen.resets_at, now + self._resets_within))

    def _ticket(self) -> Ticket:
        self._issued += 1
        self._under_way.add(self._issued)
        return Ticket(self._issued)

    def _learn(self, ticket: Ticket, rate: RateLimit, now: datetime) -> None:
        # A wait that came with a 429 tells better when to ask again than the window does.
        resets_at = min(rate.resets_at, self._closed_until or now + LONGEST_WINDOW)
        remaining = rate.remaining
        if ticket.number <= self._told_at and self.seen is not None:
            # The server may have counted this one before what is known already: believe the worse of the two.
            remaining, resets_at = min(remaining, self.seen.remaining), max(resets_at, self.seen.resets_at)
        self._know(RateLimit(rate.limit, remaining, resets_at))
        self._resets_within = resets_at - now

    def _know(self, rate: RateLimit) -> None:
        self.seen, self._told_at = rate, self._issued
