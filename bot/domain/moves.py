"""What can be done to an onboarding: the change a verb makes, what it ends, what to ask first, why it is refused."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain import field_moves, phase_moves, states
from bot.domain.errors import Refused
from bot.domain.expectations import OWNERS, Expectation
from bot.domain.phase_moves import SUPPRESSED
from bot.domain.phases import Phases
from bot.domain.records import Directory
from bot.domain.rights import Right
from bot.domain.state_moves import OWN_STATE, change_state
from bot.domain.verbs import Fields, Move, Promise, Verb
from bot.pivotal.models import OnboardingRow

__all__ = [
    "OWN_STATE",
    "SUPPRESSED",
    "Expectation",
    "Fields",
    "Move",
    "Promise",
    "Verb",
    "changeable",
    "plan",
    "rights_for",
]

_OF_FIELD = {"state": Right.STATE, field_moves.TARGET: Right.DATE, **dict.fromkeys(OWNERS, Right.OWNERS)}
_OF_VERB = {
    Verb.ADVANCE: Right.MOVE,
    Verb.BACK: Right.BACK,
    Verb.SKIP: Right.SKIP,
    Verb.DATE: Right.DATE,
    Verb.OWNER: Right.OWNERS,
}
NOTHING: Fields = {}


def rights_for(verb: Verb, wanted: Fields = NOTHING) -> tuple[Right, ...]:
    """The rights a change takes: its verb's, or those of every field it touches."""
    if verb is Verb.UPDATE:
        of_field = {**_OF_FIELD, "phase": Right.BACK}
        return tuple(dict.fromkeys(of_field[field] for field in wanted if field in of_field)) or (Right.STATE,)
    if verb is Verb.UNDO:
        of_field = {**_OF_FIELD, "phase": Right.MOVE}
        return (Right.UNDO, *dict.fromkeys(of_field[field] for field in wanted if field in of_field))
    return (_OF_VERB.get(verb, Right.STATE),)


def changeable(onboarding: OnboardingRow, *, phases: Phases) -> None:
    """Raise Refused when nothing about it can be changed any more."""
    if states.closed(onboarding, phases=phases):
        raise Refused(f"Onboarding #{onboarding.display_id} is completed, so nothing about it can be changed here.")


def plan(
    verb: Verb,
    onboarding: OnboardingRow,
    *,
    phases: Phases,
    test_key: bool,
    wanted: Fields = NOTHING,
    directory: Directory | None = None,
    shifts: int = 0,
) -> Move:
    """Work out what a verb changes; raises Refused when a rule of the process forbids it.

    With a `test_key` Pivotal holds its messages back, and the question says so. `wanted` are the fields to write where
    the verb does not say it all; for UPDATE `state` is a verb of state. `shifts` is how often the target date was seen
    to move later in this phase.
    """
    changeable(onboarding, phases=phases)
    names = directory or Directory()
    match verb:
        case Verb.ADVANCE:
            return phase_moves.advance(onboarding, phases=phases, test_key=test_key)
        case Verb.BACK:
            return phase_moves.back(onboarding, phases=phases, test_key=test_key)
        case Verb.SKIP:
            to = wanted.get("phase")
            return phase_moves.skip(onboarding, str(to) if to else None, phases=phases, test_key=test_key)
        case Verb.DATE:
            return field_moves.move_date(onboarding, wanted, shifts=shifts, test_key=test_key)
        case Verb.OWNER:
            return field_moves.move_owners(onboarding, wanted, directory=names, test_key=test_key)
        case Verb.UNDO:
            return field_moves.undo(onboarding, wanted, phases=phases, directory=names, test_key=test_key)
        case Verb.UPDATE:
            verbs = _parts(onboarding, wanted)
            planned = (
                plan(part, onboarding, phases=phases, test_key=test_key, wanted=fields, directory=names, shifts=shifts)
                for part, fields in verbs.items()
            )
            return field_moves.together(tuple(planned), onboarding, test_key=test_key)
    move = change_state(verb, onboarding, test_key=test_key)
    return _retracting(move) if verb is Verb.PAUSE and phases.is_launch(onboarding.phase) else move


def _parts(onboarding: OnboardingRow, wanted: Fields) -> Mapping[Verb, Fields]:
    """The single changes that an update is made of; what is there already is none."""
    parts: dict[Verb, Fields] = {}
    if wanted.get("phase"):
        parts[Verb.BACK] = {}
    if state := wanted.get("state"):
        parts[Verb(str(state))] = {}
    if field_moves.TARGET in wanted and field_moves.day_of(wanted) != onboarding.target_launch_date:
        parts[Verb.DATE] = {field_moves.TARGET: wanted[field_moves.TARGET]}
    owners = {name: wanted[name] for name in OWNERS if name in wanted and getattr(onboarding, name) != wanted[name]}
    if owners:
        parts[Verb.OWNER] = owners
    return parts


def _retracting(move: Move) -> Move:
    """Pausing a launch retracts it (https://docs.pivotal.app/api/guides/onboarding-phases): said, and with a reason."""
    told = (
        "This retracts the launch: the onboarding is paused and stays in its phase. What Pivotal has sent stays sent."
    )
    return replace(
        move,
        asks=(told, *move.asks),
        done=f"retracted the launch: {move.done}",
        form=True,
        needs_reason=True,
    )
