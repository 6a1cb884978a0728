"""What became of a subscription's last digests, told from the ledger: delivered, late, skipped, uncertain, failed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import dates, schedule
from bot.domain.records import Delivery, DeliveryStatus, Subscription
from bot.views import text

MOST = 3
_ASKED_FOR = "now:"
_ARRIVED = (DeliveryStatus.POSTED, DeliveryStatus.THREADED, DeliveryStatus.DONE)
_AT_WORK = timedelta(minutes=15)
"""A claim this old belongs to nobody who is still at work."""


def past(deliveries: Sequence[Delivery], subscription: Subscription, *, now: datetime) -> str:
    """The newest few, newest first: `Fri 4 Sep 09:00, delivered · Thu 3 Sep, skipped: nothing to say`."""
    return " · ".join(outcome(one, subscription, now=now) for one in deliveries[:MOST])


def outcome(delivery: Delivery, subscription: Subscription, *, now: datetime) -> str:
    """One row of the ledger in words, by the subscription's own clock."""
    zone = ZoneInfo(subscription.zone)
    local = delivery.claimed_at.astimezone(zone)
    if delivery.slot.startswith(_ASKED_FOR):
        return f"{_day(local.date())} {local:%H:%M}, on request: {_plainly(delivery)}"
    named = _slot(delivery.slot) or _day(local.date())
    why = f": {text.name(delivery.reason.rstrip('.'), 160)}" if delivery.reason else ""
    match delivery.status:
        case DeliveryStatus.SKIPPED:
            return f"{named}, skipped{why}"
        case DeliveryStatus.FAILED:
            return f"{named}, not posted{why}"
        case DeliveryStatus.UNCERTAIN:
            return f"{named}, uncertain: it may have come or not; whoever set it up was asked to look"
        case DeliveryStatus.CLAIMED:
            begun = f"begun {_day(local.date())} {local:%H:%M}"
            return f"{begun}, on its way" if now - delivery.claimed_at < _AT_WORK else f"{begun}, and broken off"
    lacking = f" ({text.name(delivery.reason.rstrip('.'), 160)})" if delivery.reason else ""
    due = _due(delivery, subscription, zone)
    if due is None:
        return f"{_day(local.date())} {local:%H:%M}, delivered{lacking}"
    if delivery.claimed_at - due > schedule.PUNCTUAL:
        return f"{_day(local.date())} {local:%H:%M}, delivered late: its hour is {subscription.at:%H:%M}{lacking}"
    return f"{named} {due.astimezone(zone):%H:%M}, delivered{lacking}"


def waiting(due: datetime, subscription: Subscription, *, grace: timedelta, why: str = "") -> str:
    """What a digest waits for whose hour has come: it is tried again until `grace` is over, or the day is."""
    zone = ZoneInfo(subscription.zone)
    local, last = due.astimezone(zone), (due + grace).astimezone(zone)
    until = f"{last:%H:%M}" if last.date() == local.date() else "midnight"
    reason = f" ({why.rstrip('.')})" if why else ""
    return f"Waiting since {local:%H:%M}{reason}: tried again every few minutes, until {until}"


def _due(delivery: Delivery, subscription: Subscription, zone: ZoneInfo) -> datetime | None:
    """When it was due; None where it had another hour then."""
    try:
        due = schedule.instant(date.fromisoformat(delivery.slot), subscription.at, zone)
    except ValueError:
        return None
    return None if due is None or due < subscription.created_at or delivery.claimed_at < due else due


def _plainly(delivery: Delivery) -> str:
    if delivery.status in _ARRIVED:
        return "delivered"
    why = f": {text.name(delivery.reason.rstrip('.'), 160)}" if delivery.reason else ""
    return {DeliveryStatus.CLAIMED: "on its way", DeliveryStatus.UNCERTAIN: "uncertain"}.get(
        delivery.status, f"not posted{why}"
    )


def _slot(slot: str) -> str:
    try:
        return _day(date.fromisoformat(slot))
    except ValueError:
        return ""


def _day(day: date) -> str:
    return f"{dates.WEEKDAYS[day.weekday()]} {dates.short(day)}"
