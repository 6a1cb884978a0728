"""Block Kit's limits as Slack enforces them."""

import json

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.blocks import accept_message
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.views import accept
from bot.sandbox.slack.world import ONBOARDING


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict:
    return {"type": "mrkdwn", "text": text}


def section(**fields) -> dict:
    return {"type": "section", "text": mrkdwn("x"), **fields}


def button(**fields) -> dict:
    return {"type": "button", "text": plain("Go"), "action_id": "a", **fields}


def actions(*elements: dict, **fields) -> dict:
    return {"type": "actions", "elements": list(elements), **fields}


def option(value: str = "v", text: str = "t") -> dict:
    return {"text": plain(text), "value": value}


def select(**fields) -> dict:
    return {"type": "static_select", "action_id": "s", "options": [option()], **fields}


def options(count: int) -> list[dict]:
    return [option(f"v{n}") for n in range(count)]


def overflow(count: int) -> dict:
    return {"type": "overflow", "action_id": "o", "options": options(count)}


def confirm(**fields) -> dict:
    return {"title": plain("t"), "text": plain("t"), "confirm": plain("y"), "deny": plain("n"), **fields}


def buttons(count: int) -> list[dict]:
    return [button(action_id=f"a{n}") for n in range(count)]


FITS = {
    "fifty blocks": [{"type": "divider"}] * 50,
    "section text of 3000": [section(text=mrkdwn("x" * 3000))],
    "ten fields of 2000 less": [{"type": "section", "fields": [mrkdwn("x" * 1300)] * 10}],
    "one field of 2000": [{"type": "section", "fields": [mrkdwn("x" * 2000)]}],
    "header of 150": [{"type": "header", "text": plain("x" * 150)}],
    "ten context elements": [{"type": "context", "elements": [mrkdwn("x")] * 10}],
    "25 buttons": [actions(*buttons(25))],
    "button at its limits": [
        actions(
            button(text=plain("x" * 75), value="v" * 2000, accessibility_label="x" * 75, url="u" * 3000),
        )
    ],
    "five overflow options": [section(accessory=overflow(5))],
    "a hundred options": [actions(select(options=options(100)))],
    "option at its limits": [
        actions(select(options=[{**option("v" * 150, "t" * 75), "description": plain("d" * 75)}])),
    ],
    "confirm at its limits": [
        actions(
            button(
                confirm=confirm(
                    title=plain("t" * 100),
                    text=mrkdwn("t" * 300),
                    confirm=plain("y" * 30),
                    deny=plain("n" * 30),
                    style="danger",
                )
            )
        )
    ],
    "the same action in two blocks": [actions(button()), actions(button())],
    "image": [{"type": "image", "image_url": "https://x.example/i.png", "alt_text": "x" * 2000}],
    "multi select beside a section": [section(accessory={"type": "multi_users_select", "action_id": "u"})],
    "an initial option from a group": [
        actions(
            {
                "type": "static_select",
                "option_groups": [{"label": plain("g"), "options": options(2)}],
                "initial_option": option("v1"),
            }
        )
    ],
    "pickers that begin with something": [
        actions(
            {"type": "datepicker", "initial_date": "2026-09-18", "action_id": "d"},
            {"type": "timepicker", "initial_time": "09:00", "timezone": "Australia/Lord_Howe", "action_id": "t"},
            {"type": "checkboxes", "options": options(2), "initial_options": options(2), "action_id": "c"},
            {"type": "conversations_select", "filter": {"exclude_bot_users": True}, "action_id": "v"},
        )
    ],
    "ids of 255": [actions(button(action_id="a" * 255), block_id="b" * 255)],
    "13200 characters": [section(text=mrkdwn("x" * 3000))] * 4 + [section(text=mrkdwn("x" * 1200))],
    "rich text": [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}
    ],
}

