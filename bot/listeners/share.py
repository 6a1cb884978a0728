"""Sharing: a private card becomes a message for the whole channel."""

from dataclasses import replace

from slack_sdk.models.views import View

from bot.domain.records import Standing
from bot.listeners.feature import Answer, Feature, Turn
from bot.listeners.show import pick
from bot.services.cards import Share
from bot.services.onboardings import Choices
from bot.views import card, notices, sharing
from bot.views.message import Message

feature = Feature("Share")


@feature.command(
    "share", "post", usage="<customer or #id>", tells="Post the card in this channel", examples=("share aurora",)
)
async def share(turn: Turn) -> Message:
    """Post the card where the command was typed; when several could be meant, of the one that is chosen."""
    found = await turn.services.onboardings.find(turn.text)
    if isinstance(found, Choices):
        question = f"{found.question} Nothing was posted yet."
        return pick(turn, replace(found, question=question), goes=sharing.CHOSEN)
    return await _post(turn, found.onboarding.id, channel=turn.channel, seen=found)


@feature.button(sharing.CHOSEN)
async def chosen(turn: Turn) -> Answer:
    """Which one was meant is said: post its card."""
    return Answer(await _post(turn, turn.press.id, channel=turn.channel), replace=True)


@feature.button(card.SHARE)
async def share_card(turn: Turn) -> Message | View:
    """`Share to channel` on a private card: read afresh, then posted, in the thread that the card was shown in.

    A card in a modal asks where to.
    """
    if not turn.channel:
        return sharing.form(turn.press.id)
    thread_ts = turn.pressed.thread if turn.pressed else ""
    return await _post(turn, turn.press.id, channel=turn.channel, thread_ts=thread_ts)


@feature.form(sharing.CALLBACK, parse=sharing.parse, again=sharing.again)
async def share_to(turn: Turn) -> Message:
    """Post it in the channel that was chosen."""
    wanted: sharing.Typed = turn.form
    return await _post(turn, wanted.onboarding_id, channel=wanted.channel)


async def _post(
    turn: Turn, onboarding_id: str, *, channel: str, thread_ts: str = "", seen: Standing | None = None
) -> Message:
    wish = Share(
        onboarding_id,
        channel,
        by=turn.actor,
        source=turn.source,
        reference=turn.reference,
        thread_ts=thread_ts,
        seen=seen,
    )
    return notices.shared(await turn.cards.share(wish), channel=channel)
