"""Which days of a country, or of a region of it, are holidays, and which are worked."""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from bot.domain.errors import UserError

if TYPE_CHECKING:
    from holidays import HolidayBase


def check(code: str) -> None:
    """Raise UserError unless the holidays of `code`, such as `DE` or `DE-BY`, are known."""
    _calendar(code)


def holiday(day: date, code: str) -> bool:
    """Whether a day is a public holiday there. Raises UserError for a country that is not known."""
    return day in _calendar(code)


def weekend(day: date, code: str) -> bool:
    """Whether people there do not work on that day because of its weekday. Raises UserError likewise."""
    return _calendar(code).is_weekend(day)


@cache
def _calendar(code: str) -> "HolidayBase":
    """The calendar of a country; it works out a year when a day of it is first asked for."""
    import holidays  # takes a moment, which nobody waits for who keeps no holidays

    country, _, region = code.upper().partition("-")
    try:
        return holidays.country_holidays(country, subdiv=region or None)
    except (NotImplementedError, KeyError):
        raise UserError(
            f"I know no public holidays of “{code}”.", hint="Use a country’s code, such as `DE`, `US` or `DE-BY`."
        ) from None
