"""Sharing: a private card becomes a message for the whole channel."""

from slack_sdk.models.views import View

from bot.domain import rights
from bot.domain.records import Standing
from bot.listeners.feature import Feature, Turn
from bot.listeners.show import pick
from bot.services.onboardings import Choices
from bot.views import card, notices, sharing
from bot.views.message import Message

feature = Feature("Share")


@feature.command(
    "share", "post", usage="<customer or #id>", tells="Post the card in this channel", examples=("share aurora",)
)
async def share(turn: Turn) -> Message:
    """Post the card where the command was typed."""
    found = await turn.services.onboardings.find(turn.text)
    return pick(turn, found) if isinstance(found, Choices) else await _post(turn, found, channel=turn.channel)


@feature.button(card.SHARE)
async def share_card(turn: Turn) -> Message | View:
    """`Share to channel` on a private card: read afresh, then posted; a card in a modal asks where to."""
    if not turn.channel:
        rights.check(rights.Right.SHARE, turn.actor)
        return sharing.form(turn.press.id)
    return await _post(turn, await turn.services.onboardings.read(turn.press.id), channel=turn.channel)


@feature.form(sharing.CALLBACK, parse=sharing.parse, again=sharing.again)
async def share_to(turn: Turn) -> Message:
    """Post it in the channel that was chosen."""
    wanted: sharing.Typed = turn.form
    return await _post(turn, await turn.services.onboardings.read(wanted.onboarding_id), channel=wanted.channel)


async def _post(turn: Turn, standing: Standing, *, channel: str) -> Message:
    rights.check(rights.Right.SHARE, turn.actor)
    await turn.cards.share(standing, channel=channel, by=turn.actor)
    return notices.shared(standing, channel=channel)
