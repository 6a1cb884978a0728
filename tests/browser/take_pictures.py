"""`make pictures`: runs the demo on a fixed Monday morning and saves the pictures of the README."""

import asyncio
import shutil
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import time_machine
from playwright.async_api import Locator, Page, async_playwright, expect

from bot.commands import demo
from bot.commands.process import configure_logs

PICTURES = Path(__file__).parent / "pictures"
MORNING = datetime(2026, 9, 7, 7, 4, 30, tzinfo=UTC)
"""09:04 in Berlin, where the demo's channels are."""
SIZE = {"width": 1280, "height": 860}
TALL = SIZE | {"height": 1040}
WHOLE = SIZE | {"height": 1160}
PATIENCE = 30_000  # milliseconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def answers(port: int) -> None:
    """Wait until the demo's page is served."""
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.1)


async def types(page: Page, text: str) -> None:
    """Say something in the channel that is open, as a person does."""
    composer = page.get_by_placeholder("Message #onboarding")
    await composer.fill(text)
    await composer.press("Enter")


def answer(page: Page) -> Locator:
    """The newest answer that only the reader sees."""
    return page.locator("article.message").filter(has_text="Only visible to you").last


async def save(page: Page, name: str) -> None:
    await page.mouse.move(0, 0)
    await asyncio.sleep(0.5)  # scrolling and live updates settle
    await page.screenshot(path=PICTURES / f"{name}.png")
    print(f"tests/browser/pictures/{name}.png")  # noqa: T201 - a script of make's


async def take(page: Page, address: str) -> None:
    """Look around as the CSM: digests, a card, the same one shared, a list, a launch, a form, Home, Pivotal.

    An admin looks at the doctor's.
    """
    await page.goto(f"{address}/#/slack/C0ONBOARD")
    await take_digests(page)
    await take_cards(page)
    await take_answers(page)
    await take_form(page, address)
    await page.goto(f"{address}/#/slack/D0ANA0001/home")
    home = page.get_by_role("region", name="Home")
    await expect(home.get_by_role("button", name="Open").first).to_be_visible()
    whole = await home.evaluate("node => Math.ceil(node.getBoundingClientRect().top + node.scrollHeight)")
    await page.set_viewport_size(SIZE | {"height": whole})
    await save(page, "home")

    await page.set_viewport_size(SIZE)
    await page.goto(f"{address}/#/pivotal")
    await page.locator("#pivotal-view").get_by_text("Aurora Foods").first.click()
    await save(page, "pivotal")
    await take_doctor(page, address)


async def take_digests(page: Page) -> None:
    """The digests of the morning as they stand in #onboarding, a row's menu open; the portfolio with its chart."""
    messages = page.locator("article.message")
    await page.set_viewport_size(WHOLE)
    at_risk = messages.filter(has_text="At-risk onboardings —")
    await expect(at_risk.get_by_text("1 reply")).to_be_visible()
    await at_risk.evaluate("node => node.scrollIntoView({ block: 'start' })")
    await at_risk.locator(".section").filter(has_text="Initech").get_by_role("button", name="More actions").click()
    await save(page, "digest")
    await page.keyboard.press("Escape")
    await page.evaluate("document.activeElement.blur()")

    week = messages.filter(has_text="Launch week —")
    await week.evaluate("node => node.scrollIntoView({ block: 'start' })")
    await save(page, "launch-week")

    await page.set_viewport_size(TALL)
    portfolio = messages.filter(has_text="Portfolio —")
    await portfolio.evaluate("node => node.scrollIntoView({ block: 'start' })")
    await portfolio.get_by_text("1 reply").click()
    await expect(page.get_by_role("region", name="Thread").get_by_role("img")).to_be_visible()
    await save(page, "portfolio")
    await page.get_by_role("button", name="Close thread").click()


async def take_form(page: Page, address: str) -> None:
    """The form that subscribes a channel."""
    await page.set_viewport_size(SIZE)
    await page.goto(f"{address}/#/slack/C0LAUNCHS")
    composer = page.get_by_placeholder("Message #launches")
    await composer.fill("/onboarding subscribe")
    await composer.press("Enter")
    form = page.get_by_role("dialog", name="Digest")
    await expect(form.get_by_role("button", name="Subscribe")).to_be_visible()
    await save(page, "subscribe")
    await form.get_by_role("button", name="Cancel").click()


async def take_doctor(page: Page, address: str) -> None:
    """What an admin is told of the bot."""
    await page.goto(f"{address}/#/slack/C0ONBOARD")
    await page.get_by_role("region", name="Be somebody else").get_by_text("Cara Lindqvist").click()
    await types(page, "/onboarding doctor")
    await expect(answer(page)).to_contain_text("Checkup:")
    await page.set_viewport_size(TALL)
    await answer(page).evaluate("node => node.scrollIntoView({ block: 'start' })")
    await save(page, "doctor")


async def take_cards(page: Page) -> None:
    """A private card below the digest; shared and moved on, with its thread."""
    await page.set_viewport_size(SIZE)
    await types(page, "/onboarding aurora")
    private = answer(page)
    await expect(private.get_by_role("button", name="Share")).to_be_visible()
    await save(page, "page")

    await private.get_by_role("button", name="Share").click()
    posted = page.locator("article.message").filter(has_text="shared by Ana Ruiz").last
    await posted.get_by_role("button", name="Advance").click()
    await page.get_by_role("alertdialog").get_by_role("button").last.click()
    await posted.get_by_text("1 reply").click()
    await expect(page.get_by_text("Ana Ruiz advanced Review")).to_be_visible()
    await page.mouse.wheel(0, 2000)
    await save(page, "card")
    await page.get_by_role("button", name="Close thread").click()


async def take_answers(page: Page) -> None:
    """A page of the list, and what is said before a launch."""
    await types(page, "/onboarding list")
    await expect(answer(page)).to_contain_text("page 1 of ")
    await page.set_viewport_size(TALL)
    await save(page, "list")

    await page.set_viewport_size(SIZE)
    await types(page, "/onboarding evergreen schools")
    await answer(page).get_by_role("button", name="Advance Evergreen Schools to Launch").click()
    await page.get_by_role("dialog").get_by_label("Why?").fill("All signed off on Friday.")
    await save(page, "launch")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()


async def main() -> None:
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None:
        raise SystemExit("make pictures needs Chromium: apt install chromium")
    configure_logs(quiet=True)
    port = free_port()
    running = asyncio.create_task(demo.run(port=port, keep=False, browser=False))
    try:
        await answers(port)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            context = await browser.new_context(
                viewport=SIZE,
                locale="en-GB",
                timezone_id="Europe/Berlin",
                color_scheme="light",
                reduced_motion="reduce",
                device_scale_factor=1,
            )
            await context.clock.install(time=MORNING)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            await take(page, f"http://127.0.0.1:{port}")
            await browser.close()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


if __name__ == "__main__":
    with time_machine.travel(MORNING, tick=True):
        asyncio.run(main())
