"""What a form's fields hold, and what Slack's own form says beside them."""

import pytest

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.world import (
    ANA,
    AURORA_SHARED,
    BEN,
    CS_LEADS,
    LAUNCHES,
    OLD_ONBOARDING,
    ONBOARDING,
    direct_message,
)


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def option(name: str) -> dict:
    return {"text": plain(name.title()), "value": name}


AB = [option("a"), option("b")]


def field(name: str, kind: str, **fields) -> dict:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": plain(name),
        "element": {"type": kind, "action_id": "in"} | fields,
    }


@pytest.fixture
async def submit(slack: LocalSlack, app, connect, client):
    """Opens a form of those blocks for Ana, fills it in, submits it, and gives `state.values`."""
    states: list[dict] = []
    triggers: list[str] = []

    @app.shortcut("find")
    async def find(ack, body) -> None:
        triggers.append(body["trigger_id"])
        await ack()

    @app.view("form")
    async def form(ack, view) -> None:
        states.append({block: held["in"] for block, held in view["state"]["values"].items()})
        await ack()

    await connect()

    async def submitted(blocks: list[dict], values: dict) -> dict | None:
        await slack.uses_shortcut("find", by=ANA)
        view = {"type": "modal", "callback_id": "form", "title": plain("F"), "submit": plain("S"), "blocks": blocks}
        await client.views_open(trigger_id=triggers[-1], view=view)
        await slack.submits(values, by=ANA)
        return states[-1] if states else None

    return submitted


KINDS = [
    ("plain_text_input", {}, "hello", "value", "hello", None),
    ("email_text_input", {}, "ana@larkspur.example", "value", "ana@larkspur.example", None),
    ("url_text_input", {}, "https://a.example", "value", "https://a.example", None),
    ("number_input", {"is_decimal_allowed": False}, "12", "value", "12", None),
    ("datepicker", {}, "2026-09-18", "selected_date", "2026-09-18", None),
    ("timepicker", {}, "09:30", "selected_time", "09:30", None),
    ("datetimepicker", {}, 1_788_771_600, "selected_date_time", 1_788_771_600, None),
    ("static_select", {"options": AB}, "B", "selected_option", option("b"), None),
    ("radio_buttons", {"options": AB}, "a", "selected_option", option("a"), None),
    ("checkboxes", {"options": AB}, ["a", "b"], "selected_options", AB, []),
    ("multi_static_select", {"options": AB}, ["b"], "selected_options", [option("b")], []),
    ("users_select", {}, BEN, "selected_user", BEN, None),
    ("multi_users_select", {}, [ANA, BEN], "selected_users", [ANA, BEN], []),
    ("conversations_select", {}, ONBOARDING, "selected_conversation", ONBOARDING, None),
    ("multi_conversations_select", {}, [ONBOARDING], "selected_conversations", [ONBOARDING], []),
    ("channels_select", {}, LAUNCHES, "selected_channel", LAUNCHES, None),
    ("multi_channels_select", {}, [LAUNCHES], "selected_channels", [LAUNCHES], []),
]


@pytest.mark.parametrize(("kind", "fields", "given", "name", "value", "_"), KINDS, ids=[row[0] for row in KINDS])
async def test_each_kind_of_field_tells_its_value(submit, kind, fields, given, name, value, _) -> None:
    state = await submit([field("f", kind, **fields)], {"f": given})

    assert state == {"f": {"type": kind, name: value}}


@pytest.mark.parametrize(("kind", "fields", "_", "name", "__", "empty"), KINDS, ids=[row[0] for row in KINDS])
async def test_each_kind_left_empty_says_so(submit, kind, fields, _, name, __, empty) -> None:
    state = await submit([field("f", kind, **fields)], {})

    assert state == {"f": {"type": kind, name: empty}}


