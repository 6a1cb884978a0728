"""Every "no" the local Pivotal can say, in the shape of https://docs.pivotal.app/api/welcome/errors.

Where a docstring says that a code is ours, no page names one: a client must not depend on it.
"""

from dataclasses import dataclass

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found",
    405: "invalid_request_error",
    409: "conflict",
    429: "rate_limit_error",
    500: "internal_error",
}
"""Type by status; 405 is in no table of the docs and borrows the nearest type."""


@dataclass(eq=False)
class Refusal(Exception):
    """An answer that is not a success; `status` decides the documented `type`."""

    status: int
    code: str
    message: str
    field: str | None = None

    def body(self) -> dict[str, object]:
        """The error envelope; `field` is left out when the error is about no field."""
        error = {"type": TYPES[self.status], "code": self.code, "message": self.message}
        return {"error": error | ({"field": self.field} if self.field else {})}


def invalid(code: str, message: str, *, field: str | None) -> Refusal:
    """Validation failed: `code` is a Zod issue code and `message` Zod's English."""
    return Refusal(400, code, message, field)


def not_found(kind: str) -> Refusal:
    """Absent, soft-deleted, or another workspace's: nobody can tell which."""
    return Refusal(404, f"{kind}_not_found", f"{kind.capitalize()} not found.")


def taken(field: str, value: str) -> Refusal:
    """A unique value that somebody else has: `slug_taken`, `email_taken`."""
    return Refusal(409, f"{field}_taken", f"The {field} {value!r} is already taken.", field)


def key_missing() -> Refusal:
    """No `Authorization: Bearer …`. The code is ours."""
    return Refusal(401, "api_key_missing", "Send your API key as `Authorization: Bearer <key>`.")


def key_unknown() -> Refusal:
    """A key nobody made. The code is ours."""
    return Refusal(401, "api_key_invalid", "This API key does not exist.")


def key_revoked() -> Refusal:
    """A key that was taken back; it fails on the next request."""
    return Refusal(401, "api_key_revoked", "This API key has been revoked.")


def forbidden() -> Refusal:
    """Reserved by the docs and not used yet. The code is ours."""
    return Refusal(403, "insufficient_scope", "This API key may not do that.")


def bad_json() -> Refusal:
    """A body that cannot be parsed. The code is ours."""
    return Refusal(400, "invalid_json", "The body is not valid JSON.")


def key_reused() -> Refusal:
    """An idempotency key came back with another body. The code is ours: the docs name none."""
    return Refusal(409, "idempotency_key_reused", "This Idempotency-Key was used with a different body.")


def key_in_flight() -> Refusal:
    """The first request with this idempotency key is not answered yet. The code is ours."""
    return Refusal(409, "idempotency_key_in_flight", "A request with this Idempotency-Key is still being worked on.")


def internal() -> Refusal:
    """Pivotal's own fault."""
    return Refusal(500, "internal_error", "Something went wrong on our side. Please retry.")


def rate_limited(seconds: int) -> Refusal:
    """The key's window is full; the header says the same in a form to rely on."""
    return Refusal(429, "rate_limited", f"Rate limit exceeded. Retry after {seconds} seconds.")
