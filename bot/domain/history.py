"""What was seen to change: from two readings of a record to observations, and from observations to its history."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.domain import states
from bot.domain.records import OWNER_ROLES, History, Observation, Slip
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


def history(observations: Sequence[Observation], onboarding: OnboardingRow) -> History:
    """Sum up the observations of this one onboarding, in any order.

    A slip is a target date seen to move later, also when it was taken away in between.
    """
    seen = sorted((one for one in observations if one.onboarding_id == onboarding.id), key=lambda one: one.seen_at)
    slips = _slips([one for one in seen if one.field == TARGET])
    phases = [one for one in seen if one.field == PHASE]
    phase_since = _since(phases, onboarding.phase)
    # Without a phase change in all this time every slip was in this phase; with one that leads elsewhere, who knows.
    in_phase = [slip for slip in slips if phase_since is None or slip.seen_at > phase_since]
    return History(
        phase_since=phase_since,
        state_since=_since([one for one in seen if one.field == STATE], states.effective(onboarding)),
        slips=tuple(slips),
        slips_in_phase=0 if phases and phase_since is None else len(in_phase),
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
