"""Trouble on demand: the next calls of a method fail, are slow, or are done and then cut off."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What happens to one call: an `error` or a proxy's `status` instead of it, `slow` seconds before it, or the
    connection dropped after it.
    """

    error: str | None = None
    status: int | None = None
    retry_after: int | None = None
    slow: float = 0.0
    drop: bool = False


NO_FAULT = Fault()


class Faults:
    """The faults still to come, per method, in the order they were asked for."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.sleep = sleep
        self._coming: dict[str, list[Fault]] = {}

    def add(self, method: str, fault: Fault, *, times: int) -> None:
        """Let the next `times` calls of `method` meet this fault."""
        self._coming.setdefault(method, []).extend([fault] * times)

    def clear(self) -> None:
        """Everything works again."""
        self._coming.clear()

    def next(self, method: str) -> Fault:
        """What happens to the call that just came."""
        coming = self._coming.get(method)
        return coming.pop(0) if coming else NO_FAULT
