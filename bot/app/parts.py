"""What the bot stands on: its memory, its figures, its two clients, and what they know."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import datetime
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient

from bot import __version__, health, metrics
from bot.config import Settings
from bot.domain.errors import BotError, StartError
from bot.domain.phases import DEFAULT, Phases
from bot.listeners import FEATURES, reaching
from bot.listeners.closing import Doors
from bot.listeners.feature import Registry
from bot.metrics import Metrics
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import AuthenticationFailed, NotFound, PivotalError, UnexpectedResponse
from bot.pivotal.hooks import Hooks
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.store import Store, looking
from bot.store.schema import Tell

log = structlog.get_logger()

SLACK_TIMEOUT = ClientTimeout(total=20, sock_connect=5)
KEY_PATIENCE = 5.0
"""Seconds that the start waits for Pivotal to know the key."""


class Parts:
    """Made first. What `stack` is given ends when the bot does."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], stack: AsyncExitStack, tell: Tell | None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.stack = stack
        self.tell = tell
        self.doors = Doors()

    async def _memory_and_figures(self) -> None:
        self.store = await _memory(self.settings.database_url, self.clock, self.tell)
        self.stack.push_async_callback(self.store.close)
        self.registry = Registry(FEATURES)
        self.figures = Metrics(version=__version__, mode=self.settings.mode, actions=self.registry.kinds)
        address = self.settings.metrics
        self.shown = await metrics.listen(self.figures, address, self.stack) if address else None

    async def _pivotal_and_slack(self) -> None:
        self.heard = health.Pivotal(clock=self.clock)
        self.pivotal = await self.stack.enter_async_context(
            AsyncPivotalApi(
                self.settings.pivotal_api_key.get_secret_value(),
                base_url=self.settings.pivotal_base_url,
                clock=self.clock,
                hooks=Hooks(after=(self.figures.asked_pivotal, self.heard.noted)),
            )
        )
        self.session = await self.stack.enter_async_context(ClientSession(timeout=SLACK_TIMEOUT))
        self.client = AsyncWebClient(
            token=self.settings.slack_bot_token.get_secret_value(),
            base_url=self.settings.slack_api_url,
            session=self.session,
            retry_handlers=[],
        )

    async def _what_it_knows_and_who_it_is(self) -> None:
        self.phases = Phases(self.settings.bot_phases or DEFAULT)
        self.people = People(self.store)
        self.portfolio = Portfolio(
            self.pivotal, self.store, clock=self.clock, phases=self.phases, reporter=self.figures.refreshed
        )
        self.stack.push_async_callback(self.portfolio.close)
        # None of these needs another one, and two of them wait for an answer.
        await _together(self._identify(), _check_key(self.pivotal), self.people.load(), self.portfolio.load())

    async def _identify(self) -> None:
        self.identity = await reaching.identify(self.client, self.settings.slack_bot_token.get_secret_value())
        reaching.check(self.identity, now=self.clock())


async def _memory(url: str, clock: Callable[[], datetime], tell: Tell | None) -> Store:
    """Open the bot's memory. The URL itself is not told: it may hold a password."""
    try:
        file = looking.file(url)
        store = await Store.open(url, clock=clock, tell=tell)
        if file and not file.there:
            log.info("a new, empty memory was made", file=str(file.path))
        return store
    except (BotError, OSError, TypeError, ValueError) as error:  # asyncpg's: an option it does not know
        what_to_do = error.hint if isinstance(error, BotError) and error.hint else "Check DATABASE_URL."
        raise StartError(f"Its memory cannot be opened: {str(error).rstrip('.')}. {what_to_do}") from error


async def _check_key(pivotal: AsyncPivotalApi) -> None:
    """Stop at once on a key that Pivotal does not know; with Pivotal away, start all the same."""
    try:
        async with asyncio.timeout(KEY_PATIENCE):
            await pivotal.me()
    except AuthenticationFailed as error:
        raise StartError(
            f"Pivotal refused the API key {pivotal.key_prefix}… ({error.code}). "
            "Check PIVOTAL_API_KEY, or make a new key in Pivotal under Admin > API Keys."
        ) from error
    except (PivotalError, TimeoutError) as error:
        if isinstance(error, NotFound | UnexpectedResponse) and (error.status or 0) < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise StartError(
                "What answers at PIVOTAL_BASE_URL is not Pivotal’s API, which is at https://my.pivotal.app/api/v1. "
                "Check that address, and any proxy in between."
            ) from error
        log.warning("Pivotal does not answer yet", error=type(error).__name__)


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """Do several things at once; the first that fails ends the others, and is what is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
