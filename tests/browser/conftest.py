"""A real Chromium in front of the real page: `page` fails its test when a script on it fails."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import demo
from bot.commands.demo import Scene
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, ONBOARDING

PATIENCE = 20_000  # milliseconds for something to appear on a machine that does other things too

MANIFEST = {
    "display_information": {"name": "Onboarding", "background_color": "#3b3a8f"},
    "features": {
        "bot_user": {"display_name": "Onboarding"},
        "slash_commands": [
            {
                "command": "/onboarding",
                "description": "Onboardings in Pivotal",
                "usage_hint": "acme | at-risk | help",
                "should_escape": True,
            },
            {"command": "/ob", "description": "The same, shorter", "usage_hint": "acme | help", "should_escape": True},
        ],
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "shortcuts": [
            {"name": "New onboarding", "type": "global", "callback_id": "new", "description": "Start one"},
            {"name": "Note on this", "type": "message", "callback_id": "note", "description": "Keep it"},
        ],
        "unfurl_domains": ["my.pivotal.app"],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "channels:read",
                "chat:write",
                "commands",
                "im:write",
                "links:read",
                "links:write",
                "files:write",
                "users:read",
            ]
        }
    },
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "link_shared"]},
        "socket_mode_enabled": True,
    },
}

TRIES = [{"label": "Look as the SE", "as": "U0BEN0001", "channel": "C0LAUNCHS", "text": "/onboarding aurora"}]


def chromium() -> str:
    """The system's Chromium. Without one the test is skipped, or fails where BROWSER_REQUIRED is set."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found:
        return found
    advice = "no Chromium on this machine: apt install chromium"
    if os.environ.get("BROWSER_REQUIRED"):
        pytest.fail(advice)
    pytest.skip(advice)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    executable = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A desktop page; `@pytest.mark.parametrize("page", [{"width": 390}], indirect=True)` makes it narrow."""
    size = {"width": 1280, "height": 820} | getattr(request, "param", {})
    context = await browser.new_context(viewport=size, locale="en-GB", reduced_motion="reduce")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    await context.close()
    assert not broken, f"A script on the page failed: {broken}"


@pytest.fixture
async def pivotal() -> AsyncIterator[LocalPivotal]:
    async with LocalPivotal() as pivotal:
        yield pivotal


@pytest.fixture
async def slack(pivotal: LocalPivotal) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(MANIFEST, pivotal_origin=pivotal.origin, tries=TRIES) as slack:
        yield slack


@pytest.fixture
async def app(slack: LocalSlack) -> AsyncIterator[AsyncApp]:
    """An app with no listeners yet, connected to the workspace: each test tells it what to do."""
    app = AsyncApp(client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url))
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    yield app
    await handler.close_async()


@pytest.fixture
def open_page(page: Page, slack: LocalSlack) -> Callable[..., Awaitable[Page]]:
    """Open the workspace as somebody; the page is ready when this returns."""

    async def opened(as_: str = "U0ANA0001", *, at: str = "#/slack/C0ONBOARD") -> Page:
        await page.goto(f"{slack.url}/?as={as_}{at}")
        await page.wait_for_selector("body[data-ready]")
        return page

    return opened


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """The demo: the sample world with the real bot in it."""
    async with demo.scene(tmp_path) as scene:
        yield scene


@pytest.fixture
async def workspace(page: Page, scene: Scene) -> AsyncIterator[Page]:
    """The demo as Ana, the CSM, sees it in #onboarding; whatever its console complains about fails the test."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", note)
    await page.goto(f"{scene.slack.url}/?as={ANA}#/slack/{ONBOARDING}")
    await page.wait_for_selector("body[data-ready]")
    yield page
    assert complaints == []
