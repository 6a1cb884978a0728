"""A workspace, a client and a tiny Bolt app, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack

MANIFEST = {
    "display_information": {"name": "Onboarding", "background_color": "#2b5f75"},
    "features": {
        "bot_user": {"display_name": "Onboarding"},
        "slash_commands": [
            {
                "command": "/onboarding",
                "description": "Onboardings",
                "usage_hint": "acme | mine",
                "should_escape": True,
            },
            {"command": "/raw", "description": "Unescaped"},
        ],
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "shortcuts": [
            {"name": "Find onboarding", "type": "global", "callback_id": "find", "description": "Look one up"},
            {"name": "Onboarding card here", "type": "message", "callback_id": "card", "description": "In the thread"},
        ],
        "unfurl_domains": ["pivotal.example"],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "chat:write",
                "users:read",
                "users:read.email",
                "channels:read",
                "groups:read",
                "im:write",
                "usergroups:read",
                "app_mentions:read",
                "links:read",
                "links:write",
                "files:write",
            ]
        }
    },
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "link_shared"]},
        "socket_mode_enabled": True,
    },
}


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def manifest() -> dict:
    return MANIFEST


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(MANIFEST, clock=clock, ack_timeout=30.0) as slack:
        yield slack


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client)


@pytest.fixture(params=["socket", "http"])
async def live(request, clock: Clock) -> AsyncIterator["Live"]:
    """The same little app over each of the two roads. Bolt compares signed times with its own clock."""
    by_http = request.param == "http"
    async with LocalSlack(MANIFEST, ack_timeout=30.0, **({} if by_http else {"clock": clock})) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        app = AsyncApp(client=client, signing_secret=slack.signing_secret)
        if by_http:
            site = web.Application()
            site.add_routes([web.post("/slack/events", app.server(port=0).handle_post_requests)])
            runner = web.AppRunner(site)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
            yield Live(slack, app, client)
            await runner.cleanup()
        else:
            handler = AsyncSocketModeHandler(app, slack.app_token)
            await handler.connect_async()
            await slack.connected()
            yield Live(slack, app, client)
            await closed(handler)


@dataclass(frozen=True)
class Live:
    """A workspace and the app in it, connected."""

    slack: LocalSlack
    app: AsyncApp
    client: AsyncWebClient


async def closed(handler: AsyncSocketModeHandler) -> None:
    tasks = [
        handler.client.message_processor,
        handler.client.current_session_monitor,
        handler.client.message_receiver,
    ]
    await handler.close_async()
    await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)


Connect = Callable[[], Awaitable[AsyncSocketModeHandler]]


@pytest.fixture
async def connect(slack: LocalSlack, app: AsyncApp) -> AsyncIterator[Connect]:
    """Connects the app once more each time it is called."""
    handlers: list[AsyncSocketModeHandler] = []

    async def once_more() -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(app, slack.app_token)
        handlers.append(handler)
        expected = slack.connections + 1
        await handler.connect_async()
        await slack.connected(expected)
        return handler

    yield once_more
    for handler in handlers:
        await closed(handler)
