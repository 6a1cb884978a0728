"""A call to the API as a value: what to send and how to read the answer. Sending it is left to the clients."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Generic, Protocol, Self, TypeVar
from urllib.parse import quote

from bot.pivotal.bodies import Body

Id = str | int
"""A record's `id`, or its `display_id`: all digits are a display id, anything else is an id."""

LONGEST_KEY: Final = 255
"""Bytes of an idempotency key (https://docs.pivotal.app/api/welcome/idempotency)."""


class Readable(Protocol):
    """An answer that reads itself from the bytes it came in."""

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Parse the answer; raises ValueError when it has another shape."""
        ...


AnswerT = TypeVar("AnswerT", bound=Readable)


class Repeat(Enum):
    """When a call that failed may be sent again."""

    FREELY = "freely"
    """Doing it twice is the same as doing it once: GET and DELETE."""
    KEYED = "keyed"
    """An idempotency key makes the server do it once: POST."""
    UNSENT = "unsent"
    """Only when it surely was not applied: a repeated PATCH could overwrite what somebody did in between."""


@dataclass(frozen=True, slots=True)
class Call(Generic[AnswerT]):
    """One call of one operation, complete but for the key and the server's address."""

    operation: str
    """A name for metrics and traces: `onboardings.get`."""
    method: str
    route: str
    """The path with a placeholder for each id: `/onboardings/{id}`."""
    answer: type[AnswerT]
    ids: tuple[Id, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    body: Body | None = None
    repeat: Repeat = Repeat.FREELY
    idempotency_key: str | None = None
    """None lets the client make one for a `KEYED` call, before the first attempt."""
    anonymous: bool = False
    """Sent without the key, and outside its rate limit."""

    def __post_init__(self) -> None:
        """Refuse, with a ValueError, an id that no record can have and a key that no header can carry."""
        _ = self.path
        if self.idempotency_key is not None:
            _check_key(self.idempotency_key)

    @property
    def path(self) -> str:
        """The path with its ids filled in and quoted."""
        parts = iter(self.ids)
        return "/".join(_segment(next(parts)) if part.startswith("{") else part for part in self.route.split("/"))


def _segment(record: Id) -> str:
    """One id as a part of a path. An empty one or a dot would address another resource altogether."""
    text = str(record).strip()
    if text in {"", ".", ".."}:
        raise ValueError(f"{record!r} is not the id of a record.")
    return quote(text, safe="")


def _check_key(key: str) -> None:
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise ValueError(f"An idempotency key has 1 to {LONGEST_KEY} printable ASCII characters.")
