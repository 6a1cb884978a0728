"""When onboardings launch, seen from one calendar day: the lanes of a launch list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.domain import dates, states
from bot.domain.phases import Phases
from bot.domain.records import Snapshot, Standing


class Lane(StrEnum):
    """Where an open onboarding stands on the way to its launch."""

    OVERDUE = "overdue"
    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    LATER = "later"
    NO_TARGET = "no_target"
    LAUNCHED = "launched"


@dataclass(frozen=True, slots=True)
class Lanes:
    """Every open onboarding in exactly one lane, by date and then by name."""

    overdue: tuple[Standing, ...]
    """The date has passed without a launch, this week's earlier days included."""
    this_week: tuple[Standing, ...]
    """From today to the end of the week."""
    next_week: tuple[Standing, ...]
    later: tuple[Standing, ...]
    no_target: tuple[Standing, ...]
    launched: tuple[Standing, ...]
    """In the launch phase, or between it and the last one."""


def lane(standing: Standing, *, phases: Phases, today: date, first: int = 0) -> Lane | None:
    """Say which lane an onboarding is in; None for one that is over. Weeks begin on weekday `first`, 0 for Monday."""
    onboarding, target = standing.onboarding, standing.onboarding.target_launch_date
    if states.closed(onboarding, phases=phases):
        return None
    if phases.launched(onboarding.phase):
        return Lane.LAUNCHED
    if target is None:
        return Lane.NO_TARGET
    if target < today:
        return Lane.OVERDUE
    _, last = dates.week(today, first)
    if target <= last:
        return Lane.THIS_WEEK
    return Lane.NEXT_WEEK if target <= last + timedelta(days=7) else Lane.LATER


def lanes(snapshot: Snapshot, *, phases: Phases, today: date, first: int = 0) -> Lanes:
    """Sort the open onboardings into lanes; `today` is the reader's calendar day, `first` their first weekday."""
    found: dict[Lane, list[Standing]] = {name: [] for name in Lane}
    for standing in snapshot.standings:
        name = lane(standing, phases=phases, today=today, first=first)
        if name:
            found[name].append(standing)
    return Lanes(**{name.value: _sorted(standings) for name, standings in found.items()})


def made(lanes: Lanes, *, today: date, first: int = 0) -> tuple[Standing, ...]:
    """Those of the week that `today` is in which have launched already, by day."""
    start, end = dates.week(today, first)
    return tuple(one for one in lanes.launched if (day := one.onboarding.target_launch_date) and start <= day <= end)


def _sorted(standings: Sequence[Standing]) -> tuple[Standing, ...]:
    def place(standing: Standing) -> tuple[date, str, int]:
        target = standing.onboarding.target_launch_date or date.max
        return target, standing.title.casefold(), standing.onboarding.display_id

    return tuple(sorted(standings, key=place))
