"""Which blocks Slack takes in a message or a modal, as a table of rules, and the rules across blocks.

Limits: https://docs.slack.dev/reference/block-kit/blocks/. A block that is missing here is refused as unsupported.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.slack import elements
from bot.sandbox.slack.compositions import plain, text
from bot.sandbox.slack.elements import ID
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.rules import Anything, Flag, Many, OneOf, Rule, Shape, Words, problem
from bot.sandbox.slack.wire import Json

MESSAGE_BLOCKS = 50
MODAL_BLOCKS = 100
MESSAGE_CHARACTERS = 13_200  # undocumented: slackapi/bolt-js#2509
MARKDOWN_CHARACTERS = 12_000
TEXT_CHARACTERS = 40_000

_BLOCK: Mapping[str, Rule] = {"block_id": ID}

_EVERYWHERE: Mapping[str, Shape] = {
    "section": Shape(
        may={
            **_BLOCK,
            "text": text(3000),
            "fields": Many(text(2000), 10),
            "accessory": elements.IN_SECTION,
            "expand": Flag(),
        },
        either=("text", "fields"),
    ),
    "header": Shape(needs={"text": plain(150)}, may=_BLOCK),
    "divider": Shape(may=_BLOCK),
    "actions": Shape(needs={"elements": Many(elements.IN_ACTIONS, 25)}, may=_BLOCK),
    "context": Shape(
        needs={"elements": Many(OneOf({"image": elements.IMAGE, **text(3000).shapes}), 10)},
        may=_BLOCK,
    ),
    "image": Shape(
        needs={"alt_text": Words(2000)},
        may={**_BLOCK, "image_url": Words(3000), "slack_file": Anything(), "title": plain(2000)},
        either=("image_url", "slack_file"),
    ),
    "rich_text": Shape(needs={"elements": Many(Anything(), 1000)}, may=_BLOCK),
}

IN_MESSAGE = OneOf(
    {
        **_EVERYWHERE,
        "markdown": Shape(needs={"text": Words(MARKDOWN_CHARACTERS)}, may=_BLOCK),
        "table": Shape(
            needs={"rows": Many(Many(Anything(), 20), 100)},
            may={**_BLOCK, "column_settings": Anything()},
        ),
    }
)

IN_MODAL = OneOf(
    {
        **_EVERYWHERE,
        "input": Shape(
            needs={"label": plain(2000), "element": elements.IN_INPUT},
            may={**_BLOCK, "hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()},
        ),
    }
)


def accept_message(blocks: Any) -> None:
    """Take a message's blocks or raise `invalid_blocks`, `invalid_blocks_format` or `msg_blocks_too_long`."""
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    found = tuple(Many(IN_MESSAGE, MESSAGE_BLOCKS, 0).problems(blocks, "/blocks")) + tuple(repeats(blocks, "/blocks"))
    if found:
        raise Refusal("invalid_blocks", found)
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_CHARACTERS:
        raise Refusal("msg_too_long")
    if _characters(blocks) > MESSAGE_CHARACTERS:
        raise Refusal("msg_blocks_too_long")


def repeats(blocks: Any, at: str) -> Iterator[str]:
    """Every block_id used twice, and every action_id used twice within one block."""
    seen: set[str] = set()
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if block_id in seen:
            yield problem(f"`block_id` {block_id} already exists", f"{at}/{index}/block_id")
        if isinstance(block_id, str):
            seen.add(block_id)
        yield from _repeated_actions(block, f"{at}/{index}")


def _repeated_actions(block: Json, at: str) -> Iterator[str]:
    seen: set[str] = set()
    items = block.get("elements")
    for index, element in enumerate(items if isinstance(items, list) else ()):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if action_id in seen:
            yield problem(f"`action_id` {action_id} already exists", f"{at}/elements/{index}/action_id")
        if isinstance(action_id, str):
            seen.add(action_id)


def _characters(node: Any) -> int:
    if isinstance(node, list):
        return sum(_characters(item) for item in node)
    if not isinstance(node, dict):
        return 0
    own = node.get("text")
    return (len(own) if isinstance(own, str) else 0) + sum(_characters(item) for item in node.values())


def with_ids(blocks: list[Json], *, prefix: str) -> tuple[Json, ...]:
    """The blocks with the block_id and action_id that Slack makes up where the app gave none."""
    return tuple(_with_ids(block, f"{prefix}{number}") for number, block in enumerate(blocks))


def _with_ids(block: Json, name: str) -> Json:
    filled = {**block, "block_id": block.get("block_id") or name}
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            filled[key] = _with_action_id(block[key], f"{name}.0")
    if block["type"] == "actions":
        filled["elements"] = [_with_action_id(item, f"{name}.{n}") for n, item in enumerate(block["elements"])]
    return filled


def _with_action_id(element: Json, name: str) -> Json:
    return element if element.get("type") == "image" else {**element, "action_id": element.get("action_id") or name}
