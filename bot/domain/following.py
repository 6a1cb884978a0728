"""Following an onboarding: what a follower is told of it, and at what hour."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain import history
from bot.domain.errors import UserError
from bot.domain.records import Follow
from bot.pivotal.models import OnboardingRow

BURST = timedelta(seconds=30)
"""Changes this close together are told in one message."""

DELETED = "deleted"
"""What is told as a change of this field: the onboarding is gone."""

LAUNCH = "launch"

News = Mapping[str, tuple[str | None, str | None]]
"""What changed since the follower was told last: by field, before and after, in the API's own words."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which nobody is told anything, in their own zone: from `start` to `end`, and at weekends."""

    start: time = time(18)
    end: time = time(9)
    weekends: bool = True

    def over(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first moment from `now` on that is not quiet."""
        local = now.astimezone(zone)
        while self._quiet(local):
            day = local.date()
            if local.time() >= self.end or self._weekend(local):
                day += timedelta(days=1)
            local = datetime.combine(day, self.end, zone)
        return max(now, local.astimezone(now.tzinfo))

    def _quiet(self, local: datetime) -> bool:
        clock = local.time()
        over_midnight = self.start > self.end and (clock >= self.start or clock < self.end)
        return over_midnight or self.start <= clock < self.end or self._weekend(local)

    def _weekend(self, local: datetime) -> bool:
        return self.weekends and local.weekday() >= 5


def quiet(typed: str) -> Quiet | None:
    """Read `18-9`, or `off` for no quiet hours; raises UserError."""
    if typed.strip().casefold() == "off":
        return None
    hours = re.fullmatch(r"\s*(\d{1,2})\s*-\s*(\d{1,2})\s*", typed)
    start, end = (int(hours[1]), int(hours[2])) if hours else (24, 24)
    if start > 23 or end > 23:
        raise UserError(f"“{typed}” is no span of hours.", hint="Write it like 18-9, or off.")
    return Quiet(time(start), time(end))


def told_at(now: datetime, *, zone: ZoneInfo, quiet: Quiet | None) -> datetime:
    """When to tell of what was seen at `now`: after the burst, and not in quiet hours."""
    return quiet.over(now + BURST, zone) if quiet else now + BURST


def standing(onboarding: OnboardingRow) -> Mapping[str, str | None]:
    """How an onboarding stands in all that followers are told of."""
    return {field: history.value(onboarding, field) for field in history.FIELDS}


def news(follow: Follow, onboarding: OnboardingRow | None, *, csm: bool) -> News:
    """What is different from what a follower was told last; `csm` are told by Pivotal itself that it launches."""
    if onboarding is None:
        return {DELETED: (None, "yes")}
    now = standing(onboarding)
    silent = {history.PHASE} if csm and onboarding.phase == LAUNCH else set()
    return {
        field: (before, now[field])
        for field, before in follow.told.items()
        if field in now and before != now[field] and field not in silent
    }
