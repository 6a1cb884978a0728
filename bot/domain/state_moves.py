"""Changes of state: what each verb writes, which states it ends, and when it is refused."""

from bot.domain import states
from bot.domain.errors import Refused
from bot.domain.verbs import Move, Verb
from bot.pivotal.models import OnboardingRow

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
    Verb.CLEAR: "cleared at risk",
    Verb.WAITING: "set it to waiting on the customer",
}
MEANT_TO_END = {(Verb.RESUME, states.PAUSED), (Verb.CLEAR, states.AT_RISK)}
"""Ending this state is what the verb says, so it is not asked about again."""


def change_state(verb: Verb, onboarding: OnboardingRow, *, test_key: bool) -> Move:
    """Work out a change of state; raises Refused when there is nothing to change."""
    held = ended = states.held(onboarding)
    if verb is Verb.CLEAR:
        if states.AT_RISK not in held:
            raise Refused(f"Onboarding #{onboarding.display_id} is not marked at risk.")
        # Marked, and waiting as well: clearing the mark leaves the waiting as it was.
        new, ended = states.WAITING if states.WAITING in held else states.ACTIVE, (states.AT_RISK,)
    else:
        new = OWN_STATE[verb]
        if new in held or (new == states.ACTIVE and not held):
            raise Refused(f"Onboarding #{onboarding.display_id} is {ALREADY[verb]}.")
    changes: dict[str, object] = {"state": new}
    if states.WAITING in (*held, new):
        # Whether Pivotal sets one of the two from the other is not documented.
        changes["waiting_on_customer"] = new == states.WAITING
    told = [state for state in ended if (verb, state) not in MEANT_TO_END]
    ends = _ending(told, new) if told else None
    before = " and ".join(map(states.label, held)) or states.label(states.ACTIVE)
    return Move(
        verb=verb,
        changes=changes,
        before=before,
        after=states.label(new),
        ends=ends,
        asks=(ends,) if ends else (),
        done=DONE[verb] if verb is Verb.CLEAR else f"{DONE[verb]} (was {before})",
        test_key=test_key,
    )


def _ending(ended: list[str], new: str) -> str:
    # Whether the SLA clock runs in a pause is not documented, so it is not claimed.
    runs_again = states.WAITING in ended and new != states.PAUSED
    names = " and ".join(f"“{states.label(state)}”" for state in ended)
    return f"This ends {names}{'; the SLA clock runs again' if runs_again else ''}."
