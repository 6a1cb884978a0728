"""What a message carries on the page: pictures, a menu beside a line, previews to press, a word that it was edited."""

import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_bolt.async_app import AsyncApp

from tests.browser.hearing import hears

pytestmark = pytest.mark.browser

HERE = "C0ONBOARD"
Open = Callable[..., Awaitable[Page]]
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def row(text: str, *, name: str) -> dict[str, Any]:
    """A line with a menu beside it."""
    menu = [{"text": plain("Open"), "value": f"open {name}"}, {"text": plain("Snooze…"), "value": f"snooze {name}"}]
    accessory = {"type": "overflow", "action_id": "row", "options": menu}
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, "accessory": accessory}


async def test_a_picture_in_a_thread_is_shown_with_its_title_and_words(app: AsyncApp, open_page: Open) -> None:
    root = await app.client.chat_postMessage(channel=HERE, text="Portfolio of the week")
    page = await open_page()

    await app.client.files_upload_v2(
        file=io.BytesIO(PIXEL),
        filename="chart.png",
        title="Phases by state",
        alt_txt="40 onboardings, 12 at risk",
        channel=HERE,
        thread_ts=root["ts"],
    )
    await page.get_by_text("1 reply").click()

    picture = page.get_by_role("img", name="40 onboardings, 12 at risk")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("node => node.complete && node.naturalWidth") == 1
    await expect(page.get_by_role("figure")).to_contain_text("Phases by state")


async def test_the_menu_beside_a_line_is_that_lines_by_mouse_and_by_keyboard(app: AsyncApp, open_page: Open) -> None:
    heard = hears(app, "row")
    await app.client.chat_postMessage(
        channel=HERE, text="digest", blocks=[row("*Acme*", name="acme"), row("*Globex*", name="globex")]
    )
    page = await open_page()
    menus = page.get_by_role("button", name="More actions")

    await menus.nth(1).click()
    await page.get_by_role("menuitem", name="Snooze…").click()
    by_mouse = await heard.next()
    await menus.nth(0).focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    by_keyboard = await heard.next()

    assert by_mouse["actions"][0]["selected_option"]["value"] == "snooze globex"
    assert by_keyboard["actions"][0]["selected_option"]["value"] == "snooze acme"
    await expect(menus.nth(0)).to_be_focused()


async def test_a_message_that_is_changed_says_so(app: AsyncApp, open_page: Open) -> None:
    sent = await app.client.chat_postMessage(channel=HERE, text="digest", blocks=[row("*Acme*", name="acme")])
    page = await open_page()
    message = page.locator("article[data-ts]").last
    await expect(message).to_contain_text("Acme")
    await expect(message).not_to_contain_text("(edited)")

    await app.client.chat_update(channel=HERE, ts=sent["ts"], text="digest", blocks=[row("✓ *Acme*", name="acme")])

    await expect(message).to_contain_text("✓ Acme")
    await expect(message).to_contain_text("(edited)")


async def test_a_button_in_a_preview_is_pressed(app: AsyncApp, open_page: Open) -> None:
    heard = hears(app, "open")
    link = "https://my.pivotal.app/customers/89"
    button = {"type": "button", "text": plain("Open"), "action_id": "open", "value": "89"}

    @app.event("link_shared")
    async def preview(event: dict[str, Any], client: Any) -> None:
        blocks = [{"type": "actions", "elements": [button]}]
        await client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls={link: {"blocks": blocks}})

    page = await open_page()
    composer = page.get_by_label("Message #onboarding")
    await composer.fill(f"see {link}")
    await composer.press("Enter")

    await page.get_by_role("group", name=f"Preview of {link}").get_by_role("button", name="Open").press("Enter")

    body = await heard.next()
    assert (body["container"]["app_unfurl_url"], body["actions"][0]["value"]) == (link, "89")


async def test_a_user_group_is_completed_and_shown_by_its_handle(app: AsyncApp, open_page: Open) -> None:
    page = await open_page()
    composer = page.get_by_label("Message #onboarding")

    await composer.press_sequentially("ask @cs-")
    await composer.press("Enter")
    await expect(composer).to_have_value("ask @cs-team ")
    await composer.press("Enter")

    mention = page.locator("article[data-ts]").last.locator(".mention")
    await expect(mention).to_have_text("@cs-team")
