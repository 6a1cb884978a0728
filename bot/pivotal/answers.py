"""What came of one attempt, and what an answer that is no success means: its error, and whether to repeat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from pydantic import ValidationError

from bot.pivotal.errors import PivotalError, RateLimited, TimedOut, UnexpectedResponse, Unreachable, error_class
from bot.pivotal.models import Failure
from bot.pivotal.retry import Trouble, still_in_flight

QUOTED: Final = 200
"""Characters of an unexpected answer that its error repeats."""

Redact = Callable[[str], str]
"""Takes the key out of a text that came from outside."""


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
    GIVEN_UP = "The caller went away before there was an answer"

    @property
    def sent(self) -> bool:
        """Whether the request may have reached the server."""
        return self in {Loss.BROKEN_OFF, Loss.NO_ANSWER_IN_TIME, Loss.GIVEN_UP}

    @property
    def error_class(self) -> type[PivotalError]:
        """The error that says it."""
        return TimedOut if self in {Loss.NO_CONNECTION_IN_TIME, Loss.NO_ANSWER_IN_TIME} else Unreachable


@dataclass(frozen=True, slots=True)
class Lost:
    """What came instead of an answer, and what the network said about it."""

    loss: Loss
    detail: str = ""


def refusal(answer: Answer, *, wait: float | None, redact: Redact) -> tuple[PivotalError, Trouble]:
    """Read an answer that is no success; `wait` is in seconds, where the answer says how long."""
    try:
        told = Failure.read(answer.body).error
    except ValidationError:
        kind = RateLimited if answer.status == 429 else UnexpectedResponse
        error: PivotalError = kind(_quoted(answer, redact), status=answer.status, retry_after=wait)
        return error, Trouble(answer.status, retry_after=wait)
    error = error_class(status=answer.status, type=told.type)(
        redact(told.message or told.type),
        status=answer.status,
        type=redact(told.type),
        code=told.code and redact(told.code),
        field=told.field and redact(told.field),
        retry_after=wait,
    )
    in_flight = answer.status == 409 and still_in_flight(told.code)
    return error, Trouble(answer.status, in_flight=in_flight, retry_after=wait)


def misread(answer: Answer, reason: ValueError, *, redact: Redact) -> UnexpectedResponse:
    """The error for a success that cannot be read, and where in it the reading failed."""
    text = _quoted(answer, redact)
    if isinstance(reason, ValidationError):
        first = reason.errors(include_url=False, include_input=False, include_context=False)[0]
        text += f" ({'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']})"
    return UnexpectedResponse(text, status=answer.status)


def _quoted(answer: Answer, redact: Redact) -> str:
    text = redact(answer.body.decode("utf-8", "replace"))[:QUOTED]
    return f"Pivotal answered {answer.status} with something unexpected: {text!r}"
