"""Changing the state of an onboarding by a word: paused, at risk, waiting on the customer, active again."""

from bot.domain import flags, words
from bot.domain.errors import UserError
from bot.domain.moves import Verb
from bot.domain.records import Standing
from bot.listeners import plans, typed, updates
from bot.listeners.changing import Wish, fulfil
from bot.listeners.feature import Feature, Seen, Turn, spelled
from bot.listeners.show import pick
from bot.services.onboardings import Choices
from bot.views.values import Press

feature = Feature("State")

_WHOM = "<customer or #id>"
STATES = {
    "active": Verb.RESUME,
    "resumed": Verb.RESUME,
    "paused": Verb.PAUSE,
    "pause": Verb.PAUSE,
    "atrisk": Verb.FLAG,
    "risk": Verb.FLAG,
    "waiting": Verb.WAITING,
    "waitingoncustomer": Verb.WAITING,
}


@feature.command(
    "pause", usage=f"{_WHOM} [reason]", tells="Pause it, for a block on the customer’s side", examples=("pause #89",)
)
async def pause(turn: Turn) -> Seen:
    """Set the state to paused."""
    return await _typed(turn, Verb.PAUSE)


@feature.command("resume", usage=_WHOM, tells="Back to active, whatever held it up", examples=("resume #89",))
async def resume(turn: Turn) -> Seen:
    """Set the state to active."""
    return await _typed(turn, Verb.RESUME)


@feature.command("flag", usage=f"{_WHOM} [reason]", tells="Mark at risk", examples=('flag "Acme Corp" legal is stuck',))
async def flag(turn: Turn) -> Seen:
    """Set the state to at risk."""
    return await _typed(turn, Verb.FLAG)


@feature.command("clear", "unflag", usage=_WHOM, tells="Clear at risk", examples=("clear #89",))
async def clear(turn: Turn) -> Seen:
    """Take the at-risk mark away."""
    return await _typed(turn, Verb.CLEAR)


@feature.command(
    "waiting",
    usage=f"{_WHOM} [reason]",
    tells="Waiting on the customer; the SLA clock stops",
    examples=("waiting globex",),
)
async def waiting(turn: Turn) -> Seen:
    """Set the state to waiting, and the flag that goes with it."""
    return await _typed(turn, Verb.WAITING)


@feature.command(
    "state",
    usage=f"{_WHOM} [active | paused | at-risk | waiting] [reason]",
    tells="Set the state by its name",
    examples=("state aurora foods paused", "state #89 at-risk legal is stuck"),
)
async def state(turn: Turn) -> Seen:
    """Any state, by its own word; without one the form has them all."""
    text, dry = flags.read(turn.text)
    if dry:
        return await typed.change(turn, Verb.UPDATE, updates.of, read=_wish, named="state")
    onboardings, verbs = turn.services.onboardings, typed.spellings(turn, "state")
    await plans.foresee(turn, Verb.UPDATE, onboardings.guess(text, verbs=verbs))
    found, rest = await onboardings.find_before(text, verbs=verbs)
    if isinstance(found, Choices) and found.rests:
        return pick(turn, found)  # what is to be set depends on which one is meant
    verb, why = _named(rest) if rest else (Verb.UPDATE, "")
    if isinstance(found, Choices):
        return pick(turn, found, verb=verb, reason=why)
    if verb is Verb.UPDATE:
        return await updates.of(turn, found)
    return await to_state(turn, found.onboarding.id, verb, why)


async def to_state(turn: Turn, onboarding_id: str, verb: Verb, why: str) -> Seen:
    """Set a state, asking first where that ends another one."""
    return await fulfil(turn, Wish(Press(onboarding_id, verb, reason=why)))


async def _typed(turn: Turn, verb: Verb) -> Seen:
    async def go(turn: Turn, standing: Standing, why: str) -> Seen:
        return await to_state(turn, standing.onboarding.id, verb, why)

    return await typed.change(turn, verb, go, read=typed.plainly(verb))


def _wish(turn: Turn, standing: Standing, rest: str) -> Wish:
    verb, why = _named(rest)
    return typed.plainly(verb)(turn, standing, why)


def _named(text: str) -> tuple[Verb, str]:
    """The state a text begins with, in up to three words, and the rest of it."""
    said = words.split(text)
    for length in (3, 2, 1):
        verb = STATES.get(spelled("".join(said[:length])))
        if verb and len(said) >= length:
            return verb, " ".join(said[length:])
    raise UserError(
        f"“{said[0]}” is not a state I can set." if said else "To which state?",
        hint="One of active, paused, at-risk and waiting, after the whole name or the number.",
    )
