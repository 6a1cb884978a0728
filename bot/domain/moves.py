"""What can be done to an onboarding: the change a verb makes, what it ends, what to ask first, why it is refused."""

from bot.domain import states
from bot.domain.errors import Refused
from bot.domain.expectations import Expectation
from bot.domain.phases import Phases
from bot.domain.state_moves import OWN_STATE, change_state
from bot.domain.verbs import Fields, Move, Promise, Verb
from bot.pivotal.models import OnboardingRow

__all__ = ["OWN_STATE", "SUPPRESSED", "Expectation", "Fields", "Move", "Promise", "Verb", "plan"]


def plan(verb: Verb, onboarding: OnboardingRow, *, phases: Phases, test_key: bool) -> Move:
    """Work out what a verb changes; raises Refused when a rule of the process forbids it.

    With a `test_key` Pivotal holds its messages back, and the question says so.
    """
    if states.closed(onboarding, phases=phases):
        raise Refused(f"Onboarding #{onboarding.display_id} is completed, so nothing about it can be changed here.")
    if verb is Verb.ADVANCE:
        return _advance(onboarding, phases=phases, test_key=test_key)
    return change_state(verb, onboarding, test_key=test_key)


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
        test_key=test_key,
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
        final = f"{phases.label(phase)} is the last phase: the customer is handed to ongoing CS, and it is final."
        return (final, SUPPRESSED) if test_key else (final,)
    return ()


SUPPRESSED = "This is a test key: the change is real, but Pivotal sends no Slack message and no e-mail for it."
"""What a test key holds back (https://docs.pivotal.app/api/guides/test-mode)."""
