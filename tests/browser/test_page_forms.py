"""A form of every kind of field: labelled, filled in without a mouse, and told to the app as Slack tells it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from slack_bolt.async_app import AsyncApp

pytestmark = pytest.mark.browser

ANA, BEN = "U0ANA0001", "U0BEN0001"
HERE = "C0ONBOARD"
Open = Callable[..., Awaitable[Page]]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(name: str) -> dict[str, Any]:
    return {"text": plain(name), "value": name.lower()}


def field(label: str, kind: str, **more: Any) -> dict[str, Any]:
    element = {"type": kind, "action_id": "in"} | more
    return {"type": "input", "block_id": label.lower(), "label": plain(label), "element": element}


DAYS = [option(day) for day in ("Mon", "Tue", "Wed", "Thu", "Fri")]
FIELDS = [
    field("Kind", "radio_buttons", options=[option("At-risk"), option("Portfolio")]),
    field("Where", "conversations_select", filter={"include": ["public", "private", "im"]}),
    field("Channel", "channels_select"),
    field("Days", "checkboxes", options=DAYS, initial_options=DAYS[:2]),
    field("Time", "timepicker", initial_time="09:00"),
    field("From", "datepicker"),
    field("Phases", "multi_static_select", options=[option("Review"), option("Launch")]),
    field("Owners", "multi_users_select"),
]


class Submitted(asyncio.Queue[dict[str, Any]]):
    """What the form held each time it was submitted."""

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            return await self.get()


@pytest.fixture
def fields() -> list[dict[str, Any]]:
    """What the form consists of."""
    return list(FIELDS)


@pytest.fixture
async def submitted(app: AsyncApp, fields: list[dict[str, Any]]) -> Submitted:
    """A button in the channel opens the form; what it held when submitted is here."""
    submitted = Submitted()

    @app.action("edit")
    async def show(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        view = {"type": "modal", "callback_id": "form", "title": plain("Digest"), "submit": plain("Save")}
        await client.views_open(trigger_id=body["trigger_id"], view={**view, "blocks": fields})

    @app.view("form")
    async def take(ack: Any, view: dict[str, Any]) -> None:
        await ack()
        held = {block: actions["in"] for block, actions in view["state"]["values"].items()}
        submitted.put_nowait({block: next(v for k, v in one.items() if k != "type") for block, one in held.items()})

    edit = {"type": "button", "text": plain("Edit"), "action_id": "edit"}
    await app.client.chat_postMessage(channel=HERE, text="card", blocks=[{"type": "actions", "elements": [edit]}])
    return submitted


async def pick(page: Page, field: Locator, *typed: str, close: bool = False) -> None:
    """Open a list with the keyboard and take the first row that fits each of the words typed."""
    await field.focus()
    await page.keyboard.press("Enter")
    for word in typed:
        await page.keyboard.type(word)
        await page.keyboard.press("Enter")
    if close:
        await page.keyboard.press("Escape")


async def test_every_kind_of_field_is_filled_in_by_its_label_and_the_keyboard(
    submitted: Submitted, open_page: Open
) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Edit").press("Enter")
    form = page.get_by_role("dialog", name="Digest")

    await form.get_by_role("radiogroup", name="Kind").get_by_label("At-risk").press("Space")
    await page.keyboard.press("ArrowDown")
    await pick(page, form.get_by_role("combobox", name="Where"), "#cs")
    await pick(page, form.get_by_role("combobox", name="Channel"), "#l")
    await form.get_by_role("group", name="Days").get_by_label("Tue").press("Space")
    await form.get_by_label("Time").fill("07:30")
    await form.get_by_label("From").fill("2026-09-18")
    await pick(page, form.get_by_role("combobox", name="Phases"), "rev", "lau", close=True)
    await pick(page, form.get_by_role("combobox", name="Owners"), "Ben", close=True)
    await form.get_by_role("button", name="Save").press("Enter")

    assert await submitted.next() == {
        "kind": option("Portfolio"),
        "where": "C0LEADS01",
        "channel": "C0LAUNCHS",
        "days": [option("Mon")],
        "time": "07:30",
        "from": "2026-09-18",
        "phases": [option("Review"), option("Launch")],
        "owners": [BEN],
    }
    await expect(form).to_have_count(0)


async def test_a_choice_can_be_cleared_where_the_field_is_optional(
    submitted: Submitted, fields: list[dict[str, Any]], open_page: Open
) -> None:
    begun = {"options": [option("Review")], "initial_option": option("Review")}
    fields[:] = [
        {**field("Where", "conversations_select", initial_conversation="C0LAUNCHS"), "optional": True},
        {**field("Country", "external_select", initial_option=option("DE")), "optional": True},
        field("Phase", "static_select", **begun),
    ]
    page = await open_page()
    await page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Digest")

    await pick(page, form.get_by_role("combobox", name="Where"), "clear")
    await form.get_by_role("button", name="Clear the choice").click()
    await form.get_by_role("combobox", name="Phase").click()
    await expect(page.get_by_role("option")).to_have_text(["Review"])
    await page.keyboard.press("Escape")
    await form.get_by_role("button", name="Save").click()

    assert await submitted.next() == {"where": None, "country": None, "phase": option("Review")}


async def test_a_channel_named_in_a_choice_is_chosen_and_not_gone_to(
    submitted: Submitted, fields: list[dict[str, Any]], open_page: Open
) -> None:
    named = {"text": {"type": "mrkdwn", "text": "<#C0LAUNCHS>"}, "value": "C0LAUNCHS"}
    fields[:] = [field("Where", "radio_buttons", options=[option("Here"), named])]
    page = await open_page()
    await page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Digest")

    await form.get_by_text("#launches").click()
    await form.get_by_role("button", name="Save").click()

    assert await submitted.next() == {"where": named}
    assert page.url.endswith("#/slack/C0ONBOARD")


async def test_what_is_left_empty_is_said_beside_its_field(submitted: Submitted, open_page: Open) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Digest")

    await form.get_by_role("button", name="Save").click()

    wrong = form.locator(".is-wrong .field-label")
    await expect(wrong).to_have_text(["Kind", "Where", "Channel", "From", "Phases", "Owners"])
    assert submitted.empty()


async def test_a_menu_of_conversations_offers_only_what_the_person_sees(submitted: Submitted, open_page: Open) -> None:
    page = await open_page(as_="U0DEV0001")
    await page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Digest")

    await form.get_by_role("combobox", name="Where").click()

    rows = page.get_by_role("option")
    await expect(rows.filter(has_text="#onboarding")).to_have_count(1)
    await expect(rows.filter(has_text="Onboarding").filter(has_not_text="#")).to_have_count(1)
    await expect(rows.filter(has_text="#cs-leads")).to_have_count(0)
    await expect(rows.filter(has_text="#old-onboarding")).to_have_count(0)
