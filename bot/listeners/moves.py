"""Moving an onboarding through its phases, and what all buttons and forms that write have in common."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from slack_sdk.models.views import View

from bot.domain.errors import Refused
from bot.domain.flags import DRY_RUN
from bot.domain.moves import Fields, Verb
from bot.domain.phase_moves import skippable
from bot.domain.records import Standing
from bot.listeners import changing, plans, states, typed, updates
from bot.listeners.changing import Wish, ask_first, fulfil
from bot.listeners.feature import Answer, Feature, Seen, Turn
from bot.services.changes import Ending
from bot.views import card, lists, notices
from bot.views.forms import reason
from bot.views.message import Message
from bot.views.values import Press

feature = Feature("Move")

WHOM = "<customer or #id>"
_ADVANCE, _BACK = typed.plainly(Verb.ADVANCE), typed.plainly(Verb.BACK)


@feature.command(
    "advance",
    "next",
    "promote",
    usage=f"{WHOM} [note] [{DRY_RUN}]",
    tells="Move on to the next phase; asks first, and a dry run only shows what that would do",
    examples=("advance aurora foods", "advance #89 they signed", f"advance #89 {DRY_RUN}"),
)
async def advance(turn: Turn) -> Seen:
    """Ask first, showing what would be done: a typed advance is confirmed by a button or in a form."""
    return await typed.change(turn, Verb.ADVANCE, go_on, read=_ADVANCE, foresee=foresee)


@feature.command(
    "back",
    "send-back",
    "revert",
    usage=f"{WHOM} [reason]",
    tells="Send it back to the phase before, with a reason",
    examples=("back aurora foods", "back #89 the design changed"),
)
async def back(turn: Turn) -> Seen:
    """A form says what the customer may see, and takes the reason."""
    return await typed.change(turn, Verb.BACK, send_back, read=_BACK, foresee=foresee)


@feature.command(
    "skip",
    "jump",
    usage=f"{WHOM} [phase]",
    tells="Skip phases, with a reason (admins)",
    examples=("skip #89", "skip #89 internal qa"),
)
async def skip(turn: Turn) -> Seen:
    """A form names the phases that are skipped, and takes the reason; without a phase it is asked which."""
    return await typed.change(turn, Verb.SKIP, jump, read=_skip, foresee=foresee)


async def go_on(turn: Turn, standing: Standing, why: str) -> Seen:
    """Ask whether to go one phase on."""
    return await ask_first(turn, standing, _ADVANCE(turn, standing, why))


async def send_back(turn: Turn, standing: Standing, why: str) -> Seen:
    """Ask whether to go one phase back."""
    return await ask_first(turn, standing, _BACK(turn, standing, why))


async def jump(turn: Turn, standing: Standing, phase: str) -> Seen:
    """Ask whether to go to the phase that was typed; without one, which of those ahead."""
    wish = _skip(turn, standing, phase)
    if phase.strip():
        return await ask_first(turn, standing, wish)
    refused = await changing.proposed(turn, standing, wish)
    ahead = skippable(standing.onboarding.phase, phases=turn.phases)
    return refused if isinstance(refused, Answer) else lists.ahead(standing, ahead, phases=turn.phases)


def _skip(turn: Turn, standing: Standing, phase: str) -> Wish:
    return Wish(Press(standing.onboarding.id, Verb.SKIP, wanted=_to(turn, standing, phase)))


def _to(turn: Turn, standing: Standing, phase: str) -> Fields:
    """The phase that was typed, as a field to write; the first that one can skip to for none."""
    ahead = skippable(standing.onboarding.phase, phases=turn.phases)
    named = turn.phases.named(phase) or phase.strip() or (ahead[0] if ahead else None)
    return {"phase": named}


async def foresee(turn: Turn, verb: Verb, likely: tuple[Standing, str] | None) -> None:
    """Open the modal at once where memory says that a form will come: Pivotal may take longer than Slack waits."""
    if likely:
        standing, rest = likely
        wanted = _to(turn, standing, rest) if verb is Verb.SKIP else changing.NOTHING
        await changing.foresee(turn, verb, standing, wanted=wanted)


@feature.button(card.ADVANCE, card.STATE)
async def press(turn: Turn) -> Seen:
    """A button that writes: on a private card, a posted one, or under a question."""
    pressed, wanted = turn.pressed, turn.press
    assert pressed is not None  # noqa: S101 - buttons always come with what was pressed
    if not wanted.confirmed:  # it leads to a form, and the trigger for one is soon spent
        await turn.screen.loading("Onboarding")
    return await fulfil(turn, Wish(wanted, None if pressed.private else (pressed.channel, pressed.ts)))


@feature.form(reason.CALLBACK, parse=reason.parse, again=reason.again)
async def given(turn: Turn) -> Seen:
    """The form before a grave change was sent: make it, or show the form again with what has changed underneath."""
    sent: reason.Typed = turn.form
    wish = Wish(replace(sent.press, confirmed=True, reason=sent.reason), sent.posted)
    outcome = await changing.make(turn, wish)
    if outcome.ending is Ending.ASKS and outcome.move:
        return changing.form(turn, outcome.standing, outcome.move, wish=wish)
    if outcome.ending is Ending.STALE:
        return _once_more(turn, wish, outcome.standing, outcome.differences)
    return await changing.announced(turn, wish, outcome)


def _once_more(turn: Turn, wish: Wish, standing: Standing, differences: tuple[str, ...]) -> View | Message:
    """The form about the onboarding as it is now, with the reason that was typed, and what is different."""
    told = notices.stale(differences, refreshed=False)
    try:
        move = turn.services.changes.preview(standing, wish.verb, by=turn.actor, wanted=wish.press.wanted)
    except Refused as refusal:
        return notices.made(standing, told, trouble=f"{refusal.message} {refusal.advice(turn.names.command)}".strip())
    return changing.form(turn, standing, move, wish=wish, remark=notices.escaped(told))


_TYPED: dict[Verb, Callable[[Turn, Standing, str], Awaitable[Seen]]] = {
    Verb.ADVANCE: go_on,
    Verb.BACK: send_back,
    Verb.SKIP: jump,
    Verb.DATE: plans.to_day,
    Verb.OWNER: plans.to_owner,
    Verb.UPDATE: updates.of,
}
_FORESEEN = {Verb.DATE: plans.foresee, Verb.OWNER: plans.foresee, Verb.UPDATE: plans.foresee}


@feature.button(lists.CHOOSE)
async def choose(turn: Turn) -> Seen:
    """Which one was meant is said: go on with the change that was typed, and the words that followed the name."""
    wanted = turn.press
    verb = Wish(wanted).verb
    turn.screen.take_over()  # a list in a modal gives way
    if verb not in _TYPED:
        return await states.to_state(turn, wanted.id, verb, wanted.reason)
    if likely := turn.services.portfolio.known(wanted.id):
        await (_FORESEEN.get(verb) or foresee)(turn, verb, (likely, wanted.reason))
    return await _TYPED[verb](turn, await turn.services.onboardings.read(wanted.id), wanted.reason)
