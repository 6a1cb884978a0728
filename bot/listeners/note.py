"""Notes: a line kept beside an onboarding, in this bot and not in Pivotal."""

from dataclasses import replace

from bot.domain import flags
from bot.domain.records import Standing
from bot.listeners.feature import Answer, Feature, Turn
from bot.listeners.show import pick
from bot.services.onboardings import Choices
from bot.views import log as views
from bot.views.message import Message

feature = Feature("Note")

_CARRIED = 800
"""Characters that a button takes along whole."""


@feature.command(
    "note",
    usage="<customer or #id> <text>",
    tells="Keep a note in the bot’s log; Pivotal is not written to",
    examples=("note #89 legal signs on Friday", 'note "Acme Corp" kickoff went well'),
)
async def note(turn: Turn) -> Message:
    """Keep what follows the customer's name; when several could be meant it is kept on the one that is chosen."""
    text = flags.none(turn.text, verb="note")
    found, said = await turn.services.onboardings.find_before(text, verbs=("note",))
    if isinstance(found, Choices):
        kept = " ".join(said.split())
        if len(kept) > _CARRIED:
            number = found.standings[0].onboarding.display_id
            again = f"Nothing was noted yet; type the number: {turn.names.command} note #{number} …"
            return pick(turn, replace(found, question=f"{found.question} {again}"))
        question = f"{found.question} Nothing was noted yet."
        return pick(turn, replace(found, question=question), reason=kept, goes=views.NOTE_FOR)
    return await _keep(turn, found, said)


@feature.button(views.NOTE_FOR)
async def chosen(turn: Turn) -> Answer:
    """Which one was meant is said: keep what was typed."""
    standing = await turn.services.onboardings.look(turn.press.id)
    return Answer(await _keep(turn, standing, turn.press.reason), replace=True)


async def _keep(turn: Turn, standing: Standing, said: str) -> Message:
    entry = await turn.services.journal.note(
        standing, said, by=turn.actor, source=turn.source, reference=turn.reference
    )
    return views.noted(standing, entry)
