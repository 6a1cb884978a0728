"""One onboarding: its card, for the eyes of whoever asked."""

from dataclasses import replace

from bot.domain import dates
from bot.domain.errors import NotFound
from bot.domain.moves import Verb
from bot.domain.records import Standing
from bot.listeners.feature import Answer, Feature, Turn, spelled
from bot.listeners.grammar import nearest
from bot.services.onboardings import Choices
from bot.views import card, lists, snoozes
from bot.views.message import Message
from bot.views.values import Press
from bot.views.viewing import Viewing

feature = Feature("Look")

_MEANT = dict.fromkeys(("launch", "golive", "complete", "finish", "done"), Verb.ADVANCE.value)
"""What people type for a step that is one of many: one launches, and completes, by moving on."""


@feature.command(
    "show", "view", "find", usage="<customer or #id>", tells="Where an onboarding stands", examples=("aurora", "#89")
)
async def show(turn: Turn) -> Message:
    """The card, or a list to pick from when several are meant. What is no name may be a mistyped verb."""
    try:
        found = await turn.services.onboardings.find(turn.text)
    except NotFound as error:
        raise did_you_mean(turn, error) from error
    return pick(turn, found) if isinstance(found, Choices) else await _opened(turn, found)


def did_you_mean(turn: Turn, error: NotFound) -> NotFound:
    """The same error, with the verb that may have been mistyped."""
    said = turn.text.split()
    near = _MEANT.get(spelled(said[0])) or nearest(said[0], turn.commands)
    if near is None:
        return error
    # By the name that help and the README know it by.
    meant = " ".join((turn.names.command, turn.commands[near].verb, *said[1:]))
    return NotFound(error.message, hint=f"Did you mean `{meant}`? `{turn.names.command} help` lists all verbs.")


@feature.button(card.OPEN)
async def open_card(turn: Turn) -> Message:
    """`Open` in a list or digest: the card, read afresh, beside what was pressed."""
    await turn.patience()
    return await _opened(turn, await turn.services.onboardings.look(turn.press.id))


@feature.button(card.CANCEL)
async def cancel(turn: Turn) -> Answer:
    """No, thank you: the question gives way to the card."""
    return Answer(drawn(turn, await turn.services.onboardings.look(turn.press.id)), replace=True)


async def _opened(turn: Turn, standing: Standing) -> Message:
    """A private card, with where the onboarding is snoozed."""
    remark = await hidden(turn, standing)
    return turn.cards.draw(standing, private=True, zone=turn.actor.zone, remark=remark)


async def hidden(turn: Turn, standing: Standing) -> str:
    """In which channels' digests it is left out, as markup; other people's direct messages are their own affair."""
    today = dates.today(turn.now, turn.zone)
    found = await turn.services.snoozing.of(standing.onboarding.id, today=today)
    own = turn.actor.slack_id
    return snoozes.hidden([one for one in found if not one.channel.startswith("D") or one.by == own])


def drawn(turn: Turn, standing: Standing, *, notice: str = "", undo: Press | None = None) -> Message:
    """A private card in the reader's own zone; `undo` takes back what the notice tells of."""
    return turn.cards.draw(standing, private=True, zone=turn.actor.zone, notice=notice, undo=undo)


def pick(
    turn: Turn, choices: Choices, *, verb: str | None = None, reason: str = "", goes: str = lists.CHOOSE
) -> Message:
    """The onboardings that could be meant; choosing one opens it, or goes on with the change that was typed."""
    return lists.pick(
        choices.question,
        choices.standings,
        remembered(turn),
        verb=verb,
        reason=reason,
        reasons=choices.rests,
        goes=goes,
    )


def pick_for(turn: Turn, choices: Choices, command: str, rest: str = "") -> Message:
    """Likewise for a command that is no change of Pivotal's: choosing one goes on with it, and with what followed."""
    return pick(turn, choices, verb=command, reason=rest, goes=lists.GO_ON)


def remembered(turn: Turn) -> Viewing:
    """For what is listed from memory, after a look-up has seen to it that it is young enough or cannot be younger."""
    portfolio = turn.services.portfolio
    return replace(turn.viewing(portfolio.current), stale=portfolio.trouble.message if portfolio.trouble else False)
