"""Dates as people type them: `2026-12-01`, `+7d`, `fri`, `18 Sep`, `30/9`, `none`; two readings are refused."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain import dates
from bot.domain.errors import UserError

NONE = ("none", "remove", "clear", "-")
FORMS = "Use 2026-12-01, 1 Dec, +7d, fri or none."
_SPAN = re.compile(r"([+-])\s?([0-9]{1,4})\s?(d|days?|w|weeks?)?", re.IGNORECASE)
_SLASHED = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})(?:[/.]([0-9]{2,4}))?\.?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|\.)?\s+([a-z]{3,9})\.?,?(?:\s+([0-9]{4}))?", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?(?:\s+([0-9]{4}))?", re.IGNORECASE)
_WORDS = 4
"""The most words a date has: `+ 7 days`, `Fri 18 Sep 2026`."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Understood:
    """A day, or None for no day at all, and what was said after it."""

    day: date | None
    rest: str = ""


def day(text: str, *, today: date, present: date | None) -> Understood:
    """Read the date a text begins with; what follows it comes back as the rest.

    `+7d` counts from the `present` target, or from `today` without one; a weekday is the next one after today; a day
    without a year is the next such day. Raises UserError for what is no date, or has two readings.
    """
    said = text.split()
    if not said:
        raise UserError("To which date?", hint=FORMS)
    for length in range(min(_WORDS, len(said)), 0, -1):
        understood = _one(" ".join(said[:length]), today=today, present=present)
        if understood is not None:
            return Understood(understood.day, " ".join(said[length:]))
    raise UserError(f"“{said[0]}” is not a date I can read.", hint=FORMS)


def _one(text: str, *, today: date, present: date | None) -> Understood | None:
    word = text.casefold()
    if word in NONE:
        return Understood(None)
    if word in ("today", "tomorrow"):
        return Understood(today + timedelta(days=word == "tomorrow"))
    if len(word) >= 3 and (place := _place(word, _WEEKDAYS)) is not None:
        return Understood(today + timedelta(days=(place - today.weekday() - 1) % 7 + 1))
    if span := _SPAN.fullmatch(text):
        return Understood(_shifted(span, present or today))
    if slashed := _SLASHED.fullmatch(text):
        return Understood(_slashed(text, slashed, today=today))
    with suppress(ValueError):
        return Understood(date.fromisoformat(text)) if "-" in text else _named(_without_weekday(text), today=today)
    return None


def _shifted(span: re.Match[str], start: date) -> date:
    days = int(span[2]) * (7 if (span[3] or "d").casefold().startswith("w") else 1)
    try:
        return start + timedelta(days=-days if span[1] == "-" else days)
    except OverflowError:
        raise UserError(f"“{span[0]}” is too far away.", hint=FORMS) from None


def _named(text: str, *, today: date) -> Understood | None:
    """`18 Sep`, `Sep 18`, with a year or without; raises ValueError for the 30th of February."""
    if found := _DAY_FIRST.fullmatch(text):
        number, month, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        month, number, year = found.groups()
    else:
        return None
    place = _place(month.casefold(), _MONTHS)
    if place is None:
        return None
    if year:
        return Understood(date(int(year), place + 1, int(number)))
    return Understood(_next(place + 1, int(number), today=today))


def _next(month: int, number: int, *, today: date) -> date:
    for year in range(today.year, today.year + 9):
        with suppress(ValueError):
            found = date(year, month, number)
            if found >= today:
                return found
    raise ValueError(f"no {number}.{month}.")


def _without_weekday(text: str) -> str:
    first, _, rest = text.partition(" ")
    named = len(first) >= 3 and _place(first.rstrip(",").casefold(), _WEEKDAYS) is not None
    return rest if named and rest else text


def _slashed(text: str, slashed: re.Match[str], *, today: date) -> date:
    """`30/9` can only be one day; `9/10` could be two, and is refused showing both."""
    first, second, year = int(slashed[1]), int(slashed[2]), slashed[3]
    found: list[date] = []
    for number, month in ((first, second), (second, first)):
        with suppress(ValueError):
            found.append(
                date(int(year) + 2000 * (len(year) == 2), month, number) if year else _next(month, number, today=today)
            )
    readings = list(dict.fromkeys(found))
    if not readings:
        raise UserError(f"“{text}” is not a date I can read.", hint=FORMS)
    if len(readings) > 1:
        several = " or ".join(f"{dates.short(one)} ({one.isoformat()})" for one in readings)
        raise UserError(f"“{text}” could be {several}.", hint="Write it with the month’s name, or as 2026-12-01.")
    return readings[0]


_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


def _place(word: str, names: tuple[str, ...]) -> int | None:
    return next((place for place, name in enumerate(names) if name.startswith(word)), None)
