"""In which order a list stands: as asked for with `sort:name`, else the newest first."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from bot.domain import words
from bot.domain.errors import UserError
from bot.domain.phases import Phases
from bot.domain.records import Standing

KEY = "sort"


class Order(StrEnum):
    """What a list is sorted by; ties stand by name, then by number."""

    NEWEST = "newest"
    DATE = "date"
    NAME = "name"
    PHASE = "phase"

    @property
    def told(self) -> str:
        """How a list says it."""
        return {
            Order.NEWEST: "newest first",
            Order.DATE: "by target date",
            Order.NAME: "by name",
            Order.PHASE: "by phase",
        }[self]


def take(text: str) -> tuple[Order | None, str]:
    """Take `sort:…` out of what was typed, and give the rest as it was; the last one counts. Raises UserError."""
    asked: Order | None = None
    rest = []
    for word in words.pieces(text):
        key, _, value = word.partition(":")
        if key.casefold() != KEY:
            rest.append(word)
            continue
        try:
            asked = Order(value.casefold())
        except ValueError:
            listed = ", ".join(f"`{KEY}:{one}`" for one in Order)
            raise UserError(
                f"I cannot sort by “{value}”." if value else "Sort by what?", hint=f"There are {listed}."
            ) from None
    return asked, " ".join(rest)


def arranged(standings: Iterable[Standing], order: Order, *, phases: Phases) -> tuple[Standing, ...]:
    """The standings in that order; what has no target date, or an unknown phase, comes last."""

    def named(one: Standing) -> tuple[str, int]:
        return one.title.casefold(), one.onboarding.display_id

    def dated(one: Standing) -> tuple[date, str, int]:
        return one.onboarding.target_launch_date or date.max, *named(one)

    def placed(one: Standing) -> tuple[int, date, str, int]:
        return phases.position(one.onboarding.phase) or len(phases) + 1, *dated(one)

    if order is Order.NEWEST:
        return tuple(sorted(standings, key=lambda one: one.onboarding.display_id, reverse=True))
    if order is Order.PHASE:
        return tuple(sorted(standings, key=placed))
    return tuple(sorted(standings, key=dated if order is Order.DATE else named))
