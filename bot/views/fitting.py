"""Makes a message fit: Slack refuses one that is too long as a whole, so its length is measured before it is sent."""

from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block

from bot.views import text
from bot.views.message import Message, context

BLOCKS = 50
"""Blocks Slack takes in a message, https://docs.slack.dev/reference/block-kit/blocks."""
CHARACTERS = 12_800
"""Of text in all blocks together; a little more is refused as msg_blocks_too_long, though no page says so."""
NOTE = 100
FALLBACK = 4_000
"""Of the sentence for notifications, https://docs.slack.dev/reference/methods/chat.postMessage recommends."""


def fitted(message: Message) -> Message:
    """The message as it is, or without the blocks before its last one that do not fit, saying how many those are."""
    said = text.clip(message.text, FALLBACK)
    blocks = message.blocks
    if len(blocks) <= BLOCKS and sum(map(length, blocks)) <= CHARACTERS:
        return message if said == message.text else Message(said, blocks)
    *above, last = blocks
    ending = [last] if length(last) <= CHARACTERS // 4 else []
    kept: list[Block] = []
    room = CHARACTERS - NOTE - sum(map(length, ending))
    for block in above:
        room -= length(block)
        if room < 0 or len(kept) == BLOCKS - 2:
            break
        kept.append(block)
    left_out = text.count(len(blocks) - len(kept) - len(ending), "part")
    return Message(said, (*kept, context(f"_{left_out} left out: too long for one message._"), *ending))


def length(block: Block) -> int:
    """The characters of all texts of a block, as Slack's clients may count them."""
    return sum(map(text.length, _texts(block.to_dict())))


def _texts(part: Any) -> Iterator[str]:
    """Every text that people read, wherever it stands in the block."""
    if isinstance(part, dict):
        for name, value in part.items():
            if isinstance(value, str):
                if name == "text":
                    yield value
            else:
                yield from _texts(value)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _texts(one)
