"""A portfolio in numbers: how many stand where, and what the last seven days brought, as far as it was seen."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import states
from bot.domain.phases import Phases
from bot.domain.records import Snapshot, Standing

SPAN = timedelta(days=7)
"""How far back a week's numbers reach."""

USUAL = (states.ACTIVE, states.AT_RISK, states.WAITING, states.PAUSED)
"""The states of the reference, in the order they are told in; others follow by name."""


@dataclass(frozen=True, slots=True)
class PhaseCount:
    """The open onboardings of one phase, by the state they are in."""

    phase: str
    states: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class Launched:
    """An onboarding seen to launch: on which day, and for which it was planned then."""

    standing: Standing
    on: date
    target: date | None

    @property
    def late(self) -> int | None:
        """How many days after its target date, 0 when on time; None when it had no target date."""
        return None if self.target is None else max((self.on - self.target).days, 0)


@dataclass(frozen=True, slots=True)
class Slipped:
    """An onboarding whose target date was seen to move later: from the one it had to the one it has now."""

    standing: Standing
    before: date
    after: date

    @property
    def days(self) -> int:
        """How many days later."""
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class Week:
    """The numbers. Only what was seen is in them: an empty part says that nothing was, not that nothing happened."""

    since: date
    phases: tuple[PhaseCount, ...]
    """Every phase that can have open onboardings, in order; then unknown ones that have some."""
    states: tuple[str, ...]
    """Every state that occurs among them."""
    launched: tuple[Launched, ...]
    """Oldest first."""
    medians: tuple[tuple[str, float], ...]
    """Days onboardings usually stay in a phase, in the order of the phases."""
    slipped: tuple[Slipped, ...]
    """The biggest first."""

    @property
    def open(self) -> int:
        """How many onboardings are not over."""
        return sum(phase.total for phase in self.phases)

    @property
    def in_states(self) -> Mapping[str, int]:
        """How many are in each state."""
        return {state: sum(phase.states.get(state, 0) for phase in self.phases) for state in self.states}


def week(
    snapshot: Snapshot, *, phases: Phases, now: datetime, zone: ZoneInfo, medians: Mapping[str, float] | None = None
) -> Week:
    """Count a portfolio at `now`; days are those of `zone`, `medians` are days per phase as `risk.medians` gives."""
    since = now - SPAN
    counted = _counted(snapshot.standings, phases)
    found = {state for phase in counted for state in phase.states}
    known = medians or {}
    return Week(
        since=since.astimezone(zone).date(),
        phases=counted,
        states=(*(state for state in USUAL if state in found), *sorted(found.difference(USUAL))),
        launched=_launched(snapshot.standings, phases, since=since, now=now, zone=zone),
        medians=tuple((phase, known[phase]) for phase in _ordered(known, phases)),
        slipped=_slipped(snapshot.standings, since=since, now=now),
    )


def _counted(standings: Iterable[Standing], phases: Phases) -> tuple[PhaseCount, ...]:
    counts: dict[str, Counter[str]] = {phase: Counter() for phase in phases.order if not phases.terminal(phase)}
    for standing in standings:
        onboarding = standing.onboarding
        if not states.closed(onboarding, phases=phases):
            counts.setdefault(onboarding.phase, Counter())[states.effective(onboarding)] += 1
    return tuple(PhaseCount(phase, dict(counts[phase])) for phase in _ordered(counts, phases))


def _launched(
    standings: Iterable[Standing], phases: Phases, *, since: datetime, now: datetime, zone: ZoneInfo
) -> tuple[Launched, ...]:
    """Those that entered the launch in this time from a phase before it, and were not sent back since."""
    found = [
        Launched(standing, launch.at.astimezone(zone).date(), launch.target)
        for standing in standings
        if (launch := standing.history.launch)
        and since < launch.at <= now
        and phases.launched(standing.onboarding.phase)
        and not phases.launched(launch.before)
    ]
    return tuple(sorted(found, key=lambda one: (one.on, *_name(one.standing))))


def _slipped(standings: Iterable[Standing], *, since: datetime, now: datetime) -> tuple[Slipped, ...]:
    """Those whose date is later now than before its first slip in this time; one moved back again is not."""
    found = []
    for standing in standings:
        slips = [slip for slip in standing.history.slips if since < slip.seen_at <= now]
        after = standing.onboarding.target_launch_date
        if slips and after and after > slips[0].before:
            found.append(Slipped(standing, slips[0].before, after))
    return tuple(sorted(found, key=lambda one: (-one.days, *_name(one.standing))))


def _ordered(found: Iterable[str], phases: Phases) -> list[str]:
    """The phases in their order, unknown ones after them by name."""
    return sorted(found, key=lambda phase: (phases.position(phase) or len(phases) + 1, phase))


def _name(standing: Standing) -> tuple[str, int]:
    return standing.title.casefold(), standing.onboarding.display_id
