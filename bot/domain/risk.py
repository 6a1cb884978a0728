"""Which onboardings need attention, why, and in which order: named rules over what is known, never over guesses.

One function, `reasons`, feeds the digest, the at-risk list and the card's why line, so that they always agree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from bot.domain import dates, states
from bot.domain.errors import UserError
from bot.domain.history import PHASE
from bot.domain.phases import Phases
from bot.domain.records import Observation, Snapshot, Standing
from bot.domain.rights import owners

OVERDUE = "overdue"
CLOSE = "launch_close"
MARKED = "marked"
SLIPPED = "slipped"
STALLED = "stalled"
WAITING = "waiting"
NO_TARGET = "no_target"
NO_OWNER = "no_owner"

RULES = (OVERDUE, CLOSE, MARKED, SLIPPED, STALLED, WAITING, NO_TARGET, NO_OWNER)
"""Worst first."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on a rule fires."""

    close_days: int = 7
    """Launching in this many days or fewer …"""
    close_phases: int = 1
    """… with more than this many phases left."""
    slips: int = 2
    """Seen to slip this many times."""
    stall_factor: float = 2.0
    """Longer in the phase than this many times its median."""
    waiting_days: int = 7
    no_target_days: int = 14
    """Days after the start; after its creation where nobody says when it started."""
    no_owner_days: int = 2
    """Days after creation."""


DEFAULTS = Thresholds()
_MOST = 3650
"""Days, slips or times the median: more than this is a slip of the finger."""


def thresholds(text: str) -> Thresholds:
    """Read `close_days=5, slips=3`; what is not named keeps its default. Raises UserError on anything else."""
    usual = asdict(DEFAULTS)
    wanted: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in usual:
            raise UserError(f"There is no threshold {name!r}.", hint=f"There are {', '.join(usual)}.")
        try:
            number = type(usual[name])(value)
        except ValueError:
            number = -1
        if not 0 <= number <= _MOST:
            raise UserError(f"{value!r} is no value for {name}.", hint=f"Write it like {name}={usual[name]}.")
        wanted[name] = number
    return replace(DEFAULTS, **wanted)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that fired; the heavier, the worse."""

    rule: str
    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class Risk:
    """An onboarding that needs attention, and why, worst reason first."""

    standing: Standing
    reasons: tuple[Reason, ...]

    @property
    def marked(self) -> bool:
        """Marked at risk in Pivotal, not only by a rule of ours."""
        return any(reason.rule == MARKED for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Moment:
    """What every rule is judged against."""

    phases: Phases
    today: date
    """The reader's calendar day."""
    now: datetime
    thresholds: Thresholds = DEFAULTS
    medians: Mapping[str, float] = field(default_factory=dict)
    """Days per phase, as the function `medians` gives them."""


def reasons(standing: Standing, moment: Moment) -> tuple[Reason, ...]:
    """Say why an onboarding needs attention, worst first; none for one that is paused or over."""
    onboarding = standing.onboarding
    if onboarding.state == states.PAUSED or states.closed(onboarding, phases=moment.phases):
        return ()
    texts = {
        **_about_the_launch(standing, moment),
        MARKED: "marked at risk in Pivotal" if onboarding.state == states.AT_RISK else None,
        STALLED: _stalled(standing, moment),
        WAITING: _waiting(standing, moment),
        NO_OWNER: _no_owner(standing, moment),
    }
    return tuple(
        Reason(rule, text, len(RULES) - place) for place, rule in enumerate(RULES) if (text := texts.get(rule))
    )


def at_risk(snapshot: Snapshot, moment: Moment) -> tuple[Risk, ...]:
    """List what needs attention, worst first.

    Launch overdue, then launching soon, then longest at risk, then what lacks only a date or an owner; ties by name.
    """
    found = (Risk(standing, why) for standing in snapshot.standings if (why := reasons(standing, moment)))
    return tuple(sorted(found, key=lambda risk: _place(risk, moment)))


def medians(observations: Mapping[str, Sequence[Observation]], *, minimum: int = 3) -> dict[str, float]:
    """Days onboardings usually stay in a phase: the median of the stays seen from beginning to end.

    `observations` are by onboarding id. A phase with fewer than `minimum` such stays has no median yet.
    """
    stays: dict[str, list[float]] = {}
    for seen in observations.values():
        for phase, days in _stays(seen):
            stays.setdefault(phase, []).append(days)
    return {phase: median(days) for phase, days in stays.items() if len(days) >= minimum}


def _stays(observations: Iterable[Observation]) -> Iterable[tuple[str, float]]:
    moves = sorted((one for one in observations if one.field == PHASE), key=lambda one: one.seen_at)
    for entered, left in pairwise(moves):
        if entered.after is not None and entered.after == left.before:
            yield entered.after, (left.seen_at - entered.seen_at) / DAY


