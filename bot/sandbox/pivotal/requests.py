"""The log of requests that reached the local Pivotal, for tests and for the web tab."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in, and how it was answered."""

    at: datetime
    method: str
    path: str
    """Without `/api/v1`: `/onboardings/89`."""
    query: Mapping[str, str]
    status: int
    """0: the connection was dropped without an answer."""
    key: str | None
    """The name of the key, if it was known."""
    user_agent: str
    body: Any = None
    """The parsed JSON body, if there was one."""
    idempotency_key: str | None = None


class RequestLog:
    """The newest requests, oldest first."""

    def __init__(self, *, told: Callable[[], None]) -> None:
        self._log: deque[Request] = deque(maxlen=KEPT)
        self._told = told

    def __iter__(self) -> Iterator[Request]:
        return iter(self._log)

    def add(self, request: Request) -> None:
        """Write one request down."""
        self._log.append(request)
        self._told()

    def newest(self, count: int) -> list[Request]:
        """The last so many, newest first."""
        return list(islice(reversed(self._log), count))
