"""Changing an onboarding: the commands, and the buttons of its card."""

from bot.domain.errors import BotError, NotFound, Refused, UserError
from bot.domain.moves import Verb
from bot.domain.records import Standing
from bot.listeners.feature import Answer, Feature, Turn
from bot.listeners.show import drawn, pick
from bot.services.changes import Ending, Outcome, Request
from bot.services.onboardings import Choices
from bot.views import card, lists, notices, text
from bot.views.message import Message, say

feature = Feature("Change")

_WHOM = "<customer or #id>"


@feature.command(
    "advance", "next", "promote", usage=_WHOM, tells="Move on to the next phase", examples=("advance aurora",)
)
async def advance(turn: Turn) -> Message | Answer:
    """Ask first, showing what would be done: a typed advance is confirmed by a button."""
    found = await turn.services.onboardings.find(turn.text, exactly=True)
    return pick(turn, found, verb=Verb.ADVANCE) if isinstance(found, Choices) else _ask(turn, found)


def _ask(turn: Turn, found: Standing) -> Message:
    try:
        move = turn.services.changes.preview(found, Verb.ADVANCE, by=turn.actor)
    except Refused as refusal:  # the card offers what can be done instead, Resume for one
        return drawn(turn, found, notice=f"{refusal.message} {refusal.hint}".strip())
    return card.question(found, move, now=turn.now, zone=turn.zone, test_key=turn.services.test_key)


@feature.command(
    "pause", usage=f"{_WHOM} [reason]", tells="Pause it, for a block on the customer’s side", examples=("pause #89",)
)
async def pause(turn: Turn) -> Message | Answer:
    """Set the state to paused."""
    return await _state(turn, Verb.PAUSE)


@feature.command("resume", usage=_WHOM, tells="Back to active, whatever held it up", examples=("resume aurora",))
async def resume(turn: Turn) -> Message | Answer:
    """Set the state to active."""
    return await _state(turn, Verb.RESUME)


@feature.command(
    "flag", usage=f"{_WHOM} [reason]", tells="Mark it at risk", examples=('flag "Acme Corp" legal is stuck',)
)
async def flag(turn: Turn) -> Message | Answer:
    """Set the state to at risk."""
    return await _state(turn, Verb.FLAG)


@feature.command("clear", "unflag", usage=_WHOM, tells="Clear the at-risk mark", examples=("clear #89",))
async def clear(turn: Turn) -> Message | Answer:
    """Take the at-risk mark away."""
    return await _state(turn, Verb.CLEAR)


@feature.command(
    "waiting",
    usage=f"{_WHOM} [reason]",
    tells="Waiting on the customer; the SLA clock stops",
    examples=("waiting globex",),
)
async def waiting(turn: Turn) -> Message | Answer:
    """Set the state to waiting, and the flag that goes with it."""
    return await _state(turn, Verb.WAITING)


@feature.button(card.ADVANCE, card.STATE)
async def press(turn: Turn) -> Message | Answer | None:
    """A button that writes: on a private card, a posted one, or under a question."""
    pressed, wanted = turn.pressed, turn.press
    assert pressed is not None  # noqa: S101 - buttons always come with what was pressed
    verb = _verb(wanted.verb)
    posted = None if pressed.private else (pressed.channel, pressed.ts)
    request = Request(
        wanted.id,
        verb,
        turn.actor,
        source=turn.source,
        reference=turn.reference,
        expecting=wanted.expectation,
        promise=wanted.promise,
        confirmed=wanted.confirmed,
        reason=wanted.reason or None,
        card=posted,
    )
    try:
        outcome = await turn.services.changes.make(request, guard=turn.guard)
    except NotFound as gone:  # gone, and so is all memory of it: the card may not stay all the same
        if posted:
            await turn.cards.bury(None, channel=pressed.channel, ts=pressed.ts)
        return Answer(say(text.escape(gone.message)), replace=pressed.private)
    if posted:
        return await _on_posted_card(turn, outcome, *posted, reason=wanted.reason)
    return _on_private_card(turn, outcome, reason=wanted.reason)


@feature.button(lists.CHOOSE)
async def choose(turn: Turn) -> Message | Answer:
    """Which one was meant is said: go on with the change that was typed."""
    wanted = turn.press
    verb = _verb(wanted.verb)
    if verb is Verb.ADVANCE:
        return Answer(_ask(turn, await turn.services.onboardings.read(wanted.id)), replace=True)
    return await _typed(turn, wanted.id, verb, reason=wanted.reason or None)


async def _state(turn: Turn, verb: Verb) -> Message | Answer:
    found, reason = await turn.services.onboardings.find_before(turn.text)
    if isinstance(found, Choices):
        return pick(turn, found, verb=verb, reason=reason)
    return await _typed(turn, found.onboarding.id, verb, reason=reason or None)


async def _typed(turn: Turn, onboarding_id: str, verb: Verb, *, reason: str | None) -> Answer:
    request = Request(onboarding_id, verb, turn.actor, source=turn.source, reference=turn.reference, reason=reason)
    outcome = await turn.services.changes.make(request, guard=turn.guard)
    return _on_private_card(turn, outcome, reason=reason or "")


def _on_private_card(turn: Turn, outcome: Outcome, *, reason: str) -> Answer:
    """The private card gives way to what is true now."""
    message: Message
    if outcome.ending is Ending.ASKS and outcome.move:
        message = card.question(
            outcome.standing,
            outcome.move,
            now=turn.now,
            zone=turn.zone,
            test_key=turn.services.test_key,
            reason=reason,
        )
    elif outcome.ending is Ending.GONE:
        message = turn.cards.tombstone(outcome.standing, zone=turn.actor.zone)
    else:
        message = drawn(turn, outcome.standing, notice=_told(outcome, reason=reason))
    return Answer(message, replace=turn.pressed is not None)


async def _on_posted_card(turn: Turn, outcome: Outcome, channel: str, ts: str, *, reason: str) -> Message | None:
    """The posted card is redrawn for everybody; what only concerns the presser is said privately."""
    if outcome.ending is Ending.ASKS:
        return _on_private_card(turn, outcome, reason=reason).message
    if outcome.ending is Ending.GONE:
        await turn.cards.bury(outcome.standing, channel=channel, ts=ts)
        return say("Pivotal has no such onboarding any more; nothing was changed.")
    done = outcome.move if outcome.ending is Ending.DONE else None
    line = notices.line(turn.actor.name, done, reason=reason) if done else ""
    try:
        await turn.cards.redraw(outcome.standing, channel=channel, ts=ts, line=line)
    except BotError as error:  # what Pivotal has done is done, whatever Slack makes of the card
        told = _told(outcome, reason=reason, refreshed=False)
        return say(text.escape(told), f"Not all of it could be shown here: {text.escape(error.message)}")
    return None if done else say(text.escape(notices.stale(outcome.differences)))


def _verb(said: str) -> Verb:
    try:
        return Verb(said)
    except ValueError:
        raise UserError("This button is from an older version of the bot.", hint="Open the onboarding again.") from None


def _told(outcome: Outcome, *, reason: str, refreshed: bool = True) -> str:
    if outcome.ending is Ending.DONE and outcome.move:
        return notices.done(outcome.move, reason=reason)
    return notices.stale(outcome.differences, refreshed=refreshed)
