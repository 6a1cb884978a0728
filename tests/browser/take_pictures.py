"""`make pictures`: runs the demo on a fixed Monday morning and saves the README's pictures, the same on every machine."""

import asyncio
import shutil
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import time_machine
from playwright.async_api import Page, async_playwright, expect

from bot import demo

PICTURES = Path(__file__).parent / "pictures"
MORNING = datetime(2026, 9, 7, 7, 4, 30, tzinfo=UTC)
"""09:04 in Berlin, where the demo's channels are."""
SIZE = {"width": 1280, "height": 860}
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


async def says(page: Page, text: str) -> None:
    """Type into the composer, as a person does."""
    composer = page.get_by_role("combobox").or_(page.get_by_role("textbox")).first
    await composer.fill(text)
    await composer.press("Enter")


async def save(page: Page, name: str) -> None:
    await page.wait_for_timeout(400)  # fonts and scrolling settle
    await page.screenshot(path=PICTURES / f"{name}.png")
    print(f"tests/browser/pictures/{name}.png")  # noqa: T201 - a script of make's


async def take(page: Page, address: str) -> None:
    await page.goto(f"{address}/#/slack/C0ONBOARD")
    await expect(page.get_by_text("Launches this week").first).to_be_visible()
    await says(page, "/onboarding aurora")
    card = page.locator("article, .message").filter(has_text="Only visible to you").last
    await expect(card.get_by_role("button", name="Advance")).to_be_visible()
    await save(page, "page")


async def main() -> None:
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None:
        raise SystemExit("make pictures needs Chromium: apt install chromium")
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
