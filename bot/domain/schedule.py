"""When a digest is due: one slot per subscription and local date, at the wall-clock hour of its own zone.

A digest that falls on a holiday is skipped or moved to the next workday, where it is one with that day's own.

Cron alone would not do: a wall-clock hour that a change of clocks skips or repeats is skipped or repeated by it too.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain import workdays
from bot.domain.errors import UserError
from bot.domain.records import MOVE, Subscription

GRACE = timedelta(hours=4)
"""How long after its hour a missed digest is still worth posting."""
PUNCTUAL = timedelta(minutes=10)
"""A digest later than this says so."""
AHEAD = timedelta(minutes=10)
"""What was made so much later than now was made by a clock that was ahead: two clocks that are right differ by less."""
HORIZON = 15
"""Days looked ahead for the next run: every weekday occurs, even past a day its zone skipped."""
FAR_HORIZON = 400
"""The same where holidays are left out: one weekday may be a holiday several times in a row."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SYNONYMS = {
    "daily": "mon-sun",
    "everyday": "mon-sun",
    "weekdays": "mon-fri",
    "workdays": "mon-fri",
    "weekends": "sat-sun",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One due moment: the local date that names it, the instant (UTC), and whether it is being caught up on."""

    day: date
    at: datetime
    late: bool = False
    moved_from: tuple[date, ...] = ()
    """The holidays before it whose digests are moved to this day."""

    @property
    def key(self) -> str:
        """Its name in the ledger, such as `2026-09-07`."""
        return self.day.isoformat()


def weekdays(text: str) -> frozenset[int]:
    """Read `mon-fri`, `mon`, `mon,thu`, `sat-mon`, `daily`: 0 is Monday. Raises UserError on anything else."""
    typed = text.strip().lower()
    chosen: set[int] = set()
    for part in re.split(r"[,\s]+", _SYNONYMS.get(typed, typed)):
        ends = [_weekday(end, text) for end in part.split("-")]
        if len(ends) > 2:
            raise _unreadable(text)
        first, last = ends[0], ends[-1]
        chosen.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return frozenset(chosen)


def check(subscription: Subscription) -> None:
    """Raise UserError when its weekdays or the country of its holidays cannot be read."""
    weekdays(subscription.days)
    if subscription.holidays:
        workdays.check(subscription.holidays)


def readable(subscription: Subscription) -> bool:
    """Whether its weekdays, zone and holidays mean something here and now: zones go out of use."""
    try:
        check(subscription)
        ZoneInfo(subscription.zone)
    except (UserError, LookupError, ValueError, OSError):
        return False
    return True


def instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """The instant (UTC) at which a local date's wall clock shows `at`; None where the zone skipped that date.

    An hour that occurs twice means the first. An hour that is skipped is met as far past the gap as it lies within it
    (02:30 becomes 03:30), or before the gap where that would already be the next day.
    """
    for fold in (0, 1):
        moment = datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC)
        if moment.astimezone(zone).date() == day:
            return moment
    return None


def due(
    subscription: Subscription, *, now: datetime, taken: Collection[str] = (), grace: timedelta = GRACE
) -> Slot | None:
    """The slot to be posted at `now`, unless it is `taken`: today's, its hour come, within `grace`, not past midnight.

    A subscription made after today's hour waits for its next day; of one made by a clock that was ahead nobody knows
    when that was, and it waits for nothing.
    """
    zone = ZoneInfo(subscription.zone)
    slot = _slot(subscription, now.astimezone(zone).date(), zone)
    if subscription.paused is not None or slot is None or slot.key in taken:
        return None
    made_before = not slot.at < subscription.created_at <= now + AHEAD
    if not (made_before and slot.at <= now <= slot.at + grace):
        return None
    return replace(slot, late=now - slot.at > PUNCTUAL)


def missed(subscription: Subscription, *, now: datetime, since: datetime, grace: timedelta = GRACE) -> tuple[Slot, ...]:
    """The slots from `since` on that are past catching up with: beyond `grace`, or their local day over."""
    zone = ZoneInfo(subscription.zone)
    today, day = now.astimezone(zone).date(), since.astimezone(zone).date()
    slots = []
    while day <= today:
        slot = _slot(subscription, day, zone)
        gone = slot is not None and slot.at <= now and (now - slot.at > grace or day < today)
        if slot is not None and gone and slot.at >= since:
            slots.append(slot)
        day += timedelta(days=1)
    return tuple(slots)


def next_run(subscription: Subscription, now: datetime) -> datetime:
    """The next instant (UTC) after `now` at which a slot of this subscription begins; ValueError without any."""
    zone = ZoneInfo(subscription.zone)
    today = now.astimezone(zone).date()
    for ahead in range(-1, FAR_HORIZON if subscription.holidays else HORIZON):
        slot = _slot(subscription, today + timedelta(days=ahead), zone)
        if slot is not None and slot.at > now:
            return slot.at
    raise ValueError(f"No weekday in {subscription.days!r}")


def day_of_next(subscription: Subscription, now: datetime) -> date:
    """The local date that names the next slot after `now`."""
    return next_run(subscription, now).astimezone(ZoneInfo(subscription.zone)).date()


def _slot(subscription: Subscription, day: date, zone: ZoneInfo) -> Slot | None:
    """The slot of a local date: of its own weekday, or of holidays before it, or of both at once."""
    at = instant(day, subscription.at, zone)
    if at is None:
        return None
    days, country = weekdays(subscription.days), subscription.holidays
    if not country:
        return Slot(day, at) if day.weekday() in days else None
    if not _worked(day, days, country):
        return None
    moved = _moved_to(day, days, subscription, zone) if subscription.on_holiday == MOVE else ()
    return Slot(day, at, moved_from=moved) if day.weekday() in days or moved else None


def _moved_to(day: date, days: Collection[int], subscription: Subscription, zone: ZoneInfo) -> tuple[date, ...]:
    """The holidays with a digest in the days off that end with this one, oldest first.

    None whose own hour was over when the subscription was made: there was no digest to be moved.
    """
    found: list[date] = []
    before = day - timedelta(days=1)
    while (at := instant(before, subscription.at, zone)) is None or not _worked(before, days, subscription.holidays):
        wanted = at is None or at >= subscription.created_at
        if wanted and before.weekday() in days and workdays.holiday(before, subscription.holidays):
            found.append(before)
        before -= timedelta(days=1)
    return tuple(reversed(found))


def _worked(day: date, days: Collection[int], country: str) -> bool:
    """Whether a digest may come on that day: no holiday, and no weekend but one that was asked for."""
    return not workdays.holiday(day, country) and (day.weekday() in days or not workdays.weekend(day, country))


def _weekday(name: str, text: str) -> int:
    for number, day in enumerate(DAYS):
        if name.startswith(day) and _FULL[number].startswith(name):
            return number
    raise _unreadable(text)


def _unreadable(text: str) -> UserError:
    return UserError(f"I cannot read the weekdays “{text}”.", hint="Try `mon-fri`, `mon`, `mon,thu` or `daily`.")
