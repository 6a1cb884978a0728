"""A session or a client for each call costs seven to twenty-five times the call: connections are kept, by count."""

import pytest
from aiohttp import ClientSession

from bot import config
from bot.app import running
from tests.benchmarks.children import settings
from tests.benchmarks.load import Load
from tests.benchmarks.upstream import QuickPivotal, QuickSlack

AT_ONCE = 3
"""Calls that the bot makes at the same time when one person asks for one thing, at the most."""


@pytest.fixture
async def slack():
    async with QuickSlack().running() as quick:
        yield quick


@pytest.fixture
async def pivotal():
    async with QuickPivotal(100).running() as quick:
        yield quick


@pytest.fixture
async def types(slack, pivotal, tmp_path):
    """`await types("list")`: type a command, and wait for its answer."""
    set_to = settings(tmp_path, slack_api=f"{slack.origin}/api/", pivotal_url=pivotal.url)
    loaded = config.load(env_file=None, **{name.lower(): value for name, value in set_to.items()})
    async with running(loaded) as bot, ClientSession() as session:
        await bot.settled()
        load = Load(session, slack)
        yield lambda text, **by: load.answered(bot.address, text, **by)
        await bot.settled()


async def test_calls_to_slack_share_their_connections(types, slack):
    for number in range(10):
        await types("whoami", by=f"U0SOMEBODY{number}")

    assert (slack.asked["users.info"], slack.asked["response_url"]) == (10, 10)
    assert len(slack.connections) <= AT_ONCE


async def test_calls_to_pivotal_share_their_connections(types, pivotal):
    for number in range(24, 64, 4):
        await types(f"show #{number}")

    assert pivotal.asked["onboarding"] == 10
    assert len(pivotal.connections) <= AT_ONCE
