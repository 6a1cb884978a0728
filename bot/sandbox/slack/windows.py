"""What Slack gives an app for a short while: trigger ids, response URLs and room to post; all by the clock."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Clock

ACK_WITHIN = timedelta(seconds=3)
TRIGGER_LIVES = timedelta(seconds=3)
RESPONSE_URL_LIVES = timedelta(minutes=30)
RESPONSE_URL_USES = 5


class Triggers:
    """Trigger ids: each opens one modal for one person, within 3 s.

    See https://docs.slack.dev/interactivity/handling-user-interaction/.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, tuple[str, datetime]] = {}
        self._used: set[str] = set()

    def issue(self, person: str) -> str:
        """A new trigger id for something `person` just did; a workspace that starts anew gives none out again."""
        now, number = self._clock(), len(self._issued) + 1
        trigger = f"{int(now.timestamp() * 1000):013d}.7018.{number:032x}"
        self._issued[trigger] = (person, now)
        return trigger

    def use(self, trigger: str) -> str:
        """The person it was issued to; raises Slack's refusal when it is unknown, used or too old."""
        if trigger not in self._issued:
            raise Refusal("invalid_trigger_id")
        if trigger in self._used:
            raise Refusal("trigger_exchanged")
        person, issued_at = self._issued[trigger]
        if self._clock() - issued_at > TRIGGER_LIVES:
            raise Refusal("expired_trigger_id")
        self._used.add(trigger)
        return person


@dataclass(frozen=True)
class Origin:
    """What a response URL answers: a command (no `ts`) or a press on the message `ts`."""

    person: str
    channel: str
    ts: str | None = None


class ResponseUrls:
    """Response URLs: five uses within 30 minutes.

    See https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, tuple[Origin, datetime]] = {}
        self._uses: dict[str, int] = {}

    def issue(self, origin: Origin) -> str:
        """A new key; the web layer makes the URL of it."""
        key = f"{len(self._issued) + 1:08d}"
        self._issued[key] = (origin, self._clock())
        self._uses[key] = 0
        return key

    def use(self, key: str) -> Origin:
        """What it answers; raises `expired_url` or `used_url`."""
        if key not in self._issued:
            raise Refusal("expired_url")
        origin, issued_at = self._issued[key]
        if self._clock() - issued_at > RESPONSE_URL_LIVES:
            raise Refusal("expired_url")
        if self._uses[key] >= RESPONSE_URL_USES:
            raise Refusal("used_url")
        self._uses[key] += 1
        return origin


class PostingRate:
    """About one post a second per channel, with bursts tolerated.

    `burst` posts may follow each other at once; then `per_second` come free.
    See https://docs.slack.dev/apis/web-api/rate-limits/.
    """

    def __init__(self, clock: Clock, *, burst: int, per_second: float) -> None:
        self._clock = clock
        self.burst = burst
        self.per_second = per_second
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, channel: str) -> None:
        """Count one post; raises `ratelimited` with the whole seconds until the next one is free."""
        now = self._clock()
        left, at = self._left.get(channel, (float(self.burst), now))
        left = min(float(self.burst), left + (now - at).total_seconds() * self.per_second)
        if left < 1:
            self._left[channel] = (left, now)
            raise Refusal("ratelimited", retry_after=max(1, math.ceil((1 - left) / self.per_second)))
        self._left[channel] = (left - 1, now)
