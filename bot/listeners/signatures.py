"""Whether a request is one that Slack has signed just now, and for the first time.

See https://docs.slack.dev/authentication/verifying-requests-from-slack/. Slack signs no number that is used once, so
each signature is remembered for as long as its time would pass.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime

TOLERANCE = 300
"""Seconds that a request's time may be from ours, either way."""
MINUTE = 60.0
LONGEST = 12
"""Digits of Unix seconds."""


class Signatures:
    """Checks requests by the app's signing secret, and remembers those that were genuine.

    The memory is this process's own. Another replica takes a replay, acknowledges it, and finds that its trigger or
    event was taken before.
    """

    def __init__(self, secret: str, *, clock: Callable[[], datetime]) -> None:
        self._secret = secret.encode()
        self._clock = clock
        self._used: dict[str, int] = {}
        """Signature → the Unix second it was made for. Only genuine ones, so Slack's own rate is its bound."""
        self._forgot_at = 0.0

    def wrong(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """Nothing when Slack has signed these very bytes, at most five minutes ago, and they have not come before.

        Else what is wrong, for the log.
        """
        stamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= LONGEST and signature.isascii()):
            return "its time cannot be read"
        now = self._clock().timestamp()
        if abs(now - int(stamp)) > TOLERANCE:
            return f"its time is {abs(now - int(stamp)):.0f} s from ours: is the clock right?"
        digest = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v0={digest}", signature):
            return "its signature is not Slack’s: is SLACK_SIGNING_SECRET right?"
        self._forget(now)
        first = signature not in self._used
        self._used[signature] = int(stamp)
        return "" if first else "it came before"

    def _forget(self, now: float) -> None:
        """Let go, once a minute, of those that are too old to pass anyway."""
        if now - self._forgot_at >= MINUTE:
            self._forgot_at = now
            self._used = {used: stamp for used, stamp in self._used.items() if now - stamp <= TOLERANCE}
