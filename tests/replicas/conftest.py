"""Several replicas of the bot as processes, on one PostgreSQL, between a local Slack and a local Pivotal."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from bot.domain.records import Person
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN
from bot.store import Store
from tests.replicas.fleet import SECRET, Balancer, Fleet
from tests.replicas.server import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def database(server: Server) -> str:
    return server.empty_database()


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """What all replicas remember. Ana is linked to user_csm_001 and Ben to user_se_001."""
    store = await Store.open(database, clock=lambda: datetime.now(UTC))
    await store.people.link(Person("user_csm_001", slack_id=ANA, name="Ana Ruiz"))
    await store.people.link(Person("user_se_001", slack_id=BEN, name="Ben Okafor"))
    yield store
    await store.close()


@pytest.fixture
async def pivotal() -> AsyncIterator[LocalPivotal]:
    async with LocalPivotal() as local:
        local.rate_limit = 100_000
        yield local


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest(), burst=1000, patience=8.0) as local:
        yield local


@pytest.fixture
async def balancer() -> AsyncIterator[Balancer]:
    async with Balancer() as balancer:
        yield balancer


@pytest.fixture
async def fleet(slack, pivotal, balancer, store, database, mode, tmp_path) -> AsyncIterator[Fleet]:
    """Replicas to start, in Socket Mode or behind the balancer; Pivotal delivers its events to the balancer."""
    if mode == "http":
        slack.request_url = f"{balancer.url}/slack/events"
    pivotal.webhooks.time_scale = 0.02  # its second retry would come after five minutes
    pivotal.webhooks.add(f"{balancer.url}/pivotal/webhooks", secret=SECRET)
    async with Fleet(slack, pivotal, balancer, database=database, mode=mode, home=tmp_path) as fleet:
        yield fleet
