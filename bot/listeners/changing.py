"""What every change has in common: it is carried out, asked about, or explained, wherever it was wished for."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from slack_sdk.models.views import View

from bot.delivery import Gone
from bot.domain import dates
from bot.domain.errors import BotError, NotFound, Refused, UpstreamError, UserError
from bot.domain.moves import Expectation, Fields, Move, Verb
from bot.domain.records import Standing
from bot.listeners.feature import Answer, Seen, Turn
from bot.listeners.show import drawn
from bot.services.changes import Ending, Outcome, Request
from bot.views import card, notices, text
from bot.views import standing as said
from bot.views.forms import reason as reason_form
from bot.views.message import Message, say
from bot.views.values import Press

NOTHING: Fields = {}
UNDO = timedelta(minutes=10)
"""For so long a change can be taken back."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A change somebody wants, and the posted card (channel, ts) they wished for it on, if it was one."""

    press: Press
    posted: tuple[str, str] | None = None

    @property
    def verb(self) -> Verb:
        """Which change; raises UserError when another version of the bot drew the control."""
        try:
            return Verb(self.press.verb)
        except ValueError:
            raise UserError(
                "This button is from an older version of the bot.", hint="Open the onboarding again."
            ) from None


async def patience(turn: Turn, title: str) -> None:
    """Before the record is read for a form: open the modal now, for the trigger is good for three seconds only.

    Without one the question is asked in a message, whose button opens the form.
    """
    with suppress(UpstreamError):
        await turn.screen.loading(title)


async def foresee(turn: Turn, verb: Verb, standing: Standing, *, wanted: Fields = NOTHING) -> None:
    """The same where, as far as memory knows, a change will be asked about in a form."""
    try:
        move = turn.services.changes.preview(standing, verb, by=turn.actor, wanted=wanted)
    except BotError:
        return
    if move.form:
        await patience(turn, reason_form.title(verb))


async def fulfil(turn: Turn, wish: Wish) -> Seen:
    """Carry a wish out, and say what came of it where it was wished for."""
    try:
        outcome = await make(turn, wish)
    except NotFound as gone:  # gone, and so is all memory of it: the card may not stay all the same
        if wish.posted:
            await turn.cards.bury(None, channel=wish.posted[0], ts=wish.posted[1])
        return Answer(say(text.escape(gone.message)), replace=bool(turn.pressed and turn.pressed.private))
    if outcome.ending is Ending.ASKS and outcome.move:
        return await ask(turn, outcome.standing, outcome.move, wish=wish)
    return await _on_posted(turn, wish, outcome) if wish.posted else _in_private(turn, wish, outcome)


async def make(turn: Turn, wish: Wish) -> Outcome:
    """Have the change made, from where this turn came."""
    press, posted = wish.press, wish.posted
    request = Request(
        press.id,
        wish.verb,
        turn.actor,
        source=turn.source,
        reference=turn.reference,
        expecting=press.expectation,
        promise=press.promise,
        confirmed=press.confirmed,
        wanted=press.wanted,
        reason=press.reason or None,
        card=posted,
        sending=partial(turn.cards.ask_ahead, posted[0]) if posted else None,
    )

    async def guard() -> None:
        with suppress(Gone):  # I was taken out of the channel: nothing is posted there, so nothing can leak
            if posted and not turn.pressed:  # a form that was begun on a posted card
                await turn.cards.guard(posted[0])
            await turn.guard()

    return await turn.services.changes.make(request, guard=guard)


async def ask(turn: Turn, standing: Standing, move: Move, *, wish: Wish) -> Seen:
    """Ask before a change: in a form where it is grave, else with a button for yes and one for no."""
    if not move.form:
        return Answer(_question(turn, standing, move, wish=wish), replace=_private(turn))
    view = form(turn, standing, move, wish=wish)
    try:
        await turn.screen.show(view)
    except UpstreamError:  # too late for a modal: its button opens the form
        return Answer(_question(turn, standing, move, wish=wish), replace=_private(turn))
    return None


def form(turn: Turn, standing: Standing, move: Move, *, wish: Wish, remark: str = "") -> View:
    """The form that asks for a reason, and says exactly what happens."""
    typed = reason_form.asked(
        standing,
        move,
        wanted=wish.press.wanted,
        facts=_facts(turn, standing),
        reason=wish.press.reason,
        posted=wish.posted,
    )
    return reason_form.form(typed, remark=remark)


async def ask_first(turn: Turn, standing: Standing, wish: Wish) -> Seen:
    """Ask before a typed change that is always asked about; what is refused is said above the card."""
    move = await proposed(turn, standing, wish)
    return move if isinstance(move, Answer) else await ask(turn, standing, move, wish=wish)


