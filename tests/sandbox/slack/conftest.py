"""A workspace, a client and a tiny Bolt app, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
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
            ]
        }
    },
    "settings": {"interactivity": {"is_enabled": True}, "socket_mode_enabled": True},
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
    async with LocalSlack(MANIFEST, clock=clock, ack_timeout=2.0) as slack:
        yield slack


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client)


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
        tasks = [
            handler.client.message_processor,
            handler.client.current_session_monitor,
            handler.client.message_receiver,
        ]
        await handler.close_async()
        await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)
