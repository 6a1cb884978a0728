"""Where requests are counted: the real bot between a local Pivotal and a local Slack, on a clock that stands still."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import config
from bot.app import Bot, running
from bot.domain.records import Subscription
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.pivotal.signing import new_secret
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import CARA, TEAM


@dataclass
class Clock:
    """A Monday, 08:30 in Berlin, until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 9, 7, 6, 30, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    """A bot that has started, and everything it asked Pivotal for so far."""

    bot: Bot
    pivotal: LocalPivotal
    clock: Clock
    slack: LocalSlack
    _counted: int = 0
    _listed: int = 0

    async def subscribed(self, kind: str, channel: str, name: str) -> None:
        """Have a digest come to a channel at nine each day, also when there is little to say."""
        await self.bot.store.subscriptions.add(
            Subscription(name, TEAM, channel, kind, "daily", time(9), "Europe/Berlin", CARA, self.clock(), quiet=False)
        )

    async def nine_o_clock(self, *, days: int = 0) -> None:
        """Go on to nine in Berlin, some days ahead, and post what is due."""
        self.clock.now = self.clock.now.replace(hour=7, minute=0) + timedelta(days=days)
        await self.bot.digests.run_due(self.clock())
        await self.bot.settled()

    def requests(self) -> int:
        """How many requests for records reached Pivotal since this was asked last."""
        asked = sum(request.path.startswith(("/onboardings", "/customers")) for request in self.pivotal.requests)
        asked, self._counted = asked - self._counted, asked
        return asked

    def lists(self) -> int:
        """The same of pages of lists alone."""
        asked = sum(request.path in ("/onboardings", "/customers") for request in self.pivotal.requests)
        asked, self._listed = asked - self._listed, asked
        return asked


@asynccontextmanager
async def stage(pivotal: LocalPivotal, clock: Clock, *, webhooks: bool = False) -> AsyncIterator[Stage]:
    """Start the bot on a new memory; what it walks when it starts is done when this is entered."""
    secret = new_secret(1) if webhooks else None
    with TemporaryDirectory() as folder:
        async with LocalSlack(manifest(), clock=clock, pivotal_origin=pivotal.origin) as slack:
            settings = config.load(
                env_file=None,
                slack_bot_token=slack.bot_token,
                slack_app_token=slack.app_token,
                slack_api_url=slack.api_url,
                pivotal_api_key=pivotal.live_key,
                pivotal_base_url=pivotal.url,
                pivotal_webhook_secret=secret,
                port=0,
                metrics_address="off",
                database_url=f"sqlite+aiosqlite:///{Path(folder) / 'bot.db'}",
                bot_timezone="Europe/Berlin",
                bot_admins=(CARA,),
            )
            async with running(settings, clock=clock) as bot:
                await bot.settled()
                if bot.webhooks:
                    pivotal.webhooks.add(bot.webhooks, secret=secret)
                yield Stage(bot, pivotal, clock, slack)