def _about_the_launch(standing: Standing, moment: Moment) -> dict[str, str | None]:
    """Rules about the target date: they end with the launch."""
    onboarding, target = standing.onboarding, standing.onboarding.target_launch_date
    if moment.phases.launched(onboarding.phase):
        return {}
    slips = standing.history.slips
    slipped = len(slips) >= max(moment.thresholds.slips, 1)
    texts: dict[str, str | None] = {
        SLIPPED: f"slipped {slips[-1].days} d, {_nth(len(slips))} time" if slipped else None
    }
    if target is None:
        days = _days(onboarding.started_at or onboarding.created_at, moment)
        since = "the start" if onboarding.started_at else "it was created"
        texts[NO_TARGET] = (
            f"no target date {_ago(days)} {since}" if days >= max(moment.thresholds.no_target_days, 0) else None
        )
    elif target < moment.today:
        texts[OVERDUE] = f"target date passed {dates.distance(target, moment.today)}"
    elif (target - moment.today).days <= moment.thresholds.close_days:
        left = moment.phases.remaining_before_launch(onboarding.phase)
        if left is not None and left > moment.thresholds.close_phases:
            texts[CLOSE] = (
                f"launches {dates.distance(target, moment.today)} with {left} {'phase' if left == 1 else 'phases'} left"
            )
    return texts


def _stalled(standing: Standing, moment: Moment) -> str | None:
    usual = moment.medians.get(standing.onboarding.phase)
    if usual is None or states.effective(standing.onboarding) == states.WAITING:
        return None
    days, told = _lasted(standing.history.phase_since, standing.history.phase_at_least, moment)
    if days <= usual * moment.thresholds.stall_factor:
        return None
    return f"{told} in phase, usually {round(usual) or 'less than one'}"


def _waiting(standing: Standing, moment: Moment) -> str | None:
    if states.effective(standing.onboarding) != states.WAITING:
        return None
    days, told = _lasted(standing.history.state_since, standing.history.state_at_least, moment)
    return f"waiting on the customer for {told}" if days >= moment.thresholds.waiting_days else None


def _no_owner(standing: Standing, moment: Moment) -> str | None:
    if owners(standing.onboarding):
        return None
    days = _days(standing.onboarding.created_at, moment)
    return f"no owner {_ago(days)} it was created" if days >= max(moment.thresholds.no_owner_days, 0) else None


def _lasted(since: datetime | None, at_least: datetime | None, moment: Moment) -> tuple[int, str]:
    """Whole days, and how to say them: `12 d`, or `at least 12 d` where the start was not seen; -1 when unknown."""
    days = _days(since or at_least, moment)
    return days, f"{days} d" if since else f"at least {days} d"


def _days(since: datetime | None, moment: Moment) -> int:
    """Whole days since then; -1 when nobody knows, which is less than any threshold."""
    if since is None:
        return -1
    # An API that sends a bare date where it promises a date-time gives an instant without a zone: its zone is UTC.
    return (moment.now - (since if since.tzinfo else since.replace(tzinfo=UTC))) // DAY


def _ago(days: int) -> str:
    """`20 d after`, to be followed by what it is counted from."""
    return f"{days} d after" if days else "since"


def _nth(count: int) -> str:
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def _place(risk: Risk, moment: Moment) -> tuple[int, int, str, int]:
    """The place in the list: its group, then the order within it, then the name."""
    onboarding = risk.standing.onboarding
    tie = (risk.standing.title.casefold(), onboarding.display_id)
    target, rules = onboarding.target_launch_date, {reason.rule for reason in risk.reasons}
    if target and OVERDUE in rules:
        return (0, target.toordinal(), *tie)
    ahead = (target - moment.today).days if target else -1
    if 0 <= ahead <= moment.thresholds.close_days and not moment.phases.launched(onboarding.phase):
        return (1, ahead, *tie)
    if rules <= {NO_TARGET, NO_OWNER}:
        return (3, 0 if NO_TARGET in rules else 1, *tie)
    return (2, -_longest(risk, rules, moment), *tie)


def _longest(risk: Risk, rules: set[str], moment: Moment) -> int:
    """For how many days it has been at risk, as far as that was seen."""
    history = risk.standing.history
    spans = [0]
    if rules & {MARKED, WAITING}:
        spans.append(_days(history.state_since or history.state_at_least, moment))
    if STALLED in rules:
        spans.append(_days(history.phase_since or history.phase_at_least, moment))
    if SLIPPED in rules:
        spans.append(_days(history.slips[-1].seen_at, moment))
    return max(spans)
