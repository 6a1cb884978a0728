"""The states of an onboarding: what each is called, its emoji, and which one holds when two fields disagree."""

from bot.domain.phases import Phases
from bot.pivotal.models import OnboardingRow

ACTIVE = "active"
PAUSED = "paused"
AT_RISK = "at_risk"
WAITING = "waiting"

CLOSED = frozenset({"completed", "done"})
"""Nothing is expected of an onboarding in one of these any more."""

LABELS = {
    ACTIVE: "Active",
    PAUSED: "Paused",
    AT_RISK: "At risk",
    WAITING: "Waiting on customer",
    "done": "Done",
    "blocked": "Blocked",
    "completed": "Completed",
}
"""The union of what Pivotal's reference, its product pages and its webhook pages name."""

EMOJI = {
    ACTIVE: "🟢",
    PAUSED: "⏸️",
    AT_RISK: "⚠️",
    WAITING: "⏳",
    "done": "🏁",
    "blocked": "⛔",
    "completed": "🏁",
}


def label(state: str) -> str:
    """Name a state for people; one nobody knows is shown as it is, made readable."""
    text = " ".join(state.replace("_", " ").split())
    return LABELS.get(state, text[:1].upper() + text[1:])


def emoji(state: str) -> str:
    """Give the state's emoji, never to be shown without its word."""
    return EMOJI.get(state, "⚪")


def effective(onboarding: OnboardingRow) -> str:
    """Say which state holds: `waiting` whenever the record waits on the customer, whatever its `state` says.

    Pivotal derives the state from the flag: https://docs.pivotal.app/api/reference/list-onboardings.
    """
    return WAITING if onboarding.waiting_on_customer else onboarding.state


def held(onboarding: OnboardingRow) -> tuple[str, ...]:
    """List every state the record is in besides active: it may be paused and wait on the customer at once."""
    waits = (WAITING,) if onboarding.waiting_on_customer else ()
    return tuple(state for state in dict.fromkeys((onboarding.state, *waits)) if state != ACTIVE)


def closed(onboarding: OnboardingRow, *, phases: Phases) -> bool:
    """Whether the onboarding is over: a closed state, or the last phase."""
    return onboarding.state in CLOSED or phases.terminal(onboarding.phase)
