"""Places to look on: what a client tells about each request and response, for metrics and traces."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.pivotal.pacing import Lane, RateLimit


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request about to be sent. `headers` may be added to (a trace's, say); the key is not among them."""

    operation: str
    """`onboardings.get`: few different values, fit for a metric's label."""
    method: str
    route: str
    """`/onboardings/{id}`."""
    path: str
    number: int
    """1 for the first attempt."""
    lane: Lane
    at: datetime
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: with a `status`, or without any answer (None) and the reason in `lost`."""

    status: int | None
    seconds: float
    rate_limit: RateLimit | None = None
    lost: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Called before each request and after each response or loss of one, in order; they must not wait.

    What a hook raises ends the call: a hook that may fail catches it itself.
    """

    before: tuple[Callable[[Attempt], None], ...] = ()
    after: tuple[Callable[[Attempt, Outcome], None], ...] = ()


NO_HOOKS: Final = Hooks()
