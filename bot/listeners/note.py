"""Notes: a line kept beside an onboarding, in this bot and not in Pivotal."""

from dataclasses import replace

from bot.listeners.feature import Feature, Turn
from bot.listeners.show import pick
from bot.services.onboardings import Choices
from bot.views import log as views
from bot.views.message import Message

feature = Feature("Note")


@feature.command(
    "note",
    usage="<customer or #id> <text>",
    tells="Keep a note in the bot’s log; Pivotal is not written to",
    examples=("note #89 legal signs on Friday", 'note "Acme Corp" kickoff went well'),
)
async def note(turn: Turn) -> Message:
    """Keep what follows the customer's name; when several could be meant nothing is kept."""
    found, said = await turn.services.onboardings.find_before(turn.text)
    if isinstance(found, Choices):
        number = found.standings[0].onboarding.display_id
        again = f"{turn.names.command} note #{number} …"
        return pick(turn, replace(found, question=f"{found.question} Nothing was noted; type the number: {again}"))
    journal = turn.services.journal
    entry = await journal.note(found, said, by=turn.actor, source=turn.source, reference=turn.reference)
    return views.noted(found, entry)
