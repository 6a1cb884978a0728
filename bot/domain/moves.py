"""What can be done to an onboarding: the change a verb makes, what it ends, what to ask first, why it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain import dates, states
from bot.domain.errors import Refused, UserError
from bot.domain.phases import Phases
from bot.domain.phases import label as phase_label
from bot.pivotal.models import OnboardingRow


class Verb(StrEnum):
    """The changes this bot makes to a phase or a state."""

    ADVANCE = "advance"
    PAUSE = "pause"
    RESUME = "resume"
    FLAG = "flag"
    CLEAR = "clear"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a person saw when they decided: nothing is written unless it still holds."""

    phase: str
    state: str
    waiting: bool
    target: date | None

    @classmethod
    def of(cls, onboarding: OnboardingRow) -> "Expectation":
        """Take what the record shows now."""
        return cls(
            phase=onboarding.phase,
            state=onboarding.state,
            waiting=bool(onboarding.waiting_on_customer),
            target=onboarding.target_launch_date,
        )

    def encode(self) -> dict[str, object]:
        """Give it a short form for a button's value."""
        target = self.target.isoformat() if self.target else None
        return {"p": self.phase, "s": self.state, "w": self.waiting, "t": target}

    @classmethod
    def decode(cls, encoded: Mapping[str, object]) -> "Expectation":
        """Read the short form back; raises UserError when it is not one."""
        phase, state, waiting, target = (encoded.get(key) for key in "pswt")
        if not (isinstance(phase, str) and isinstance(state, str) and isinstance(waiting, bool)):
            raise _unreadable()
        try:
            return cls(phase, state, waiting, date.fromisoformat(str(target)) if target is not None else None)
        except ValueError as error:
            raise _unreadable() from error

    def differences(self, onboarding: OnboardingRow) -> tuple[str, ...]:
        """Say what is no longer as it was seen, a short text each; empty when everything still holds."""
        now = Expectation.of(onboarding)
        found = []
        if now.phase != self.phase:
            found.append(f"phase is now {phase_label(now.phase)} (you saw {phase_label(self.phase)})")
        if now.state != self.state:
            found.append(f"state is now {states.label(now.state)} (you saw {states.label(self.state)})")
        elif now.waiting != self.waiting:
            found.append("it now waits on the customer" if now.waiting else "it no longer waits on the customer")
        if now.target != self.target:
            found.append(f"target date is now {_day(now.target)} (you saw {_day(self.target)})")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Move:
    """One change, worked out but not made."""

    verb: Verb
    changes: dict[str, object]
    """Fields to write, as Pivotal's PATCH names them."""
    before: str
    after: str
    ends: str | None
    """A sentence about another state this ends, or None."""
    asks: tuple[str, ...]
    """Sentences to be agreed to first; empty when nothing needs asking."""
    done: str
    """What was done, to be read after the person's name."""


def plan(verb: Verb, onboarding: OnboardingRow, *, phases: Phases, test_key: bool) -> Move:
    """Work out what a verb changes; raises Refused when a rule of the process forbids it.

    With a `test_key` Pivotal holds its launch automations back, and the question says so.
    """
    if states.closed(onboarding, phases=phases):
        raise Refused(f"Onboarding #{onboarding.display_id} is completed, so nothing about it can be changed here.")
    if verb is Verb.ADVANCE:
        return _advance(onboarding, phases=phases, test_key=test_key)
    return _change_state(verb, onboarding)


def _advance(onboarding: OnboardingRow, *, phases: Phases, test_key: bool) -> Move:
    before = phases.label(onboarding.phase)
    if onboarding.state == states.PAUSED:
        raise Refused(
            f"Onboarding #{onboarding.display_id} is paused, and a paused onboarding stays in its phase.",
            hint="Resume it first.",
        )
    following = phases.next(onboarding.phase)
    if following is None:
        raise Refused(
            f"Pivotal calls this phase “{before}”, which is not in this bot's list of phases, "
            "so it can't tell which comes next.",
            hint="Move it in Pivotal, or ask an admin of this bot to add the phase to its list.",
        )
    after = phases.label(following)
    return Move(
        verb=Verb.ADVANCE,
        changes={"phase": following},
        before=before,
        after=after,
        ends=None,
        asks=_questions(following, phases=phases, test_key=test_key),
        done=f"advanced {before} → {after}",
    )


