"""Calendar days for people: which day it is somewhere, the week around it, and how a date reads."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.errors import UserError

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
AUTO = "auto"
_NOWHERE = "ZZ"
FIRST_WEEKDAYS = {"monday": 0, "saturday": 5, "sunday": 6}
"""What a week may be set to begin with; `auto` is the custom of the place."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def zone(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name, in any case; raises UserError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # A folder of zones ("Europe") or a path is an OSError or a ValueError, an unknown name a KeyError.
        wanted = name.strip().casefold().replace(" ", "_")
        found = next((known for known in available_timezones() if known.casefold() == wanted), None)
        if found is None:
            raise UserError(
                f"No time zone is called “{name}”.", hint="Use a name such as Europe/Berlin or America/New_York."
            ) from None
        return ZoneInfo(found)


def today(now: datetime, place: str | ZoneInfo) -> date:
    """Say which calendar day it is there; `now` is aware. Raises UserError for an unknown zone."""
    return now.astimezone(zone(place) if isinstance(place, str) else place).date()


def week(day: date, first: int = 0) -> tuple[date, date]:
    """Give the first and the last day of the week a day is in; weeks begin on weekday `first`, 0 for Monday."""
    start = day - timedelta(days=(day.weekday() - first) % 7)
    return start, start + timedelta(days=6)


def country(place: str | ZoneInfo) -> str:
    """Say which country a time zone is in, such as `DE`; empty where it is in none, as UTC is."""
    from babel.core import get_global  # takes a moment to load, and most who ask for a date need no country

    name = place.key if isinstance(place, ZoneInfo) else place
    territories: Mapping[str, str] = get_global("zone_territories")
    found = territories.get(name) or territories.get(get_global("zone_aliases").get(name, ""), "")
    return found if found.isalpha() and found != _NOWHERE else ""


def first_weekday(place: str | ZoneInfo, setting: str = AUTO) -> int:
    """Say which weekday weeks begin with, 0 for Monday: as set, or else as is the custom where that time zone is."""
    if setting != AUTO:
        return FIRST_WEEKDAYS[setting]
    return _custom(country(place))


@cache
def _custom(territory: str) -> int:
    from babel.core import Locale, UnknownLocaleError

    try:
        return Locale.parse(f"und_{territory}").first_week_day if territory else 0
    except UnknownLocaleError:
        return 0


def short(day: date) -> str:
    """Write a day as `18 Sep`."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def full(day: date) -> str:
    """Write a day as `Fri 18 Sep 2026`."""
    return f"{WEEKDAYS[day.weekday()]} {short(day)} {day.year}"


def distance(day: date, today: date) -> str:
    """Say how far away a day is: `in 9 days`, `tomorrow`, `today`, `yesterday`, `3 days ago`."""
    days = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    if days in near:
        return near[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"
