"""Sharing: a private card becomes a message for the whole channel."""

from bot.domain import rights
from bot.domain.records import Standing
from bot.listeners.feature import Feature, Turn
from bot.listeners.show import pick
from bot.services.onboardings import Choices
from bot.views import card, notices
from bot.views.message import Message

feature = Feature("Share")


@feature.command(
    "share", "post", usage="<customer or #id>", tells="Post the card in this channel", examples=("share aurora",)
)
async def share(turn: Turn) -> Message:
    """Post the card where the command was typed."""
    found = await turn.services.onboardings.find(turn.text)
    return pick(turn, found) if isinstance(found, Choices) else await _post(turn, found)


@feature.button(card.SHARE)
async def share_card(turn: Turn) -> Message:
    """`Share to channel` on a private card: read afresh, then posted."""
    return await _post(turn, await turn.services.onboardings.read(turn.press.id))


async def _post(turn: Turn, standing: Standing) -> Message:
    rights.check(rights.Right.SHARE, turn.actor)
    await turn.cards.share(standing, channel=turn.channel, by=turn.actor)
    return notices.shared(standing, channel=turn.channel)
