"""Which of a person's own changes can still be taken back: read from the audit and from what was observed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import states
from bot.domain.errors import Refused
from bot.domain.history import PHASE, STATE, TARGET, value
from bot.domain.moves import Fields, Verb
from bot.domain.phases import Phases
from bot.domain.records import Actor, AuditEntry, Observation
from bot.pivotal.models import OnboardingRow
from bot.store import Store

_LABELLED = {label: state for state, label in states.LABELS.items()}
WITHIN = timedelta(minutes=10)
_READ = 200


_COMPARED = (PHASE, STATE, TARGET)
"""Whatever the change wrote, these have to be as it left them: the same that the button under it goes by."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A change that can be taken back: the audit's line of it, and the fields as they were before."""

    entry: AuditEntry
    restores: Fields
    left: Mapping[str, str | None]
    """The fields it wrote, as the history has them: so they still have to be."""
    state: str | None = None
    """The state it set, as Pivotal has it; None when it set none."""

    @property
    def until(self) -> int:
        """The second, counted from 1970, until which it can be."""
        return int((self.entry.at + WITHIN).timestamp())


class Undoing:
    """Finds the newest change of a person."""

    def __init__(self, store: Store, *, phases: Phases, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._phases = phases
        self._clock = clock

    async def newest(self, *, by: Actor) -> Taken:
        """The newest change somebody made in the last ten minutes; raises Refused when it cannot be taken back."""
        entries = await self._store.audit.list(limit=_READ)
        entry = next((one for one in entries if self._theirs(one, by)), None)
        if entry is None or entry.onboarding_id is None:
            raise Refused("You have changed nothing in the last ten minutes that could be undone.")
        for later in entries[: entries.index(entry)]:
            if later.onboarding_id == entry.onboarding_id and later.outcome == "done" and later.action in list(Verb):
                raise Refused(
                    f"{later.name} changed {entry.title} after you ({later.before} → {later.after}), "
                    "so your change cannot be undone.",
                    hint="Nothing was changed. Look at its `/onboarding log`, and talk to each other.",
                )
        ours = _ours(await self._store.observations.of(entry.onboarding_id), entry)
        was, became = _states(entry.before), _states(entry.after)
        state = became[0] if was and became else None
        restores = self._restores(entry, ours, was if state else ())
        if not restores:
            raise Refused(
                f"Your last change of {entry.title}, {entry.before} → {entry.after}, cannot be undone.",
                hint="Change it back with another command; a launch is retracted by `/onboarding pause`.",
            )
        return Taken(entry, restores, {one.field: one.after for one in ours}, state)

    async def still(self, taken: Taken, onboarding: OnboardingRow) -> bool:
        """Whether the onboarding, which has just been read, is as the change left it."""
        seen = await self._store.observations.of(onboarding.id)
        ours = _ours(seen, taken.entry)
        last = max((place for place, one in enumerate(seen) if one in ours), default=-1)
        later = seen[last + 1 :] if ours else [one for one in seen if one.seen_at > taken.entry.at]
        left = dict(taken.left)
        for one in later:
            if one.field in _COMPARED:
                left.setdefault(one.field, one.before)
        if taken.state and onboarding.state != taken.state:
            return False
        return all(value(onboarding, field) == after for field, after in left.items())

    def _theirs(self, entry: AuditEntry, by: Actor) -> bool:
        recent = self._clock() - entry.at <= WITHIN
        return recent and entry.slack_id == by.slack_id and entry.outcome == "done" and entry.action in list(Verb)

    def _restores(self, entry: AuditEntry, ours: list[Observation], was: Sequence[str]) -> Fields:
        """The fields before the change; nothing where there is no way back, or none that is certain.

        `was` are the states it found: of two at once, only one is observed.
        """
        if entry.action in (Verb.SKIP, Verb.UNDO):
            return {}
        found: dict[str, str | bool | None] = {}
        for one in ours:
            if one.field == PHASE and self._phases.launched(one.after or ""):
                return {}
            if one.field == STATE and not was:
                if states.label(one.before or "") not in entry.before or " and " in entry.before:
                    return {}
                found["waiting_on_customer"] = one.before == states.WAITING
            found.setdefault(one.field, one.before)
        if was:
            found[STATE] = next((state for state in was if state != states.WAITING), was[0])
            found["waiting_on_customer"] = states.WAITING in was
        return found


def _ours(seen: Iterable[Observation], entry: AuditEntry) -> list[Observation]:
    return [one for one in seen if one.source == "us" and one.seen_at >= entry.at]


def _states(told: str) -> tuple[str, ...]:
    """The states that one side of an audit row tells of, of which a change writes down the labels."""
    for part in told.split("; "):
        found = tuple(_LABELLED.get(label, "") for label in part.split(" and "))
        if all(found):
            return found
    return ()
