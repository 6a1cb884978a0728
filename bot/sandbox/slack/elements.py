"""The interactive elements of Block Kit as a table of rules, and where each may stand.

Limits: https://docs.slack.dev/reference/block-kit/block-elements/.
"""

from collections.abc import Mapping
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.sandbox.slack.compositions import (
    CONFIRM,
    CONVERSATION_FILTER,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    RICH_OPTION,
    Options,
    WithChoices,
    plain,
)
from bot.sandbox.slack.rules import Anything, Flag, Many, OneOf, Readable, Rule, Shape, Whole, Words, among


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, OSError) as error:  # a folder of the zone files raises the latter
        raise ValueError(name) from error


ID = Words(255)
_ACTION: Mapping[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": Flag()}
_HINTED: Mapping[str, Rule] = {**_ACTION, "placeholder": plain(150)}
_TYPED: Mapping[str, Rule] = {
    "action_id": ID,
    "placeholder": plain(150),
    "focus_on_load": Flag(),
    "dispatch_action_config": Anything(),
}
_SEVERAL: Mapping[str, Rule] = {"max_selected_items": Whole(1, 100)}
_CHOICES: Mapping[str, Rule] = {"options": Options(OPTION, 100), "option_groups": Many(OPTION_GROUP, 100)}
_EITHER = ("options", "option_groups")
_FILTER: Mapping[str, Rule] = {"filter": CONVERSATION_FILTER, "default_to_current_conversation": Flag()}
_DATE = Readable(lambda words: date.fromisoformat(words).isoformat(), "a date in the format YYYY-MM-DD")
_TIME = Readable(lambda words: f"{time.fromisoformat(words):%H:%M}", "a time in the format HH:mm")
_ZONE = Readable(_zone, "a time zone of the IANA format")
_LENGTHS: Mapping[str, Rule] = {"min_length": Whole(0, 3000), "max_length": Whole(1, 3000)}

IMAGE = Shape(
    needs={"alt_text": Words(2000)},
    may={"image_url": Words(3000), "slack_file": Anything()},
    either=("image_url", "slack_file"),
)

BUTTON = Shape(
    needs={"text": plain(75)},
    may={
        **_ACTION,
        "value": Words(2000),
        "url": Words(3000),
        "style": among("primary", "danger"),
        "accessibility_label": Words(75),
    },
)

SELECTS: Mapping[str, Rule] = {
    "static_select": WithChoices(
        Shape(may={**_HINTED, **_CHOICES, "initial_option": OPTION}, either=_EITHER, never_both=_EITHER)
    ),
    "users_select": Shape(may={**_HINTED, "initial_user": Words(255)}),
    "conversations_select": Shape(
        may={**_HINTED, **_FILTER, "initial_conversation": ID, "response_url_enabled": Flag()}
    ),
    "channels_select": Shape(may={**_HINTED, "initial_channel": ID, "response_url_enabled": Flag()}),
    # Filled from the app by block_suggestion, which goes to the app once something needs it.
    "external_select": Shape(may={**_HINTED, "initial_option": OPTION, "min_query_length": Whole(0, 3000)}),
}

MULTI_SELECTS: Mapping[str, Rule] = {
    "multi_static_select": WithChoices(
        Shape(
            may={**_HINTED, **_SEVERAL, **_CHOICES, "initial_options": Options(OPTION, 100)},
            either=_EITHER,
            never_both=_EITHER,
        )
    ),
    "multi_users_select": Shape(may={**_HINTED, **_SEVERAL, "initial_users": Many(ID, 100)}),
    "multi_conversations_select": Shape(
        may={**_HINTED, **_SEVERAL, **_FILTER, "initial_conversations": Many(ID, 100)},
    ),
    "multi_channels_select": Shape(may={**_HINTED, **_SEVERAL, "initial_channels": Many(ID, 100)}),
    "multi_external_select": Shape(
        may={**_HINTED, **_SEVERAL, "initial_options": Options(OPTION, 100), "min_query_length": Whole(0, 3000)},
    ),
}

PICKERS: Mapping[str, Rule] = {
    "checkboxes": WithChoices(
        Shape(needs={"options": Options(RICH_OPTION, 10)}, may={**_ACTION, "initial_options": Options(RICH_OPTION, 10)})
    ),
    "radio_buttons": WithChoices(
        Shape(needs={"options": Options(RICH_OPTION, 10)}, may={**_ACTION, "initial_option": RICH_OPTION})
    ),
    "datepicker": Shape(may={**_HINTED, "initial_date": _DATE}),
    "timepicker": Shape(may={**_HINTED, "initial_time": _TIME, "timezone": _ZONE}),
}

DATETIMEPICKER: Mapping[str, Shape] = {
    "datetimepicker": Shape(may={**_ACTION, "initial_date_time": Whole(1_000_000_000, 9_999_999_999)}),
}

TYPED: Mapping[str, Shape] = {
    "plain_text_input": Shape(may={**_TYPED, **_LENGTHS, "initial_value": Words(3000, 0), "multiline": Flag()}),
    "email_text_input": Shape(may={**_TYPED, "initial_value": Words(3000, 0)}),
    "url_text_input": Shape(may={**_TYPED, "initial_value": Words(3000, 0)}),
    "number_input": Shape(
        needs={"is_decimal_allowed": Flag()},
        may={**_TYPED, "initial_value": Words(100), "min_value": Words(100), "max_value": Words(100)},
    ),
    "rich_text_input": Shape(may={**_TYPED, "initial_value": Anything()}),
}

OVERFLOW = Shape(needs={"options": Options(OVERFLOW_OPTION, 5)}, may={"action_id": ID, "confirm": CONFIRM})

_PRESSED: Mapping[str, Shape] = {"button": BUTTON, "overflow": OVERFLOW}

IN_ACTIONS = OneOf({**_PRESSED, **SELECTS, **PICKERS, **DATETIMEPICKER})
IN_SECTION = OneOf({**_PRESSED, **SELECTS, **MULTI_SELECTS, **PICKERS, "image": IMAGE})
IN_INPUT = OneOf({**TYPED, **SELECTS, **MULTI_SELECTS, **PICKERS, **DATETIMEPICKER})
