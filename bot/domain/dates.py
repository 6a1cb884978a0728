"""Calendar days for people: which day it is somewhere, the week around it, and how a date reads."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.errors import UserError

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
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


def week(day: date) -> tuple[date, date]:
    """Give the Monday and the Sunday of the week a day is in."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


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