async def proposed(turn: Turn, standing: Standing, wish: Wish) -> Move | Answer:
    """The change that would be made, or why it is refused, above a card that offers what can be done instead."""
    try:
        return await turn.services.changes.propose(
            standing,
            wish.verb,
            by=turn.actor,
            source=turn.source,
            reference=turn.reference,
            wanted=wish.press.wanted,
        )
    except Refused as refusal:
        notice = f"{refusal.message} {refusal.advice(turn.names.command)}".strip()
        return Answer(drawn(turn, standing, notice=notice), replace=_private(turn))


def undo(turn: Turn, outcome: Outcome) -> Press | None:
    """What the Undo of a change that was just made carries; None when there is none."""
    return taking_back(turn, outcome.standing, outcome.restores) if outcome.restores else None


def taking_back(turn: Turn, standing: Standing, restores: Fields, *, until: int = 0) -> Press | None:
    """The press that would take a change back, good for ten minutes unless told otherwise."""
    try:
        move = turn.services.changes.preview(standing, Verb.UNDO, by=turn.actor, wanted=restores)
    except BotError:
        return None
    return Press(
        standing.onboarding.id,
        Verb.UNDO,
        Expectation.of(standing.onboarding, writing=restores),
        confirmed=True,
        promise=move.promise,
        wanted=restores,
        until=until or int((turn.now + UNDO).timestamp()),
    )


def told(outcome: Outcome, *, reason: str, refreshed: bool = True) -> str:
    """What was done, or why nothing was; plain text."""
    if outcome.ending is Ending.DONE and outcome.move:
        return notices.done(outcome.move, reason=reason)
    return notices.stale(outcome.differences, refreshed=refreshed)


async def announced(turn: Turn, wish: Wish, outcome: Outcome) -> Message:
    """What came of a form that was sent: said in its place, and on the posted card it was begun on."""
    if wish.posted:
        return await _on_posted(turn, wish, outcome)
    if outcome.ending is Ending.GONE:
        return turn.cards.tombstone(outcome.standing, zone=turn.actor.zone)
    return notices.made(outcome.standing, told(outcome, reason=wish.press.reason), undo=undo(turn, outcome))


def _in_private(turn: Turn, wish: Wish, outcome: Outcome) -> Answer:
    """The private card gives way to what is true now."""
    if outcome.ending is Ending.GONE:
        message = turn.cards.tombstone(outcome.standing, zone=turn.actor.zone)
    else:
        notice = told(outcome, reason=wish.press.reason)
        message = drawn(turn, outcome.standing, notice=notice, undo=undo(turn, outcome))
    return Answer(message, replace=_private(turn))


async def _on_posted(turn: Turn, wish: Wish, outcome: Outcome) -> Message:
    """The posted card is redrawn for everybody; what only concerns the presser is said privately, Undo for one."""
    assert wish.posted is not None  # noqa: S101 - for the type checker
    channel, ts = wish.posted
    if outcome.ending is Ending.GONE:
        await turn.cards.bury(outcome.standing, channel=channel, ts=ts)
        return say("Pivotal has no such onboarding any more; nothing was changed.")
    done = outcome.move if outcome.ending is Ending.DONE else None
    line = notices.line(turn.actor.name, done, reason=wish.press.reason) if done else ""
    words, trouble = told(outcome, reason=wish.press.reason), ""
    try:
        await turn.cards.redraw(outcome.standing, channel=channel, ts=ts, line=line)
    except BotError as error:  # what Pivotal has done is done, whatever Slack makes of the card
        words = told(outcome, reason=wish.press.reason, refreshed=False)
        trouble = f"Not all of it could be shown here: {error.message}"
    return notices.made(outcome.standing, words, undo=undo(turn, outcome), trouble=trouble)


def _question(turn: Turn, standing: Standing, move: Move, *, wish: Wish) -> Message:
    return card.question(standing, move, turn.viewing(), reason=wish.press.reason, wanted=wish.press.wanted)


def _facts(turn: Turn, standing: Standing) -> tuple[str, ...]:
    """What to have in view before a grave change: the date, the owners, and the open risks."""
    today = dates.today(turn.now, turn.zone)
    why = turn.services.onboardings.reasons(standing, today=today, now=turn.now)
    return (
        said.dated(standing.onboarding, today=today),
        said.owners(standing.onboarding, directory=turn.directory),
        said.why(why, limit=4) if why else "No open risk.",
    )


def _private(turn: Turn) -> bool:
    return bool(turn.pressed and turn.pressed.private)
