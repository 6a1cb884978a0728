"""What somebody wants of a digest: read into a subscription, compared by its hours, and told in one line."""

import secrets
from dataclasses import dataclass
from datetime import datetime, time

from bot.domain import dates, schedule
from bot.domain.errors import UserError
from bot.domain.records import MOVE, SKIP, Actor, Subscription


@dataclass(frozen=True, slots=True)
class Wish:
    """What to send and when: the kind, the weekdays (`mon-fri`), the local time and its zone, the filters as typed.

    The rest is as in the record, `Subscription`.
    """

    kind: str
    days: str
    at: time
    zone: str
    filters: str = ""
    mentions: bool = False
    quiet: bool = True
    holidays: str = ""
    on_holiday: str = MOVE


def made(wish: Wish, *, channel: str, by: Actor, now: datetime) -> Subscription:
    """A subscription as wished; raises UserError for what cannot be read."""
    if wish.on_holiday not in (MOVE, SKIP):
        raise UserError("On a holiday a digest is moved or skipped.", hint="Choose one of the two.")
    subscription = Subscription(
        id=f"sub_{secrets.token_hex(6)}",
        team_id=by.team_id,
        channel=channel,
        kind=wish.kind,
        days=wish.days,
        at=wish.at,
        zone=dates.zone(wish.zone).key,
        creator=by.slack_id,
        created_at=now,
        filters=wish.filters,
        mentions=wish.mentions,
        quiet=wish.quiet,
        holidays=wish.holidays,
        on_holiday=wish.on_holiday,
    )
    schedule.check(subscription)
    return subscription


def again(one: Subscription) -> Wish:
    """What was wished for of a subscription there is."""
    return Wish(
        one.kind,
        one.days,
        one.at,
        one.zone,
        one.filters,
        one.mentions,
        one.quiet,
        one.holidays,
        one.on_holiday,
    )


def hours(one: Subscription) -> tuple[object, ...]:
    """What decides on which days and when it comes."""
    return schedule.weekdays(one.days), one.at, one.zone, one.holidays, one.holidays and one.on_holiday


def title(kind: str) -> str:
    """What the log calls a digest."""
    return f"{kind} digest"


def told(one: Subscription) -> str:
    """A subscription in one line, for the log."""
    switches = {
        "mentions on": one.mentions,
        "posted when empty too": not one.quiet,
        f"holidays of {one.holidays}: {one.on_holiday}": bool(one.holidays),
    }
    said = [f"{one.channel}: {one.days} {one.at:%H:%M} {one.zone}", one.filters]
    return ", ".join(part for part in [*said, *(name for name, on in switches.items() if on)] if part)
