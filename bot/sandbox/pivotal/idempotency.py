"""Idempotency keys of creates: a success is kept for 24 hours.

After https://docs.pivotal.app/api/welcome/idempotency.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.pivotal.refusals import invalid, key_in_flight, key_reused
from bot.sandbox.pivotal.table import Record

KEPT = timedelta(hours=24)
LONGEST = 255
"""Bytes."""


@dataclass
class _Kept:
    digest: bytes
    at: datetime
    answer: Record | None = None
    answered: bool = False


class Idempotency:
    """What was created under which key. The scope of a key is the workspace and one endpoint."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}

    def begin(self, endpoint: str, key: str, body: bytes, *, now: datetime) -> Record | None:
        """Claim a key, or answer what was created under it.

        Raises Refusal: key empty or too long, used with another body, or its first request not answered yet.
        """
        if not key:
            raise invalid("too_small", "String must contain at least 1 character(s)", field="Idempotency-Key")
        if len(key.encode(errors="surrogateescape")) > LONGEST:
            raise invalid("too_big", f"String must contain at most {LONGEST} character(s)", field="Idempotency-Key")
        digest = hashlib.sha256(body).digest()
        kept = self._kept.get((endpoint, key))
        if kept is None or (kept.answered and now - kept.at >= KEPT):
            self._kept[endpoint, key] = _Kept(digest, now)
            return None
        if kept.digest != digest:
            raise key_reused()
        if not kept.answered:
            raise key_in_flight()
        return kept.answer

    def keep(self, endpoint: str, key: str, answer: Record) -> None:
        """Remember what was created; the key stays in flight until `end`."""
        self._kept[endpoint, key].answer = answer

    def end(self, endpoint: str, key: str) -> None:
        """The request is over. One that created nothing leaves the key free."""
        kept = self._kept[endpoint, key]
        kept.answered = True
        if kept.answer is None:
            del self._kept[endpoint, key]
