"""What an input holds: Slack's shape of a value for each kind of element, and the way from what a person gave to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json


@dataclass(frozen=True)
class Holds:
    """The field a kind of element keeps its value in, its initial value's field, and what the value is."""

    field: str
    initial: str
    option: bool = False
    many: bool = False


HOLDS: Mapping[str, Holds] = {
    "plain_text_input": Holds("value", "initial_value"),
    "email_text_input": Holds("value", "initial_value"),
    "url_text_input": Holds("value", "initial_value"),
    "number_input": Holds("value", "initial_value"),
    "rich_text_input": Holds("rich_text_value", "initial_value"),
    "static_select": Holds("selected_option", "initial_option", option=True),
    "external_select": Holds("selected_option", "initial_option", option=True),
    "radio_buttons": Holds("selected_option", "initial_option", option=True),
    "checkboxes": Holds("selected_options", "initial_options", option=True, many=True),
    "multi_static_select": Holds("selected_options", "initial_options", option=True, many=True),
    "multi_external_select": Holds("selected_options", "initial_options", option=True, many=True),
    "users_select": Holds("selected_user", "initial_user"),
    "multi_users_select": Holds("selected_users", "initial_users", many=True),
    "conversations_select": Holds("selected_conversation", "initial_conversation"),
    "multi_conversations_select": Holds("selected_conversations", "initial_conversations", many=True),
    "channels_select": Holds("selected_channel", "initial_channel"),
    "multi_channels_select": Holds("selected_channels", "initial_channels", many=True),
    "datepicker": Holds("selected_date", "initial_date"),
    "timepicker": Holds("selected_time", "initial_time"),
    "datetimepicker": Holds("selected_date_time", "initial_date_time"),
}

OVERFLOW = Holds("selected_option", "", option=True)

# What a person chose or typed so far: block_id → action_id → Slack's value.
Picked = dict[str, dict[str, Json]]


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with its block, in reading order."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element")]
        inside += block["elements"] if block.get("type") == "actions" else []
        for element in inside:
            if element and element.get("type") != "image":
                yield block, element


def options(element: Json) -> list[Json]:
    """The element's options, those in groups included."""
    grouped = [option for group in element.get("option_groups") or () for option in group["options"]]
    return list(element.get("options") or ()) + grouped


def held(element: Json, raw: Any) -> Json:
    """Slack's value for what a person gave: an option's value or text, an id, a date, words, or a list of such.

    Raises `Refusal("invalid_option")` when the element offers no such option.
    """
    holds = OVERFLOW if element["type"] == "overflow" else HOLDS[element["type"]]
    if holds.many:
        given = raw if isinstance(raw, list) else [] if raw in (None, "") else [raw]
        return {"type": element["type"], holds.field: [_one(element, holds, item) for item in given]}
    empty = raw is None or raw == ""
    return {"type": element["type"], holds.field: None if empty else _one(element, holds, raw)}


def _one(element: Json, holds: Holds, raw: Any) -> Any:
    if not holds.option:
        return raw
    if isinstance(raw, dict):
        raw = raw.get("value")
    offered = options(element)
    for option in offered:
        if option["value"] == raw:
            return option
    for option in offered:
        if option["text"]["text"] == raw:
            return option
    raise Refusal("invalid_option")


def values(blocks: list[Json], picked: Picked) -> Json:
    """`state.values`: every input's present value, what was picked before what it began with."""
    state: Json = {}
    for block, element in elements(blocks):
        holds = HOLDS.get(element["type"])
        if holds is None:
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        began: Json = {"type": element["type"], holds.field: element.get(holds.initial, [] if holds.many else None)}
        state.setdefault(block_id, {})[action_id] = picked.get(block_id, {}).get(action_id, began)
    return state


def missing(blocks: list[Json], picked: Picked) -> dict[str, str]:
    """What Slack itself says beside each input of a modal that cannot be sent so: block_id → sentence."""
    state = values(blocks, picked)
    found: dict[str, str] = {}
    for block, element in elements(blocks):
        if block["type"] != "input":
            continue
        given = state[block["block_id"]][element["action_id"]][HOLDS[element["type"]].field]
        if given in (None, "", []):
            if not block.get("optional"):
                found[block["block_id"]] = "Please complete this required field."
        elif isinstance(given, str) and len(given) < element.get("min_length", 0):
            found[block["block_id"]] = f"This entry must be at least {element['min_length']} characters."
        elif isinstance(given, str) and len(given) > element.get("max_length", 3000):
            found[block["block_id"]] = f"This entry must be at most {element.get('max_length', 3000)} characters."
    return found
