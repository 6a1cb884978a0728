"""What somebody subscribed, in words: which digest, where, when, how, and when the next one comes."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import countries, dates
from bot.domain.records import MOVE, Subscription
from bot.domain.schedule import Slot
from bot.views import text


def title(subscription: Subscription, *, titles: Mapping[str, str]) -> str:
    """What the digest is called; its kind, should nobody know it any more."""
    return text.name(titles.get(subscription.kind, subscription.kind))


def when(subscription: Subscription) -> str:
    """`Mon–Fri at 09:00 (Europe/Berlin)`: the weekdays, and the local time in the subscription's zone."""
    *first, last = ("–".join(day.capitalize() for day in part.split("-")) for part in subscription.days.split(","))
    days = f"{', '.join(first)} and {last}" if first else last
    return f"{text.name(days)} at {subscription.at:%H:%M} ({text.name(subscription.zone)})"


def channel(subscription: Subscription) -> str:
    """The channel it goes to, as a link to it; a direct message is called just that."""
    return "a direct message" if subscription.direct else f"<#{text.escape(subscription.channel)}>"


def place(subscription: Subscription, reader: str) -> str:
    """`in #onboarding`, or `for you` where it is the reader's own direct message."""
    return "for you" if own(subscription, reader) else f"in {channel(subscription)}"


def own(subscription: Subscription, reader: str) -> bool:
    """Whether it comes to the reader's own direct message."""
    return subscription.direct and subscription.creator == reader


def gets(subscription: Subscription, reader: str, *, now: bool) -> str:
    """`#onboarding now gets`, `You get`."""
    if own(subscription, reader):
        return f"You {'now ' if now else ''}get"
    return f"{'A direct message' if subscription.direct else channel(subscription)} {'now ' if now else ''}gets"


def ended(subscription: Subscription, *, titles: Mapping[str, str], reader: str = "") -> str:
    """`#onboarding no longer gets “At-risk onboardings”.`"""
    whose = "A direct message" if subscription.direct else channel(subscription)
    gets = "You no longer get" if own(subscription, reader) else f"{whose} no longer gets"
    return f"{gets} “{title(subscription, titles=titles)}”."


def brief(subscription: Subscription, reader: str, *, titles: Mapping[str, str]) -> str:
    """`At-risk onboardings in #onboarding, Mon–Fri at 09:00 (Europe/Berlin)`: what, where, and when."""
    return f"{title(subscription, titles=titles)} {place(subscription, reader)}, {when(subscription)}"


def line(subscription: Subscription, *, following: datetime | None, titles: Mapping[str, str]) -> str:
    """One subscription of the reader's in one line: what, where, when, and when next."""
    return f"{brief(subscription, subscription.creator, titles=titles)} · {_next(subscription, following)}"


def line_typed(subscription: Subscription) -> str:
    """What follows `subscribe` in the line that makes this very subscription, typed where it comes: not escaped."""
    holidays = f"holidays:{subscription.holidays}" if subscription.holidays else ""
    skipped = f":{subscription.on_holiday}" if holidays and subscription.on_holiday != MOVE else ""
    return " ".join(
        filter(
            None,
            (
                subscription.kind,
                "dm" if subscription.direct else "",
                f"{subscription.at:%H:%M}",
                subscription.days,
                subscription.zone,
                subscription.filters,
                "mentions:on" if subscription.mentions else "",
                holidays + skipped,
                "" if subscription.quiet else "quiet:off",
            ),
        )
    )


def following(subscription: Subscription, following: Slot | None, *, zone: ZoneInfo) -> str:
    """When the next one comes, for a reader in `zone`; and which holidays it is moved from."""
    told = _next(subscription, following.at if following else None, zone=zone)
    moved = following.moved_from if following else ()
    if not moved:
        return told
    days = tuple(f"{dates.WEEKDAYS[day.weekday()]} {dates.short(day)}" for day in moved)
    return f"{told}, moved: {text.listed(days, limit=3)} {'is a holiday' if len(days) == 1 else 'are holidays'}"


def manner(subscription: Subscription) -> tuple[str, ...]:
    """Whatever is not as usual: mentions, digests without rows, holidays."""
    parts = ["mentions on"] if subscription.mentions else []
    parts += [] if subscription.quiet else ["comes also with nothing to say"]
    if subscription.holidays:
        there = text.name(countries.name(subscription.holidays))
        moves = subscription.on_holiday == MOVE
        parts.append(
            f"on the next workday when {there} has a holiday" if moves else f"not on public holidays in {there}"
        )
    return tuple(parts)


def kept(filters: str) -> str:
    """What its filters keep, given in words: `filters: phase Review`, `only yours`; nothing where there are none."""
    if filters.startswith("only "):
        return text.name(filters, 200)
    return f"filters: {text.name(filters, 200)}" if filters else ""


def by(creator: str) -> str:
    """`set up by Ana Ruiz`; nothing where nobody can say who did."""
    return f"set up by {text.name(creator)}" if creator else ""


def _next(subscription: Subscription, following: datetime | None, *, zone: ZoneInfo | None = None) -> str:
    """When the next one comes, by its own clock, and by the reader's where that shows another time."""
    if subscription.paused is not None:
        why = text.name(subscription.paused, 200)
        return why if why.startswith("Paused") else f"Paused: {why}"
    if following is None:
        return "No next run"
    there = following.astimezone(ZoneInfo(subscription.zone))
    told = f"Next: {dates.full(there.date())} at {there:%H:%M}"
    here = following.astimezone(zone) if zone else there
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return told
    day = "" if here.date() == there.date() else f"{dates.WEEKDAYS[here.weekday()]} "
    return f"{told} ({day}{here:%H:%M} your time)"