REFUSED = {
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "section text of 3001": (
        [section(text=mrkdwn("x" * 3001))],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "empty section text": (
        [section(text=mrkdwn(""))],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    "section with nothing": (
        [{"type": "section"}],
        "must define either `text` or `fields` [json-pointer:/blocks/0]",
    ),
    "eleven fields": (
        [{"type": "section", "fields": [mrkdwn("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "field of 2001": (
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    "header of 151": (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "header in mrkdwn": (
        [{"type": "header", "text": mrkdwn("x")}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "eleven context elements": (
        [{"type": "context", "elements": [mrkdwn("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "button in context": (
        [{"type": "context", "elements": [button()]}],
        "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ),
    "26 buttons": ([actions(*buttons(26))], "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    "no buttons": ([actions()], "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
    "button text of 76": (
        [actions(button(text=plain("x" * 76)))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    "button value of 2001": (
        [actions(button(value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    "button url of 3001": (
        [actions(button(url="x" * 3001))],
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    "accessibility label of 76": (
        [actions(button(accessibility_label="x" * 76))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/accessibility_label]",
    ),
    "unknown button style": (
        [actions(button(style="loud"))],
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ),
    "disabled button": (
        [actions(button(disabled=True))],
        "invalid additional property: disabled [json-pointer:/blocks/0/elements/0]",
    ),
    "six overflow options": (
        [section(accessory=overflow(6))],
        "no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]",
    ),
    "101 options": (
        [actions(select(options=options(101)))],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "select without options": (
        [actions({"type": "static_select", "action_id": "s"})],
        "must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]",
    ),
    "option text of 76": (
        [actions(select(options=[option("v", "x" * 76)]))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    "option value of 151": (
        [actions(select(options=[option("v" * 151)]))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    "two options alike": (
        [actions(select(options=[option("v"), option("v")]))],
        "option value 'v' is used twice [json-pointer:/blocks/0/elements/0/options/1/value]",
    ),
    "placeholder of 151": (
        [actions(select(placeholder=plain("x" * 151)))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]",
    ),
    "eleven checkboxes": (
        [actions({"type": "checkboxes", "action_id": "c", "options": options(11)})],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "multi select among actions": (
        [actions({"type": "multi_users_select", "action_id": "u"})],
        "unsupported type: multi_users_select [json-pointer:/blocks/0/elements/0/type]",
    ),
    "confirm title of 101": (
        [actions(button(confirm=confirm(title=plain("x" * 101))))],
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    "confirm text of 301": (
        [actions(button(confirm=confirm(text=plain("x" * 301))))],
        "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
    ),
    "confirm word of 31": (
        [actions(button(confirm=confirm(deny=plain("x" * 31))))],
        "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]",
    ),
    "confirm without deny": (
        [actions(button(confirm={"title": plain("t"), "text": plain("t"), "confirm": plain("y")}))],
        "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    "image without alt text": (
        [{"type": "image", "image_url": "https://x.example/i.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    "block_id twice": (
        [{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}],
        "`block_id` b already exists [json-pointer:/blocks/1/block_id]",
    ),
    "action_id twice in a block": (
        [actions(button(), button())],
        "`action_id` a already exists [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    "action_id of 256": (
        [actions(button(action_id="a" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    "input in a message": (
        [{"type": "input", "label": plain("l"), "element": {"type": "plain_text_input", "action_id": "i"}}],
        "unsupported type: input [json-pointer:/blocks/0/type]",
    ),
    "a block nobody knows": ([{"type": "marquee"}], "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    "a block without type": ([{"text": "x"}], "missing required field: type [json-pointer:/blocks/0]"),
    "101 table rows": (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}],
        "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
    ),
    "an initial option that is none": (
        [actions(select(initial_option=option("w")))],
        "must be one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    "an initial option of another text": (
        [actions({"type": "radio_buttons", "options": options(2), "initial_option": option("v1", "other")})],
        "must be one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    "a ticked box that is none": (
        [actions({"type": "checkboxes", "options": options(2), "initial_options": [option("v1"), option("v2")]})],
        "must be one of the options [json-pointer:/blocks/0/elements/0/initial_options/1]",
    ),
    "a time without its zero": (
        [actions({"type": "timepicker", "initial_time": "9:00"})],
        "must be a time in the format HH:mm [json-pointer:/blocks/0/elements/0/initial_time]",
    ),
    "a time zone that is none": (
        [actions({"type": "timepicker", "timezone": "Europe"})],
        "must be a time zone of the IANA format [json-pointer:/blocks/0/elements/0/timezone]",
    ),
    "a date that is none": (
        [actions({"type": "datepicker", "initial_date": "2026-02-30"})],
        "must be a date in the format YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]",
    ),
    "a filter of nothing": (
        [actions({"type": "conversations_select", "filter": {}})],
        "`exclude_external_shared_channels` or `exclude_bot_users` [json-pointer:/blocks/0/elements/0/filter]",
    ),
    "a filter of what is no conversation": (
        [actions({"type": "conversations_select", "filter": {"include": ["dm"]}})],
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/filter/include/0]",
    ),
    "number for a text": (
        [section(text={"type": "mrkdwn", "text": 7})],
        "must be a string [json-pointer:/blocks/0/text/text]",
    ),
}


@pytest.mark.parametrize("blocks", FITS.values(), ids=FITS.keys())
def test_what_fits_is_taken(blocks: list[dict]) -> None:
    accept_message(json.loads(json.dumps(blocks)))


@pytest.mark.parametrize(("blocks", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_slack_refuses_is_refused_with_the_place(blocks: list[dict], message: str) -> None:
    with pytest.raises(Refusal) as refused:
        accept_message(blocks)

    assert refused.value.error == "invalid_blocks"
    assert any(found.endswith(message) for found in refused.value.messages)


def test_all_texts_together_have_a_limit() -> None:
    blocks = [section(text=mrkdwn("x" * 3000))] * 4 + [section(text=mrkdwn("x" * 1201))]

    with pytest.raises(Refusal) as refused:
        accept_message(blocks)

    assert refused.value.error == "msg_blocks_too_long"


def test_markdown_blocks_share_12000_characters() -> None:
    blocks = [{"type": "markdown", "text": "x" * 6001}, {"type": "markdown", "text": "x" * 6000}]

    with pytest.raises(Refusal) as refused:
        accept_message(blocks)

    assert refused.value.error == "msg_too_long"


async def test_over_the_wire_the_answer_says_what_is_wrong(client) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=ONBOARDING, text="x", blocks=[{"type": "header", "text": mrkdwn("x")}])

    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"
    ]


async def test_blocks_that_are_no_list_have_the_wrong_format(client) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=ONBOARDING, text="x", blocks={"blocks": []})

    assert refused.value.response["error"] == "invalid_blocks_format"


def modal(**fields) -> dict:
    return {"type": "modal", "title": plain("Title"), "blocks": [section()], **fields}


def field(**fields) -> dict:
    return {"type": "input", "label": plain("l"), "element": {"type": "plain_text_input", "action_id": "i"}, **fields}


def test_a_modal_at_its_limits_is_taken() -> None:
    accept(
        modal(
            title=plain("x" * 24),
            submit=plain("x" * 24),
            close=plain("x" * 24),
            private_metadata="x" * 3000,
            callback_id="x" * 255,
            blocks=[field(label=plain("x" * 2000))] + [{"type": "divider"}] * 99,
        )
    )


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
        (modal(private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(blocks=[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(blocks=[field()]), "missing required field: submit [json-pointer:/view]"),
        (
            modal(submit=plain("Save"), blocks=[field(label=plain("x" * 2001))]),
            "must be less than 2001 characters [json-pointer:/view/blocks/0/label/text]",
        ),
        (
            modal(submit=plain("Save"), blocks=[field(element=button())]),
            "unsupported type: button [json-pointer:/view/blocks/0/element/type]",
        ),
        (
            modal(submit=plain("Save"), blocks=[field(block_id="b"), field(block_id="b")]),
            "`block_id` b already exists [json-pointer:/view/blocks/1/block_id]",
        ),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        ({**modal(), "type": "home"}, "must be a valid enum value [json-pointer:/view/type]"),
    ],
)
def test_a_modal_slack_refuses_is_refused_with_the_place(view: dict, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        accept(view)

    assert refused.value.error == "invalid_arguments"
    assert message in refused.value.messages
