"""The scene most tests play in: a local Pivotal, a local Slack, and the real bot between them over real sockets."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import config
from bot.app import Bot, running
from bot.domain.records import Person
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, CARA


class Now:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 7, 6, 30, tzinfo=UTC)
        """A Monday, 08:30 in Berlin."""

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        """Let time go by: `passes(minutes=5)`."""
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Now:
    return Now()


@pytest.fixture
async def pivotal(clock) -> AsyncIterator[LocalPivotal]:
    async with LocalPivotal(clock=clock) as local:
        # The clock stands still, and with it the window of the rate limit.
        local.rate_limit = 10_000
        yield local


@pytest.fixture(params=["socket", "http"])
def mode(request) -> str:
    return request.param


@pytest.fixture
def extras() -> tuple[str, ...]:
    """The optional features the app was installed with."""
    return ()


@pytest.fixture
def installed(extras) -> dict[str, Any]:
    """The manifest the app was installed with."""
    return manifest(extras=extras)


@pytest.fixture
async def slack(clock, pivotal, installed) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(installed, clock=clock, pivotal_origin=pivotal.origin) as local:
        yield local


@pytest.fixture
def settings(slack, pivotal, tmp_path, mode) -> config.Settings:
    return config.load(
        env_file=None,
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token if mode == "socket" else None,
        slack_signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        pivotal_api_key=pivotal.live_key,
        pivotal_base_url=pivotal.url,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}",
        bot_timezone="Europe/Berlin",
        bot_admins=(CARA,),
        port=0,
    )


@pytest.fixture
async def bot(slack, settings, clock) -> AsyncIterator[Bot]:
    """The running bot. Ana is linked to user_csm_001 and Ben to user_se_001; Cara is an admin."""
    async with running(settings, clock=clock) as app:
        await app.store.people.link(Person("user_csm_001", slack_id=ANA, name="Ana Ruiz"))
        await app.store.people.link(Person("user_se_001", slack_id=BEN, name="Ben Okafor"))
        await app.services.people.load()
        slack.request_url = app.address
        slack.settles = app.settled
        await app.settled()
        yield app
