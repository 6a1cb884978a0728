"""Finds what a person means by a label: a button, an option of a menu, a field of a form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.values import elements, options
from bot.sandbox.slack.views import View
from bot.sandbox.slack.wire import Json


@dataclass(frozen=True)
class Target:
    """Something to press, where it stands, and for a menu the option's value."""

    where: Message | View
    block: Json
    element: Json
    value: Any = None


def labelled(where: Message | View, label: str) -> Iterator[Target]:
    """Everything with that label: a button's text or accessibility label, a menu option's text."""
    for block, element in elements(_pressable(where)):
        if element["type"] == "button":
            if label in (element["text"]["text"], element.get("accessibility_label")):
                yield Target(where, block, element)
            continue
        for option in options(element):
            if option["text"]["text"] == label:
                yield Target(where, block, element, option["value"])


def with_action(where: Message | View, action_id: str, value: Any) -> Iterator[Target]:
    """Every element with that action_id, to be given `value`."""
    for block, element in elements(_pressable(where)):
        if element["action_id"] == action_id:
            yield Target(where, block, element, value)


def _pressable(where: Message | View) -> list[Json]:
    return where.blocks if isinstance(where, View) else where.pressable


def field_ids(view: View, name: str) -> tuple[str, str] | None:
    """The block_id and action_id of the input that is labelled or called `name`."""
    for block, element in elements(view.blocks):
        label = (block.get("label") or {}).get("text")
        if name in (label, block["block_id"], element["action_id"]):
            return block["block_id"], element["action_id"]
    return None
