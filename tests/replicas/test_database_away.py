"""PostgreSQL goes away and comes back while replicas run: people are told, and all goes on by itself."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from bot.domain.errors import MemoryAway
from bot.sandbox.slack.world import ANA, ONBOARDING
from bot.store.database import Database
from bot.store.engines import CONNECTIONS
from tests.processes import until
from tests.replicas.server import Server

AWAY = "My memory is not answering at the moment. This is not your fault."


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of this module's own, for it is stopped here."""
    server = Server()
    yield server
    server.close()


@pytest.fixture
def mode() -> str:
    return "socket"


@pytest.fixture
def ask(slack):
    """Ana asks for a card; gives what she reads, None when it does not come in time."""

    async def asks() -> str:
        before = len(slack.messages(ONBOARDING, ANA))
        assert (await slack.types("/onboarding #89", by=ANA, channel=ONBOARDING)).ok
        await until(lambda: len(slack.messages(ONBOARDING, ANA)) > before)
        return slack.seen(ANA, ONBOARDING)

    return asks


async def test_while_it_is_away_people_are_told_and_when_it_is_back_all_goes_on(
    fleet, server, pivotal, slack, store, ask
):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    await fleet.start(2)
    assert "Aurora Foods" in await ask()

    await asyncio.to_thread(server.stops)
    told = [await ask()]
    assert (await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)).ok
    await until(lambda: len(slack.messages(ONBOARDING, ANA)) > 2)
    told.append(slack.seen(ANA, ONBOARDING))
    unwritten = pivotal.patches(89)
    await until(lambda: "chore put off" in "".join(one.process.err for one in fleet.replicas))
    logged = "".join(one.process.err for one in fleet.replicas)
    await asyncio.to_thread(server.starts)
    after = [await ask() for _ in range(4)]

    assert all(AWAY in one for one in told)
    assert "failed" in logged
    assert "MemoryAway: The database does not answer" in logged
    assert (unwritten, await store.audit.list()) == ([], ())
    assert all("Advance to Program buildout" in one for one in after)
    assert all(one.process.alive for one in fleet.replicas)


async def test_a_restart_is_not_noticed(fleet, server, pivotal, ask):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    await fleet.start(2)
    assert "Aurora Foods" in await ask()

    await asyncio.to_thread(server.stops)
    asked = asyncio.create_task(ask())
    await asyncio.to_thread(server.starts)

    assert "Aurora Foods" in await asked


async def test_who_finds_every_connection_taken_is_told_so_and_the_next_one_is_served(database):
    there = Database.at(database)
    async with AsyncExitStack() as stack:
        for _ in range(CONNECTIONS):
            await stack.enter_async_context(there.reading())

        with pytest.raises(MemoryAway):
            async with there.reading():
                pass

    async with there.reading() as connection:
        assert await connection.exec_driver_sql("SELECT 1")
    await there.close()
