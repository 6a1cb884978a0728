"""Changes of phase: one on, one back, or past some; what each sets off in Pivotal, and when it is refused."""

from bot.domain import states
from bot.domain.errors import Refused
from bot.domain.phases import Phases
from bot.domain.verbs import Move, Verb
from bot.pivotal.models import OnboardingRow

SUPPRESSED = "This is a test key: the change is real, but Pivotal sends no Slack message and no e-mail for it."
"""What a test key holds back (https://docs.pivotal.app/api/guides/test-mode)."""
SEEN_BY_CUSTOMER = "Pivotal may show the customer that the phase went back."


def advance(onboarding: OnboardingRow, *, phases: Phases, test_key: bool) -> Move:
    """To the next phase; entering the launch or the last phase is asked about in a form."""
    before = _place(onboarding, phases=phases, what="which comes next")
    following = phases.next(onboarding.phase)
    assert following is not None, "a terminal phase is closed"  # noqa: S101 - for the type checker
    after = phases.label(following)
    asks = _effects(following, phases=phases, test_key=test_key)
    return Move(
        verb=Verb.ADVANCE,
        changes={"phase": following},
        before=before,
        after=after,
        ends=None,
        asks=asks,
        done=f"advanced {before} → {after}",
        test_key=test_key,
        form=bool(asks),
        undoable=not asks,
    )


def back(onboarding: OnboardingRow, *, phases: Phases, test_key: bool) -> Move:
    """To the phase before, with a reason; a launch is not taken back, it is paused."""
    before = _place(onboarding, phases=phases, what="which came before")
    if phases.launched(onboarding.phase):
        raise Refused(
            f"Onboarding #{onboarding.display_id} is launched, and Pivotal has told people so.",
            hint="To retract a launch, pause it.",
        )
    previous = phases.previous(onboarding.phase)
    if previous is None:
        raise Refused(
            f"{before} is the first phase: there is none to send onboarding #{onboarding.display_id} back to."
        )
    after = phases.label(previous)
    return Move(
        verb=Verb.BACK,
        changes={"phase": previous},
        before=before,
        after=after,
        ends=None,
        asks=(SEEN_BY_CUSTOMER, *((SUPPRESSED,) if test_key else ())),
        done=f"sent it back {before} → {after}",
        test_key=test_key,
        form=True,
        needs_reason=True,
    )


def skip(onboarding: OnboardingRow, to: str | None, *, phases: Phases, test_key: bool) -> Move:
    """Past one or more phases, which are named; for admins, with a reason, and without Undo."""
    before = _place(onboarding, phases=phases, what="what lies ahead of it")
    here, there = phases.position(onboarding.phase) or 0, phases.position(to or "")
    ahead = skippable(onboarding.phase, phases=phases)
    choice = ", ".join(map(phases.label, ahead)) or "none: there is only the next phase"
    if to is None or there is None:
        raise Refused("Skip to which phase?", hint=f"Ahead of it are: {choice}.")
    if there <= here + 1:
        way = "advance" if there == here + 1 else "back" if there == here - 1 else ""
        hint = f"Use `/onboarding {way}` for that." if way else f"Ahead of it are: {choice}."
        raise Refused(f"From {before} to {phases.label(to)} nothing is skipped.", hint=hint)
    passed = " and ".join(map(phases.label, phases.order[here : there - 1]))
    after = phases.label(to)
    return Move(
        verb=Verb.SKIP,
        changes={"phase": to},
        before=before,
        after=after,
        ends=None,
        asks=(f"This skips {passed}.", *_effects(to, phases=phases, test_key=test_key)),
        done=f"skipped {before} → {after}, past {passed}",
        test_key=test_key,
        form=True,
        needs_reason=True,
        undoable=False,
    )


def skippable(phase: str, *, phases: Phases) -> tuple[str, ...]:
    """The phases that one can skip to from `phase`: all beyond the next; none from one that is not in the list."""
    here = phases.position(phase)
    return phases.order[here + 1 :] if here else ()


def _place(onboarding: OnboardingRow, *, phases: Phases, what: str) -> str:
    """The label of its phase; raises Refused where nothing can be moved."""
    if onboarding.state == states.PAUSED:
        raise Refused(
            f"Onboarding #{onboarding.display_id} is paused, and a paused onboarding stays in its phase.",
            hint="Resume it first.",
        )
    label = phases.label(onboarding.phase)
    if not phases.known(onboarding.phase):
        raise Refused(
            f"Pivotal calls this phase “{label}”, which is not in this bot’s list of phases, so it can’t tell {what}.",
            hint="Move it in Pivotal, or ask an admin of this bot to add the phase to its list.",
        )
    return label


def _effects(phase: str, *, phases: Phases, test_key: bool) -> tuple[str, ...]:
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
