"""Changes of dates and owners, of several fields at once, and back to what a change found."""

from collections.abc import Sequence
from datetime import date

from bot.domain import dates, states
from bot.domain.errors import Refused
from bot.domain.expectations import OWNERS
from bot.domain.phases import Phases
from bot.domain.records import Directory
from bot.domain.verbs import Fields, Move, Verb
from bot.pivotal.models import OnboardingRow

TARGET = "target_launch_date"
LATE = 7
"""Days: moved later than that, Pivotal's own pages ask for a reason
(https://docs.pivotal.app/product/onboardings/target-launch-dates)."""
SHIFTS = 3
"""So many shifts in one phase put an onboarding into Pivotal's at-risk lane, says the same page."""


def move_date(onboarding: OnboardingRow, wanted: Fields, *, shifts: int, test_key: bool) -> Move:
    """To another target date, or to none; `shifts` is how often it was seen to move later in this phase."""
    old, new = onboarding.target_launch_date, day_of(wanted)
    if old == new:
        said = f"already {dates.full(new)}" if new else "not set anyway"
        raise Refused(f"The target date of onboarding #{onboarding.display_id} is {said}.")
    asks, late = [], False
    if old and new and new > old:
        days = (new - old).days
        late = days > LATE
        if late:
            asks.append(f"This moves the target date {days} days later, to {dates.full(new)}.")
        if shifts + 1 >= SHIFTS:
            asks.append(
                f"This is shift number {shifts + 1} in this phase: from the third on, Pivotal counts it as at risk."
            )
    before, after = (dates.full(day) if day else "no date" for day in (old, new))
    if new is None:
        done = f"took the target date away (was {before})"
    elif old is None:
        done = f"set the target date to {after}"
    else:
        done = f"moved the target date {before} → {after}"
    return Move(
        verb=Verb.DATE,
        changes={TARGET: new},
        before=before,
        after=after,
        ends=None,
        asks=tuple(asks),
        done=done,
        test_key=test_key,
        form=late,
        needs_reason=late,
    )


def move_owners(onboarding: OnboardingRow, wanted: Fields, *, directory: Directory, test_key: bool) -> Move:
    """To other owners; each role that changes is named with the old and the new one."""
    new = {field: owner for field, owner in wanted.items() if field in OWNERS and getattr(onboarding, field) != owner}
    if not new:
        raise Refused(f"Onboarding #{onboarding.display_id} has that owner already.")
    told, asks, before, after = [], [], [], []
    for field, owner in new.items():
        old, role = getattr(onboarding, field), OWNERS[field]
        was, now = (directory.name(str(one)) if one else "nobody" for one in (old, owner))
        told.append(f"made {now} the {role} (was {was})" if owner else f"left it without a {role} (was {was})")
        asks.append(f"The {role} is {was} now.")
        before.append(f"{role} {was}")
        after.append(f"{role} {now}")
    return Move(
        verb=Verb.OWNER,
        changes=dict(new),
        before=", ".join(before),
        after=", ".join(after),
        ends=None,
        asks=tuple(asks),
        done=" and ".join(told),
        test_key=test_key,
    )


def together(parts: Sequence[Move], onboarding: OnboardingRow, *, test_key: bool) -> Move:
    """Several changes as one, written at once."""
    if not parts:
        raise Refused(f"Nothing would change for onboarding #{onboarding.display_id}.")
    return Move(
        verb=Verb.UPDATE,
        changes={field: value for part in parts for field, value in part.changes.items()},
        before="; ".join(part.before for part in parts),
        after="; ".join(part.after for part in parts),
        ends=" ".join(filter(None, (part.ends for part in parts))) or None,
        asks=tuple(ask for part in parts for ask in part.asks),
        done=", ".join(part.done for part in parts),
        test_key=test_key,
        form=True,
        needs_reason=any(part.needs_reason for part in parts),
        undoable=all(part.undoable for part in parts),
    )


def undo(onboarding: OnboardingRow, wanted: Fields, *, phases: Phases, directory: Directory, test_key: bool) -> Move:
    """Back to the fields a change found; that nobody changed them since is for the expectation to say."""
    changes: dict[str, object] = {**wanted, **({TARGET: day_of(wanted)} if TARGET in wanted else {})}
    old = onboarding.model_copy(update=changes)
    before, after = (_told(record, wanted, phases=phases, directory=directory) for record in (onboarding, old))
    return Move(
        verb=Verb.UNDO,
        changes=changes,
        before=before,
        after=after,
        ends=None,
        asks=(),
        done=f"took that back: {before} → {after}",
        test_key=test_key,
        undoable=False,
    )


def restored(move: Move, onboarding: OnboardingRow) -> Fields | None:
    """The fields that would take `move` back from an `onboarding` as it was before; None when there is no Undo."""
    if not move.undoable:
        return None
    found: dict[str, str | bool | None] = {}
    for field in move.changes:
        value = getattr(onboarding, field)
        found[field] = value.isoformat() if isinstance(value, date) else value
    if "waiting_on_customer" in found:
        found["waiting_on_customer"] = bool(found["waiting_on_customer"])
    return found


def day_of(wanted: Fields) -> date | None:
    """The target date among the fields; raises Refused when it is none."""
    value = wanted.get(TARGET)
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        raise Refused(f"“{value}” is not a date.") from None


def _told(onboarding: OnboardingRow, fields: Fields, *, phases: Phases, directory: Directory) -> str:
    told = []
    if "phase" in fields:
        told.append(phases.label(onboarding.phase))
    if "state" in fields or "waiting_on_customer" in fields:
        told.append(" and ".join(map(states.label, states.held(onboarding) or (states.ACTIVE,))))
    if TARGET in fields:
        told.append(dates.full(onboarding.target_launch_date) if onboarding.target_launch_date else "no date")
    for field, role in OWNERS.items():
        if field in fields:
            owner = getattr(onboarding, field)
            told.append(f"{role} {directory.name(owner) if owner else 'nobody'}")
    return ", ".join(told)