@pytest.mark.parametrize(
    ("kind", "fields", "given", "said"),
    [
        ("email_text_input", {}, "ana", "Please enter a valid email address."),
        ("url_text_input", {}, "a.example", "Please enter a valid URL."),
        ("number_input", {"is_decimal_allowed": False}, "many", "Please enter a number."),
        ("number_input", {"is_decimal_allowed": True}, "NaN", "Please enter a number."),
        ("number_input", {"is_decimal_allowed": False}, "1.5", "Please enter a whole number."),
        (
            "number_input",
            {"is_decimal_allowed": True, "min_value": "2"},
            "1.5",
            "Please enter a number of at least 2.",
        ),
        ("number_input", {"is_decimal_allowed": True, "max_value": "1"}, "1.5", "Please enter a number of at most 1."),
        ("plain_text_input", {"min_length": 3}, "ab", "This entry must be at least 3 characters."),
    ],
)
async def test_what_is_of_the_wrong_kind_never_reaches_the_app(
    slack: LocalSlack, submit, kind, fields, given, said
) -> None:
    state = await submit([field("f", kind, **fields)], {"f": given})

    view = slack.modal(ANA)
    assert state is None
    assert view is not None
    assert view["errors"] == {"f": said}


@pytest.mark.parametrize(
    ("kind", "fields", "given", "error"),
    [
        ("datepicker", {}, "18 Sep", "invalid_value"),
        ("timepicker", {}, "half past", "invalid_value"),
        ("static_select", {"options": AB}, "c", "invalid_option"),
        ("users_select", {}, "U0NOBODY1", "invalid_option"),
        ("multi_conversations_select", {}, ["C0NOWHERE"], "invalid_option"),
        ("multi_static_select", {"options": AB, "max_selected_items": 1}, ["a", "b"], "too_many_selected"),
    ],
)
async def test_what_no_picker_offers_cannot_be_picked(submit, kind, fields, given, error) -> None:
    with pytest.raises(Refusal, match=error):
        await submit([field("f", kind, **fields)], {"f": given})


ONLY_PRIVATE = {"include": ["private"]}
AT_HOME = {"include": ["public"], "exclude_external_shared_channels": True}
NO_BOTS = {"exclude_bot_users": True}


@pytest.mark.parametrize(
    ("kind", "only", "given"),
    [
        ("conversations_select", {}, CS_LEADS),
        ("conversations_select", {}, direct_message(ANA)),
        ("conversations_select", {"filter": ONLY_PRIVATE}, CS_LEADS),
        ("conversations_select", {"filter": AT_HOME}, LAUNCHES),
        ("channels_select", {}, AURORA_SHARED),
    ],
)
async def test_a_menu_of_conversations_offers_what_the_person_sees(submit, kind, only, given) -> None:
    state = await submit([field("f", kind, **only)], {"f": given})

    assert given in state["f"].values()


@pytest.mark.parametrize(
    ("kind", "only", "given"),
    [
        ("conversations_select", {}, direct_message(BEN)),
        ("conversations_select", {}, OLD_ONBOARDING),
        ("conversations_select", {"filter": ONLY_PRIVATE}, ONBOARDING),
        ("conversations_select", {"filter": ONLY_PRIVATE}, direct_message(ANA)),
        ("conversations_select", {"filter": AT_HOME}, AURORA_SHARED),
        ("conversations_select", {"filter": NO_BOTS}, direct_message(ANA)),
        ("channels_select", {}, CS_LEADS),
        ("channels_select", {}, direct_message(ANA)),
    ],
)
async def test_a_menu_of_conversations_offers_nothing_else(submit, kind, only, given) -> None:
    with pytest.raises(Refusal, match="invalid_option"):
        await submit([field("f", kind, **only)], {"f": given})


@pytest.mark.parametrize("dispatches", [True, False])
async def test_a_field_dispatches_its_action_when_it_should(slack: LocalSlack, submit, app, dispatches) -> None:
    heard = []

    @app.action("day")
    async def chosen(ack, action, body) -> None:
        heard.append((action["selected_date"], body["view"]["state"]["values"]["f"]["day"]["selected_date"]))
        await ack()

    required = {**field("required", "plain_text_input"), "optional": False}
    day = {**field("f", "datepicker", action_id="day"), "dispatch_action": dispatches}
    await submit([required, day], {})  # stays open: something required is missing

    chose = await slack.chooses("day", "2026-09-18", by=ANA)

    assert chose.ok
    assert heard == ([("2026-09-18", "2026-09-18")] if dispatches else [])
