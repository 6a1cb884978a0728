"""API keys and their sliding rate windows.

After https://docs.pivotal.app/api/welcome/authentication and https://docs.pivotal.app/api/welcome/rate-limits.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.sandbox.pivotal.refusals import Refusal, key_missing, key_revoked, key_unknown
from bot.sandbox.pivotal.world import Actor
from bot.sandbox.seed.ids import cuid

WINDOW = timedelta(seconds=60)
LIVE, TEST = "pivotal_", "pivotal_test_"


@dataclass
class Key:
    """One API key of the workspace and the requests it made within the last window."""

    secret: str
    name: str
    id: str
    revoked: bool = False
    moments: deque[datetime] = field(default_factory=deque)

    @property
    def test(self) -> bool:
        """A test key: same records, no side effects outside."""
        return self.secret.startswith(TEST)

    @property
    def prefix(self) -> str:
        """The part that may be shown."""
        return self.secret[: len(TEST if self.test else LIVE) + 4]

    @property
    def actor(self) -> Actor:
        """Whom the timeline names for what this key does."""
        return Actor(f"API: {self.name}", live=not self.test)


@dataclass(frozen=True, slots=True)
class Standing:
    """A key's window at one moment; `reset` and `wait` tell when its oldest request leaves it."""

    limit: int
    remaining: int
    reset: int
    """Unix seconds."""
    wait: int
    """Whole seconds from now, at least one."""

    def headers(self) -> dict[str, str]:
        """The three headers that every answer carries."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class KeyRing:
    """All keys of the workspace, and how much each may do in a minute."""

    def __init__(self) -> None:
        self.limit, self.test_limit = 60, 30
        self._keys: dict[str, Key] = {}

    def add(self, name: str, *, test: bool) -> Key:
        """Make a key."""
        number = len(self._keys) + 1
        secret = f"{TEST if test else LIVE}sandbox{cuid('key', number)}"
        self._keys[secret] = Key(secret, name, f"key_{number:03d}")
        return self._keys[secret]

    def revoke(self, secret: str) -> None:
        """Take a key back; it fails from its next request on."""
        self._keys[secret].revoked = True

    def identify(self, authorization: str | None) -> Key:
        """Read the `Authorization` header. Raises Refusal 401: missing, malformed, unknown or revoked."""
        scheme, _, secret = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise key_missing()
        key = self._keys.get(secret.strip())
        if key is None:
            raise key_unknown()
        if key.revoked:
            raise key_revoked()
        return key

    def known(self, authorization: str | None) -> Key | None:
        """The key of a header if it is good for anything."""
        try:
            return self.identify(authorization)
        except Refusal:
            return None

    def named(self, name: str | None) -> Key | None:
        """The key of that name, if there is one."""
        return next((key for key in self._keys.values() if key.name == name), None)

    def limit_of(self, key: Key | None) -> int:
        """Requests a minute; without a key, a live key's."""
        return self.test_limit if key and key.test else self.limit

    def admit(self, key: Key, *, now: datetime) -> bool:
        """Count a request; False when the window is full. A refused request is not counted."""
        self._forget(key, now)
        if len(key.moments) >= self.limit_of(key):
            return False
        key.moments.append(now)
        return True

    def standing(self, key: Key | None, *, now: datetime) -> Standing:
        """Say how full a key's window is."""
        limit = self.limit_of(key)
        moments: deque[datetime] = deque()
        if key:
            self._forget(key, now)
            moments = key.moments
        frees = (moments[0] if moments else now) + WINDOW
        return Standing(
            limit=limit,
            remaining=max(limit - len(moments), 0),
            reset=math.ceil(frees.timestamp()),
            wait=max(math.ceil((frees - now).total_seconds()), 1),
        )

    @staticmethod
    def _forget(key: Key, now: datetime) -> None:
        while key.moments and key.moments[0] <= now - WINDOW:
            key.moments.popleft()
