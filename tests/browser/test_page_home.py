"""What the page promises of the app's own places: its Home, its shortcuts, its previews and the mention of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack import LocalSlack

pytestmark = pytest.mark.browser

ANA, BEN = "U0ANA0001", "U0BEN0001"
HERE = "C0ONBOARD"
Open = Callable[..., Awaitable[Page]]


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(text: str) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": "open", "value": "89"}


def home(said: str, *, rows: int = 30) -> dict[str, Any]:
    note = {"type": "plain_text_input", "action_id": "v"}
    states = [{"text": plain(text), "value": text.lower()} for text in ("Active", "Paused")]
    choice = {"type": "static_select", "action_id": "state", "placeholder": plain("State"), "options": states}
    return {
        "type": "home",
        "blocks": [
            section(said, block_id="said"),
            *(section(f"Row {number}", block_id=f"row{number}") for number in range(rows)),
            {"type": "input", "block_id": "note", "label": plain("Note"), "element": note},
            {"type": "actions", "block_id": "act", "elements": [choice, button("Open Aurora")]},
        ],
    }


class Told(asyncio.Queue[Any]):
    """What the app was told, in order."""

    async def next(self) -> Any:
        async with asyncio.timeout(20):
            return await self.get()


def publishes(app: AsyncApp) -> Told:
    """The app publishes a Home that greets the person by id, whenever it is opened."""
    opened = Told()

    async def publish(event: dict[str, Any], client: Any) -> None:
        await client.views_publish(user_id=event["user"], view=home(f"Hello <@{event['user']}>"))
        opened.put_nowait(event["user"])

    app.event("app_home_opened")(publish)
    return opened


async def test_home_changes_under_the_reader_without_moving_him(app: AsyncApp, open_page: Open) -> None:
    publishes(app)
    pressed = Told()

    async def note(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        pressed.put_nowait(body)

    app.action("open")(note)
    page = await open_page()
    await page.get_by_role("link", name="Onboarding (app)").click()
    place = page.get_by_role("region", name="Home")
    await place.get_by_label("Note").fill("call them")
    await place.get_by_role("button", name="Open Aurora").focus()
    await expect(place.get_by_role("button", name="Open Aurora")).to_be_in_viewport()
    before = await place.evaluate("node => node.scrollTop")

    await app.client.views_publish(user_id=ANA, view=home("It changed meanwhile"))
    await expect(place).to_contain_text("It changed meanwhile")
    await expect(place.get_by_role("button", name="Open Aurora")).to_be_focused()
    assert await place.evaluate("node => node.scrollTop") == before > 0
    await page.keyboard.press("Enter")

    body = await pressed.next()
    assert body["view"]["type"] == "home"
    assert body["view"]["state"]["values"]["note"]["v"]["value"] == "call them"


async def test_home_is_each_persons_own_and_stands_beside_the_messages(
    app: AsyncApp, slack: LocalSlack, open_page: Open
) -> None:
    opened = publishes(app)
    page = await open_page(at="#/slack/D0ANA0001/home")
    place = page.get_by_role("region", name="Home")
    await expect(place).to_contain_text("Hello @Ana Ruiz")

    await page.get_by_role("button", name="You are Ana Ruiz").click()
    await page.get_by_role("menuitemradio", name="Ben Okafor").click()
    await expect(place).to_contain_text("Hello @Ben Okafor")
    await expect(place).not_to_contain_text("Ana")
    await page.get_by_role("navigation", name="Onboarding").get_by_role("link", name="Messages").click()
    await page.get_by_label("Message Onboarding").fill("hello")
    await page.keyboard.press("Enter")

    await expect(place).to_be_hidden()
    await expect(page.get_by_role("article").last).to_contain_text("hello")
    assert [await opened.next(), await opened.next()] == [ANA, BEN]
    assert slack.messages("D0BEN0001")[-1].user == BEN


async def test_shortcuts_reach_the_app_from_the_composer_and_from_a_message(app: AsyncApp, open_page: Open) -> None:
    used = Told()

    async def take(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        used.put_nowait((body["callback_id"], body.get("message", {}).get("text")))

    app.shortcut("new")(take)
    app.shortcut("note")(take)
    sent = await app.client.chat_postMessage(channel=HERE, text="Aurora called")
    page = await open_page()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="New onboarding").click()
    assert await used.next() == ("new", None)

    more = page.get_by_role("article").last.get_by_role("button", name="More for this message")
    await more.press("Enter")
    await page.get_by_role("menuitem", name="Note on this").press("Enter")
    assert await used.next() == ("note", "Aurora called")

    await more.press("Enter")
    await page.get_by_role("menuitem", name="Copy link").press("Enter")
    await expect(page.get_by_text("Link copied.")).to_be_visible()
    link = await app.client.chat_getPermalink(channel=HERE, message_ts=sent["ts"])
    assert await page.evaluate("navigator.clipboard.readText()") == link["permalink"]


async def test_a_link_is_previewed_beneath_its_message_and_groups_have_names(app: AsyncApp, open_page: Open) -> None:
    async def preview(event: dict[str, Any], client: Any) -> None:
        url = event["links"][0]["url"]
        blocks = [section("*Aurora Foods* in review, for <!subteam^S0MANAGRS>")]
        await client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls={url: {"blocks": blocks}})

    app.event("link_shared")(preview)
    page = await open_page()

    await page.get_by_label("Message #onboarding").fill("see https://my.pivotal.app/onboardings/89?a=1&b=2 please")
    await page.keyboard.press("Enter")

    message = page.get_by_role("article").last
    shown = message.get_by_role("group", name="Preview of https://my.pivotal.app/onboardings/89")
    await expect(shown).to_have_text("Aurora Foods in review, for @managers")
    await expect(message.get_by_role("link")).to_have_attribute("href", "https://my.pivotal.app/onboardings/89?a=1&b=2")


async def test_the_app_and_people_are_completed_after_an_at_sign(app: AsyncApp, open_page: Open) -> None:
    heard = Told()

    async def mentioned(event: dict[str, Any]) -> None:
        heard.put_nowait(event["text"])

    app.event("app_mention")(mentioned)
    page = await open_page()
    composer = page.get_by_label("Message #onboarding")

    await composer.press_sequentially("@onb")
    await composer.press("Enter")
    await composer.press_sequentially("tell @ben ok")
    await expect(page.get_by_role("option")).to_have_text(["BOBen OkaforSolutions engineer"])
    await composer.press("Tab")
    await composer.press_sequentially("R&D")
    await composer.press("Enter")

    assert await heard.next() == f"<@U0BOT0001> tell <@{BEN}> R&amp;D"
    await expect(page.get_by_role("article").last).to_contain_text("@Onboarding tell @Ben Okafor R&D")


@pytest.mark.parametrize("page", [{"width": 1000}], indirect=True)
async def test_a_thread_that_narrows_the_channel_leaves_it_at_its_end(app: AsyncApp, open_page: Open) -> None:
    long = "A sentence that needs more lines as soon as a thread takes its part of the window, and some more. " * 2
    facts = [{"type": "mrkdwn", "text": "*Phase*\nReview of the program"}] * 4
    card = [section(long), {"type": "section", "fields": facts}]
    for _ in range(7):
        root = await app.client.chat_postMessage(channel=HERE, text="card", blocks=card)
    await app.client.chat_postMessage(channel=HERE, thread_ts=root["ts"], text="first reply")
    page = await open_page()
    await expect(page.get_by_role("button", name="1 reply")).to_be_in_viewport()
    messages = page.get_by_role("region", name="Messages")
    wide = await messages.evaluate("node => node.scrollHeight")

    await page.get_by_role("button", name="1 reply").click()
    await expect(page.get_by_role("complementary", name="Thread")).to_contain_text("first reply")

    await page.wait_for_function(
        """(wide) => {
          const { scrollHeight, scrollTop, clientHeight } = document.querySelector('.messages');
          return scrollHeight > wide && scrollHeight - scrollTop - clientHeight < 2;
        }""",
        arg=wide,
    )
    await expect(page.get_by_role("button", name="1 reply")).to_be_in_viewport(ratio=1)
