"""What was seen to change: from two readings of a record to observations, and from observations to its history."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from bot.domain import states
from bot.domain.phases import LAUNCH
from bot.domain.records import OWNER_ROLES, History, Launch, Observation, Slip
from bot.pivotal.models import OnboardingRow

PHASE = "phase"
STATE = "state"
TARGET = "target_launch_date"
FIELDS = (PHASE, STATE, TARGET, *(f"{role}_id" for role in OWNER_ROLES))


def changes(before: OnboardingRow | None, after: OnboardingRow, *, seen_at: datetime, source: str) -> list[Observation]:
    """List what changed between two readings; nothing when there is no earlier one: nothing was seen to change."""
    if before is None:
        return []
    return [
        Observation(after.id, field, old, new, seen_at, source)
        for field in FIELDS
        if (old := value(before, field)) != (new := value(after, field))
    ]


def history(
    observations: Sequence[Observation], onboarding: OnboardingRow, *, met_at: datetime | None = None
) -> History:
    """Sum up the observations of this one onboarding, in any order; it was seen first at `met_at`.

    A slip is a target date seen to move later, also when it was taken away in between. What never changed since it was
    seen first has lasted since then at least; after a change that leads elsewhere nothing is known of the present.
    """
    seen = sorted((one for one in observations if one.onboarding_id == onboarding.id), key=lambda one: one.seen_at)
    targets = [one for one in seen if one.field == TARGET]
    slips = _slips(targets)
    phases, moods = ([one for one in seen if one.field == field] for field in (PHASE, STATE))
    phase_since = _since(phases, onboarding.phase)
    # Without a phase change in all this time every slip was in this phase; with one that leads elsewhere, who knows.
    in_phase = [slip for slip in slips if phase_since is None or slip.seen_at > phase_since]
    return History(
        phase_since=phase_since,
        state_since=_since(moods, states.effective(onboarding)),
        phase_at_least=None if phases else met_at,
        state_at_least=None if moods else met_at,
        slips=tuple(slips),
        slips_in_phase=0 if phases and phase_since is None else len(in_phase),
        launch=_launch(phases, targets, onboarding),
    )


def value(onboarding: OnboardingRow, field: str) -> str | None:
    """One observed field of a record, in the API's own words."""
    if field == STATE:
        return states.effective(onboarding)
    value = getattr(onboarding, field)
    return value.isoformat() if isinstance(value, date) else value


def _since(observations: Sequence[Observation], present: str) -> datetime | None:
    """When the present value was seen to come; None if the last one seen is another."""
    return observations[-1].seen_at if observations and observations[-1].after == present else None


def _launch(phases: Sequence[Observation], targets: Sequence[Observation], onboarding: OnboardingRow) -> Launch | None:
    """The last entry into the launch phase.

    A walk sees it later than it happened; a record that was not changed since tells more exactly when.
    """
    entered = next((one for one in reversed(phases) if one.before and (one.after or "").casefold() == LAUNCH), None)
    if entered is None or entered.before is None:
        return None
    changed = onboarding.updated_at
    if changed and changed.tzinfo is None:
        changed = changed.replace(tzinfo=UTC)
    earlier = [one.after for one in targets if one.seen_at <= entered.seen_at]
    later = [one.before for one in targets if one.seen_at > entered.seen_at]
    then = (earlier[-1:] or later[:1] or [value(onboarding, TARGET)])[0]
    return Launch(min(entered.seen_at, changed or entered.seen_at), _date(then), entered.before)


def _slips(observations: Sequence[Observation]) -> list[Slip]:
    slips = []
    last: date | None = None
    for one in observations:
        before, after = _date(one.before) or last, _date(one.after)
        if before and after and after > before:
            slips.append(Slip(before, after, one.seen_at))
        last = after or before
    return slips


def _date(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None
