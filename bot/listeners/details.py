"""What lies behind a card's menu: details, for one's own eyes, and the history."""

from bot.domain.errors import UserError
from bot.listeners import follow, snoozes
from bot.listeners.feature import Feature, Seen, Turn
from bot.listeners.log import history
from bot.listeners.show import hidden, pick_for
from bot.services.onboardings import Choices
from bot.views import card
from bot.views import details as views
from bot.views.message import Message

feature = Feature("Details")


@feature.command(
    "details",
    usage="<customer or #id>",
    tells="Notes and contacts, for your eyes only",
    examples=("details aurora",),
)
async def details(turn: Turn) -> Seen:
    """Notes and contacts of one onboarding."""
    found = await turn.services.onboardings.find(turn.text)
    return pick_for(turn, found, "details") if isinstance(found, Choices) else await _drawn(turn, found.onboarding.id)


@feature.button(card.MORE)
async def more(turn: Turn) -> Seen:
    """An entry of a card's menu: what it opens is private, wherever the card stands."""
    match turn.press.verb:
        case "details":
            return await _drawn(turn, turn.press.id)
        case "history":
            return await history(turn)
        case "snooze":
            return await snoozes.ask(turn)
        case "follow":
            return await follow.begun(turn, turn.press.id)
        case "link":
            return None  # Slack has opened it
    raise UserError("This menu is from an older version of the bot.", hint="Open the onboarding again.")


async def _drawn(turn: Turn, onboarding_id: str) -> Message:
    whole = await turn.services.details.read(onboarding_id, by=turn.actor)
    return views.details(
        whole.standing,
        turn.viewing(),
        pivotal_notes=whole.notes,
        contacts=whole.contacts,
        more=whole.more,
        notes=await turn.services.journal.notes(whole.standing.onboarding.id),
        remark=await hidden(turn, whole.standing),
    )
