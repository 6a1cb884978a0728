"""What changed since the last delivered digest: new, continuing, slipped, and why rows are gone."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.domain import risk, states
from bot.domain.phases import Phases
from bot.domain.records import Said, SaidRow, Standing
from bot.domain.rights import owners
from bot.pivotal.models import OnboardingRow

NOTHING: Mapping[str, tuple[str, ...]] = {}


class Base(StrEnum):
    """What a digest can be compared with."""

    NONE = "none"
    """Nothing: it is the first."""
    CHANGED = "changed"
    """A digest under other filters or rules: a row may be there for that alone, so nothing is called new."""
    SAME = "same"


class Cause(StrEnum):
    """Why a row is gone."""

    RECOVERED = "recovered"
    """Something about it is other than it was: its state, its phase, its target date, or that it has an owner."""
    AS_USUAL = "no longer above the usual time"
    """It is as it was, and what is usual for its phase is more now."""
    NO_RULE = "as before, but under no rule any more"
    """It is as it was, and no rule of ours fires for a reason of its own."""
    LAUNCHED = "launched"
    COMPLETED = "completed"
    PAUSED = "paused"
    SNOOZED = "snoozed"
    """Somebody does not want to be told of it in this channel for now."""
    DELETED = "deleted"
    MOVED_OUT = "moved out"
    """Its target date is later now, or gone: outside the weeks shown, or no longer overdue or close."""
    UNLISTED = "no longer in the filters"


@dataclass(frozen=True, slots=True)
class Left:
    """A row of the last digest that is not in this one; number and launch date are those of now, None when deleted."""

    title: str
    cause: Cause
    display_id: int | None = None
    target: date | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A continuing row whose target date was moved later since the last digest."""

    title: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Delta:
    """From the last digest's rows to this one's; every mapping is by onboarding id, in the digests' own order."""

    base: Base
    new: Mapping[str, SaidRow] = field(default_factory=dict)
    continuing: Mapping[str, SaidRow] = field(default_factory=dict)
    slipped: Mapping[str, Moved] = field(default_factory=dict)
    worse: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The rules that fire for a continuing row and did not when it was last listed."""
    left: Mapping[str, Left] = field(default_factory=dict)

    @property
    def comparable(self) -> bool:
        """Whether anything may be called new or gone."""
        return self.base is Base.SAME

    def of(self, cause: Cause) -> tuple[Left, ...]:
        """The rows gone for one cause."""
        return tuple(left for left in self.left.values() if left.cause is cause)


def say(
    standings: Iterable[Standing],
    *,
    previous: Said | None,
    today: date,
    rules: str,
    fired: Mapping[str, tuple[str, ...]] = NOTHING,
) -> Said:
    """Put down what a digest lists, so that the next can be compared with it; a continuing row keeps its `since`.

    `fired` are the rules of risk that made each a row, by onboarding id.
    """
    before = previous.rows if previous else {}
    rows = {}
    for standing in standings:
        onboarding = standing.onboarding
        known = before.get(onboarding.id)
        rows[onboarding.id] = SaidRow(
            title=standing.title,
            phase=onboarding.phase,
            state=states.effective(onboarding),
            target=onboarding.target_launch_date,
            since=known.since if known else today,
            fired=fired.get(onboarding.id, ()),
        )
    return Said(rows, rules)


def compare(
    previous: Said | None,
    current: Said,
    *,
    listed: Mapping[str, Standing],
    everything: Mapping[str, Standing],
    phases: Phases,
    otherwise: Cause = Cause.RECOVERED,
    snoozed: Collection[str] = (),
) -> Delta:
    """Compare two digests of one subscription.

    `listed` is what passes its filters now and `everything` what exists, both by id: they tell why a row is gone.
    `snoozed` are the ids kept out of this channel for now. `otherwise` is the cause where none of the record's own
    explains it.
    """
    base = _base(previous, current)
    before = previous.rows if previous else {}
    slipped = {
        key: Moved(row.title, old.target, row.target)
        for key, row in current.rows.items()
        if (old := before.get(key)) and old.target and row.target and row.target > old.target
    }
    worse = {
        key: more
        for key, row in current.rows.items()
        # A row from before its rules were put down tells nothing of them.
        if (old := before.get(key)) and old.fired and (more := frozenset(row.fired) - frozenset(old.fired))
    }
    left = {}
    for key, row in before.items():
        if key not in current.rows:
            standing = everything.get(key)
            explained = Cause.SNOOZED if key in snoozed else otherwise if key in listed else Cause.UNLISTED
            cause = _cause(row, standing, phases=phases, otherwise=explained)
            left[key] = Left(row.title, cause)
            if standing:
                now = standing.onboarding
                left[key] = Left(row.title, cause, now.display_id, now.target_launch_date)
    return Delta(
        base,
        new={key: row for key, row in current.rows.items() if key not in before},
        continuing={key: row for key, row in current.rows.items() if key in before},
        slipped=slipped,
        worse=worse,
        left=left,
    )


def _base(previous: Said | None, current: Said) -> Base:
    if previous is None:
        return Base.NONE
    return Base.SAME if previous.rules == current.rules else Base.CHANGED


def _cause(row: SaidRow, standing: Standing | None, *, phases: Phases, otherwise: Cause) -> Cause:
    if standing is None:
        return Cause.DELETED
    onboarding = standing.onboarding
    if states.closed(onboarding, phases=phases):
        return Cause.COMPLETED
    if onboarding.state == states.PAUSED and otherwise is not Cause.MOVED_OUT:  # paused, it would still be listed there
        return Cause.PAUSED
    if phases.launched(onboarding.phase) and not phases.launched(row.phase):
        return Cause.LAUNCHED
    moved = row.target and (onboarding.target_launch_date or date.max) > row.target
    if otherwise is Cause.RECOVERED and moved and row.state != states.AT_RISK:
        return Cause.MOVED_OUT  # nothing is better for a launch that was put off
    if otherwise is Cause.RECOVERED and _as_it_was(row, onboarding):
        return Cause.AS_USUAL if risk.STALLED in row.fired else Cause.NO_RULE
    return otherwise


def _as_it_was(row: SaidRow, onboarding: OnboardingRow) -> bool:
    """Whether nothing of what makes a row is another than the last digest said."""
    now = (onboarding.phase, states.effective(onboarding), onboarding.target_launch_date)
    found = risk.NO_OWNER in row.fired and bool(owners(onboarding))
    return now == (row.phase, row.state, row.target) and not found
