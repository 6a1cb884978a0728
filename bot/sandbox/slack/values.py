"""What an input holds: Slack's shape of a value for each kind of element, and the way from what a person gave to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
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
    """The element's own options, those in groups and those it began with included."""
    grouped = [option for group in element.get("option_groups") or () for option in group["options"]]
    began = [element["initial_option"]] if element.get("initial_option") else list(element.get("initial_options") or ())
    return list(element.get("options") or ()) + grouped + began


def held(element: Json, raw: Any, *, offered: Iterable[Json] = ()) -> Json:
    """Slack's value for what a person gave: an option's value or text, an id, a date, words, or a list of such.

    `offered` are the options the app has suggested for it. Raises `Refusal`: `invalid_option` when there is no such
    option, `invalid_value` for a date or time that is none, `too_many_selected`.
    """
    holds = OVERFLOW if element["type"] == "overflow" else HOLDS[element["type"]]
    choices = [*options(element), *offered] if holds.option else []
    if holds.many:
        given = raw if isinstance(raw, list) else [] if raw in (None, "") else [raw]
        if len(given) > element.get("max_selected_items", len(given)):
            raise Refusal("too_many_selected")
        return {"type": element["type"], holds.field: [_one(element, choices, item) for item in given]}
    empty = raw is None or raw == ""
    return {"type": element["type"], holds.field: None if empty else _one(element, choices, raw)}


def _one(element: Json, choices: list[Json], raw: Any) -> Any:
    kind = element["type"]
    if kind == "overflow" or HOLDS[kind].option:
        return _option(choices, raw.get("value") if isinstance(raw, dict) else raw)
    try:
        if kind == "datepicker":
            return date.fromisoformat(raw).isoformat()
        if kind == "timepicker":
            return f"{time.fromisoformat(raw):%H:%M}"
        if kind == "datetimepicker":
            return int(raw)
    except (TypeError, ValueError) as error:
        raise Refusal("invalid_value") from error
    return raw


def _option(choices: list[Json], raw: Any) -> Json:
    for option in choices:
        if option["value"] == raw:
            return option
    for option in choices:
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