def _questions(phase: str, *, phases: Phases, test_key: bool) -> tuple[str, ...]:
    """What entering a phase sets off (https://docs.pivotal.app/api/guides/onboarding-phases)."""
    if phases.is_launch(phase):
        effects = (
            "This is a test key: Pivotal suppresses its launch automations "
            "(Slack DM to the CSM, customer-calendar entry, recap e-mail)."
            if test_key
            else "Pivotal will send the CSM a Slack DM, make a customer-calendar entry and, where that is switched on, "
            "draft a recap e-mail."
        )
        return (effects, "A launch cannot be undone here; to retract it, pause the onboarding.")
    if phases.terminal(phase):
        return (f"{phases.label(phase)} is the last phase: the customer is handed to ongoing CS, and it is final.",)
    return ()


OWN_STATE = {
    Verb.PAUSE: states.PAUSED,
    Verb.RESUME: states.ACTIVE,
    Verb.FLAG: states.AT_RISK,
    Verb.WAITING: states.WAITING,
}
ALREADY = {
    Verb.PAUSE: "already paused",
    Verb.RESUME: "already active",
    Verb.FLAG: "already marked at risk",
    Verb.WAITING: "already waiting on the customer",
}
DONE = {
    Verb.PAUSE: "paused it",
    Verb.RESUME: "resumed it",
    Verb.FLAG: "marked it at risk",
    Verb.CLEAR: "cleared the at-risk mark",
    Verb.WAITING: "set it to waiting on the customer",
}
MEANT_TO_END = {(Verb.RESUME, states.PAUSED), (Verb.CLEAR, states.AT_RISK)}
"""Ending this state is what the verb says, so it is not asked about again."""


def _change_state(verb: Verb, onboarding: OnboardingRow) -> Move:
    old = states.effective(onboarding)
    if verb is Verb.CLEAR:
        if onboarding.state != states.AT_RISK:
            raise Refused(f"Onboarding #{onboarding.display_id} is not marked at risk.")
        # Marked, and waiting as well: clearing the mark leaves the waiting as it was.
        old, new = states.AT_RISK, states.WAITING if onboarding.waiting_on_customer else states.ACTIVE
    else:
        new = OWN_STATE[verb]
        if old == new:
            raise Refused(f"Onboarding #{onboarding.display_id} is {ALREADY[verb]}.")
    changes: dict[str, object] = {"state": new}
    if states.WAITING in (old, new):
        # Whether Pivotal sets one of the two from the other is not documented.
        changes["waiting_on_customer"] = new == states.WAITING
    ends = None if old == states.ACTIVE or (verb, old) in MEANT_TO_END else _ending(old, new)
    return Move(
        verb=verb,
        changes=changes,
        before=states.label(old),
        after=states.label(new),
        ends=ends,
        asks=(ends,) if ends else (),
        done=f"{DONE[verb]} (was {states.label(old)})" if verb is not Verb.CLEAR else DONE[verb],
    )


def _ending(old: str, new: str) -> str:
    # Whether the SLA clock runs in a pause is not documented, so it is not claimed.
    runs_again = old == states.WAITING and new != states.PAUSED
    return f"This ends “{states.label(old)}”{'; the SLA clock runs again' if runs_again else ''}."


def _day(day: date | None) -> str:
    return dates.full(day) if day else "not set"


def _unreadable() -> UserError:
    return UserError("This button is from an older version of this bot.", hint="Open the onboarding again.")
