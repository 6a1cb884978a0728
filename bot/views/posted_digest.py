"""A digest that stands in a channel: what was done about a row is noted on it, and a newer one makes it read-only.

Both work on the payload as it was posted, so that nothing else in the message changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from slack_sdk.models.blocks import Block

from bot.views import digest_frame as frames
from bot.views import text
from bot.views.message import SECTION, Message, context

DONE = "✓"
"""Begins what was done about a row since."""

ELEMENTS = 10
"""Parts of one line of small print: https://docs.slack.dev/reference/block-kit/blocks/context-block."""

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Remark:
    """What was done about a row: in words that follow a name, by whom, and when by the channel's clock."""

    done: str
    by: str
    at: datetime

    @property
    def line(self) -> str:
        """`✓ Ana Ruiz cleared at risk · 09:14`."""
        return f"{DONE} {text.name(self.by)} {text.name(self.done, 200)} · {self.at:%H:%M}"


def sealed(posted: Payload, *, newer: date) -> Message:
    """The digest without anything that can be pressed, and with the day of the one that took its place."""
    blocks: list[dict[str, Any]] = []
    for block in posted["blocks"]:
        if block["type"] == "actions":
            continue
        blocks.append({name: part for name, part in block.items() if name != "accessory"})
    told = f"A newer digest: {frames.day(newer)}. This one is as it was, and can no longer be acted on."
    return _message(posted, _ended(blocks, told))


def lists(posted: Payload, onboarding_id: str) -> bool:
    """Whether the digest has a row of this onboarding."""
    return any(_of(block, onboarding_id) for block in posted["blocks"])


def noted(posted: Payload, remarks: Mapping[str, Remark]) -> Message:
    """The digest with a remark below each row it is about, by onboarding id, in place of an earlier one."""
    blocks = []
    for block in posted["blocks"]:
        about = next((remark for key, remark in remarks.items() if _of(block, key)), None)
        blocks.append(_with(block, about.line) if about else block)
    return _message(posted, blocks)


def _ended(blocks: list[dict[str, Any]], told: str) -> list[dict[str, Any]]:
    """The blocks with one more line in the last of them: a digest may have as many as it may have already."""
    last = blocks[-1] if blocks else {}
    if last.get("type") == "context" and len(last["elements"]) < ELEMENTS:
        return [*blocks[:-1], {**last, "elements": [*last["elements"], *context(told).to_dict()["elements"]]}]
    if last.get("type") == "section" and "text" in last:
        body = text.clip(last["text"]["text"], SECTION - text.length(told) - 1)
        return [*blocks[:-1], {**last, "text": {**last["text"], "text": f"{body}\n{told}"}}]
    return [*blocks, context(told).to_dict()]


def _of(block: Mapping[str, Any], onboarding_id: str) -> bool:
    return block["type"] == "section" and f"{block.get('block_id', '')}:".startswith(f"{onboarding_id}:")


def _with(block: Mapping[str, Any], line: str) -> dict[str, Any]:
    row = [one for one in block["text"]["text"].split("\n") if not one.startswith(DONE)]
    body = text.clip("\n".join(row), SECTION - text.length(line) - 1)
    return {**block, "text": {**block["text"], "text": f"{body}\n{line}"}}


def _message(posted: Payload, blocks: list[dict[str, Any]]) -> Message:
    return Message(posted["text"], tuple(Block.parse_all(blocks)))
