"""Everything that can go wrong with a call, as one tree of exceptions. None of them ever holds the key."""

from collections.abc import Mapping
from typing import Final


class PivotalError(Exception):
    """A call did not end well.

    `status`, `type`, `code` and `field` are the server's (None when it said none of it); branch on the class, then on
    `code`, never on `message`. `attempts` counts the requests that were sent. `retry_after` is in seconds, where it
    is known when trying again makes sense. `maybe_applied` says that a write may have taken effect all the same: read
    the record before deciding anything.
    Source: https://docs.pivotal.app/api/welcome/errors
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        type: str | None = None,  # noqa: A002 - the API's own word
        code: str | None = None,
        field: str | None = None,
        attempts: int = 0,
        method: str = "",
        path: str = "",
        retry_after: float | None = None,
        maybe_applied: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.code = code
        self.field = field
        self.attempts = attempts
        self.method = method
        self.path = path
        self.retry_after = retry_after
        self.maybe_applied = maybe_applied

    def __str__(self) -> str:
        said = " ".join(str(part) for part in (self.status, self.code, self.field and f"field {self.field}") if part)
        tries = f"{self.attempts} attempt{'' if self.attempts == 1 else 's'}"
        where = f" [{self.method} {self.path}{': ' * bool(said)}{said}, {tries}]" if self.method else ""
        return f"{self.message}{where}"


class InvalidRequest(PivotalError):
    """400: a field or parameter is not as the API wants it; see `code` and `field`."""


class AuthenticationFailed(PivotalError):
    """401: the key is missing, malformed or revoked."""


class PermissionDenied(PivotalError):
    """403: the key may not do this."""


class NotFound(PivotalError):
    """404: absent, deleted, or in another workspace."""


class Conflict(PivotalError):
    """409: a value that must be unique is taken, or an idempotency key is in use."""


class RateLimited(PivotalError):
    """429, or known beforehand: the key's requests for this window are used up; see `retry_after`."""


class InternalError(PivotalError):
    """5xx: Pivotal's own fault."""


class Unreachable(PivotalError):
    """No connection, or one that broke off before the answer was whole."""


class TimedOut(PivotalError):
    """No answer in time."""


class UnexpectedResponse(PivotalError):
    """An answer the contract does not know: a proxy's HTML, broken JSON, another shape. The message quotes it."""


class WebhookError(PivotalError):
    """A delivery that must not be acted on."""


class InvalidSignature(WebhookError):
    """The delivery is not proven to come from Pivotal, or is not of these minutes."""


class InvalidEvent(WebhookError):
    """The delivery is genuine, but no event can be read from it."""


BY_TYPE: Final[Mapping[str, type[PivotalError]]] = {
    "invalid_request_error": InvalidRequest,
    "authentication_error": AuthenticationFailed,
    "permission_error": PermissionDenied,
    "not_found": NotFound,
    "conflict": Conflict,
    "rate_limit_error": RateLimited,
    "internal_error": InternalError,
}

BY_STATUS: Final[Mapping[int, type[PivotalError]]] = {
    400: InvalidRequest,
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    422: InvalidRequest,
    429: RateLimited,
}


def error_class(*, status: int, type: str | None) -> type[PivotalError]:  # noqa: A002 - the API's own word
    """Choose the class for an error in the documented envelope: by its type, and by its status if that is new."""
    known = BY_TYPE.get(type or "") or BY_STATUS.get(status)
    return known or (InternalError if status >= 500 else UnexpectedResponse)
