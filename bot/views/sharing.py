"""Where to share a card to: asked in a modal, for a card that stands in no channel."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, ConversationFilter, ConversationSelectElement, InputBlock, PlainTextObject
from slack_sdk.models.views import View

from bot.domain.errors import FieldErrors
from bot.views import modal, values
from bot.views.message import context, section

CALLBACK = "ob:share-to"
CHOSEN = "ob:share-this"
"""Which of several is to be shared."""
_BLOCK = "channel"
_CHOICE = "conversation"


@dataclass(frozen=True, slots=True)
class Typed:
    """The onboarding whose card is shared, and the channel that was chosen."""

    onboarding_id: str
    channel: str = ""


def form(onboarding_id: str, *, remark: str = "") -> View:
    """Ask for a channel."""
    menu = ConversationSelectElement(
        action_id=_CHOICE,
        placeholder=PlainTextObject(text="Choose a channel"),
        filter=ConversationFilter(
            include=["public", "private"], exclude_bot_users=True, exclude_external_shared_channels=True
        ),
    )
    blocks: list[Block] = [section(remark)] if remark else []
    blocks += [
        InputBlock(block_id=_BLOCK, label=PlainTextObject(text="Channel"), element=menu),
        context("Everyone there will see the card, and that you shared it."),
    ]
    return modal.frame(
        "Share to channel",
        blocks,
        callback_id=CALLBACK,
        submit="Share",
        close="Cancel",
        metadata=json.dumps([onboarding_id]),
    )


def parse(given: Mapping[str, Any], metadata: str) -> Typed:
    """Read the form; raises FieldErrors when no channel was chosen."""
    channel = given[_BLOCK][_CHOICE].get("selected_conversation")
    if not channel:
        raise FieldErrors({_BLOCK: "Choose a channel."})
    (onboarding_id,) = values.texts(metadata, 1)
    return Typed(onboarding_id, channel)


def again(typed: Typed, remark: str) -> View:
    """The form once more; what was chosen stays, because Slack keeps it."""
    return form(typed.onboarding_id, remark=remark)
