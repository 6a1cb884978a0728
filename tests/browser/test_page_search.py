"""What the page promises of menus that the app fills while one types, and of modals that open over modals."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_bolt.async_app import AsyncApp

pytestmark = pytest.mark.browser

HERE = "C0ONBOARD"
NAMES = ("Acme Corp", "Acme Group", "Aurora Foods", "Globex")
Open = Callable[..., Awaitable[Page]]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def actions(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": list(elements)}]


def button(text: str, action_id: str) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": "v"}


def search(*, many: bool = False, least: int = 2) -> dict[str, Any]:
    kind = "multi_external_select" if many else "external_select"
    return {"type": kind, "action_id": "find", "placeholder": plain("Find a customer"), "min_query_length": least}


def modal(title: str, callback_id: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    shown = {"type": "modal", "title": plain(title), "callback_id": callback_id, "blocks": list(blocks)}
    return shown | {"submit": plain("Save"), "notify_on_close": True}


class Told(asyncio.Queue[Any]):
    """What the app was told, in order."""

    async def next(self) -> Any:
        async with asyncio.timeout(20):
            return await self.get()


def hears(app: AsyncApp, action_id: str) -> Told:
    told = Told()

    async def note(ack: Any, action: dict[str, Any]) -> None:
        await ack()
        told.put_nowait(action)

    app.action(action_id)(note)
    return told


def suggests(app: AsyncApp, *, when: asyncio.Event | None = None) -> list[str]:
    """The app offers the customers whose name begins so; `when` holds its answers back. Gives what was asked."""
    asked: list[str] = []

    async def offer(ack: Any, body: dict[str, Any]) -> None:
        asked.append(body["value"])
        if when:
            await when.wait()
        found = [name for name in NAMES if name.lower().startswith(body["value"].lower())]
        await ack(options=[{"text": plain(name), "value": name.lower()} for name in found])

    app.options("find")(offer)
    return asked


async def opens(app: AsyncApp, view: dict[str, Any]) -> None:
    async def show(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    app.action("begin")(show)
    await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(button("Begin", "begin")))


async def test_a_customer_is_found_by_typing_and_chosen_by_keyboard(app: AsyncApp, open_page: Open) -> None:
    ready = asyncio.Event()
    asked = suggests(app, when=ready)
    saved = Told()

    async def save(ack: Any, view: dict[str, Any]) -> None:
        await ack()
        saved.put_nowait(view["state"]["values"]["customer"]["find"]["selected_option"])

    app.view("new")(save)
    field = {"type": "input", "block_id": "customer", "label": plain("Customer"), "element": search()}
    await opens(app, modal("New onboarding", "new", field))
    page = await open_page()
    await page.get_by_role("button", name="Begin").click()
    box = page.get_by_role("combobox", name="Customer")
    dialog = page.get_by_role("dialog")

    await box.press_sequentially("a")
    await expect(dialog.get_by_text("Type at least 2 characters.")).to_be_visible()
    await box.press_sequentially("cme", delay=20)
    await expect(dialog.get_by_text("Searching …")).to_be_visible()
    ready.set()
    await expect(page.get_by_role("option")).to_have_text(["Acme Corp", "Acme Group"])
    assert asked == ["acme"]
    await expect(box).to_have_attribute("aria-expanded", "true")

    await box.press("ArrowDown")
    chosen = page.locator(f"#{await box.get_attribute('aria-activedescendant')}")
    await expect(chosen).to_have_text("Acme Group")
    await box.press("Escape")
    await expect(page.get_by_role("option")).to_have_count(0)
    await expect(dialog).to_be_visible()
    await box.press_sequentially("acme")
    await expect(page.get_by_role("option")).to_have_count(2)
    await box.press("ArrowDown")
    await box.press("Enter")

    await expect(box).to_have_value("Acme Group")
    await dialog.get_by_role("button", name="Save").click()
    assert (await saved.next())["value"] == "acme group"


async def test_several_are_collected_and_told_once_when_the_list_is_left(app: AsyncApp, open_page: Open) -> None:
    suggests(app)
    told = hears(app, "find")
    await app.client.chat_postMessage(
        channel=HERE,
        text="card",
        blocks=[{"type": "section", "text": plain("Whose?"), "accessory": search(many=True, least=0)}],
    )
    page = await open_page()
    box = page.get_by_role("combobox", name="Find a customer")

    await box.click()
    await page.get_by_role("option", name="Globex").click()
    await page.get_by_role("option", name="Acme Corp").click()
    await expect(page.get_by_role("option", name="Acme Corp")).to_have_attribute("aria-selected", "true")
    assert told.empty()
    await box.press("Escape")
    assert [option["value"] for option in (await told.next())["selected_options"]] == ["globex", "acme corp"]

    await page.get_by_role("button", name="Remove Globex").click()
    assert [option["value"] for option in (await told.next())["selected_options"]] == ["acme corp"]


async def test_nothing_found_and_an_app_that_does_not_answer_are_told_in_the_list(
    app: AsyncApp, open_page: Open
) -> None:
    ready = asyncio.Event()
    ready.set()
    suggests(app, when=ready)
    told = hears(app, "find")
    await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(search()))
    page = await open_page()
    box = page.get_by_role("combobox", name="Find a customer")

    await box.press_sequentially("zzz")
    await expect(page.get_by_text("Nothing found.")).to_be_visible()
    ready.clear()
    await box.fill("glo")
    await expect(page.get_by_text("Onboarding took too long to answer. Press Enter to ask again.")).to_be_visible()
    ready.set()
    await box.press("Enter")
    await expect(page.get_by_role("option")).to_have_text(["Globex"])
    await box.press("Enter")

    assert (await told.next())["selected_option"]["value"] == "globex"


async def test_a_search_goes_on_where_it_was_when_its_message_changes(app: AsyncApp, open_page: Open) -> None:
    suggests(app)
    sent = await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(search()))
    page = await open_page()
    box = page.get_by_role("combobox", name="Find a customer")
    await box.press_sequentially("acme")
    await expect(page.get_by_role("option")).to_have_count(2)

    await page.set_viewport_size({"width": 900, "height": 700})
    await expect(page.get_by_role("option")).to_have_count(2)
    changed = actions(search() | {"focus_on_load": False}, button("Another", "other"))
    await app.client.chat_update(channel=HERE, ts=sent["ts"], text="card", blocks=changed)
    await expect(page.get_by_role("button", name="Another")).to_be_visible()
    await page.keyboard.type(" g")

    await expect(box).to_be_focused()
    await expect(box).to_have_value("acme g")
    await expect(page.get_by_role("option")).to_have_text(["Acme Group"])


async def test_the_arrow_goes_back_by_one_modal_and_the_cross_leaves_them_all(app: AsyncApp, open_page: Open) -> None:
    closed = Told()

    async def push(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        below = body["view"]["state"]["values"]["name"]["v"]["value"]
        text = {"type": "section", "text": plain(f"For {below}")}
        await client.views_push(trigger_id=body["trigger_id"], view=modal("Another", "upper", text))

    async def note(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        closed.put_nowait((body["view"]["callback_id"], body["is_cleared"]))

    app.action("push")(push)
    app.view_closed("upper")(note)
    app.view_closed("lower")(note)
    name = {"type": "plain_text_input", "action_id": "v"}
    field = {"type": "input", "block_id": "name", "label": plain("Name"), "element": name}
    await opens(app, modal("First", "lower", field, *actions(button("Deeper", "push"))))
    page = await open_page()
    await page.get_by_role("button", name="Begin").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Back")).to_be_hidden()
    await dialog.get_by_label("Name").fill("Aurora")
    await dialog.get_by_role("button", name="Deeper").press("Enter")
    await expect(dialog).to_contain_text("For Aurora")

    await dialog.get_by_role("button", name="Back").click()
    await expect(dialog.get_by_label("Name")).to_have_value("Aurora")
    await expect(dialog.get_by_role("button", name="Deeper")).to_be_focused()
    assert await closed.next() == ("upper", False)

    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Close all").click()
    await expect(dialog).to_have_count(0)
    assert [await closed.next(), await closed.next()] == [("upper", True), ("lower", True)]
