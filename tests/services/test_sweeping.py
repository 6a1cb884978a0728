"""The nightly sweep: once a night, by one replica, and every table has a bound that the README tells."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.domain.phases import Phases
from bot.domain.records import Observation
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import LocalPivotal
from bot.services.portfolio import Portfolio
from bot.services.sweeping import KEPT, LEASE, SWEPT, Sweeping
from bot.store import Store
from bot.store.tables import metadata

README = (Path(__file__).parents[2] / "README.md").read_text()
DAY = timedelta(days=1)
KEEP = timedelta(days=400)


class Replica:
    """One process: a memory and a sweep of its own, on the shared store."""

    def __init__(self, api, store, clock):
        self.portfolio = Portfolio(api, store, clock=clock, phases=Phases())
        self.sweeping = Sweeping(store, self.portfolio, keep=KEEP, zone="Europe/Berlin", clock=clock)

    async def looks(self):
        await self.sweeping.sweep_if_due()


@pytest.fixture
async def replicas(clock, database_url):
    clock.now = datetime(2026, 9, 7, 0, 59, tzinfo=UTC)  # 02:59 in Berlin
    async with LocalPivotal(clock=clock) as pivotal, AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url) as api:
        pivotal.rate_limit = 10_000
        pivotal.has_onboarding(89, customer="Aurora", phase="review", id="onb_89")
        store = await Store.open(database_url, clock=clock)
        made = [Replica(api, store, clock) for _ in range(2)]
        yield made
        for one in made:
            await one.portfolio.close()
        await store.close()


@pytest.fixture
def store(replicas):
    return replicas[0].sweeping._store


async def expire(store, clock, key="k"):
    """Leave something for the next sweep."""
    await store.claims.first_time(key, now=clock(), keep=timedelta(seconds=-1))


async def left(store):
    async with store.database.reading() as connection:
        rows = (await connection.execute(metadata.tables["claims"].select())).all()
    return sorted(row.key for row in rows if not row.key.startswith(("swept:", "sweep:")))


async def test_nothing_is_swept_before_the_night_and_everything_after(replicas, store, clock):
    await expire(store, clock)
    await replicas[0].looks()
    before = await left(store)

    clock.passes(minutes=1)
    await replicas[0].looks()

    assert (before, await left(store)) == (["k"], [])


async def test_a_night_is_swept_once_by_whichever_replica(replicas, store, clock):
    clock.passes(minutes=1)
    await replicas[0].looks()
    await expire(store, clock)

    for replica in replicas:
        await replica.looks()

    assert await left(store) == ["k"]


async def test_the_next_night_is_swept_again(replicas, store, clock):
    clock.passes(minutes=1)
    await replicas[0].looks()
    await expire(store, clock)

    clock.passes(days=1)
    await replicas[1].looks()

    assert await left(store) == []


async def test_a_replica_that_died_at_it_is_taken_over_from_after_an_hour(replicas, store, clock):
    clock.passes(minutes=1)
    await expire(store, clock)
    await store.claims.lease("sweep", holder="", now=clock(), ttl=LEASE)
    await replicas[0].looks()
    before = await left(store)

    clock.passes(hours=1)
    await replicas[0].looks()

    assert (before, await left(store)) == (["k", "sweep"], [])


async def test_a_sweep_that_is_cut_off_is_done_at_once_by_another_replica(replicas, store, clock):
    clock.passes(minutes=1)
    await expire(store, clock)
    sweep = asyncio.create_task(replicas[0].looks())

    @event.listens_for(store.database.engine.sync_engine, "before_cursor_execute")
    def stops(_connection, _cursor, statement, *_):
        if statement.startswith("DELETE FROM audit"):
            sweep.cancel()

    await asyncio.gather(sweep, return_exceptions=True)
    before = await left(store)
    await replicas[1].looks()

    assert (sweep.cancelled(), before, await left(store)) == (True, ["k"], [])


async def test_memory_forgets_what_the_store_has_forgotten_in_every_replica(replicas, store, clock):
    old = clock() - KEEP - DAY
    history = [("review", "program_design", old), ("program_design", "review", old + timedelta(hours=1))]
    await store.observations.add(Observation("onb_89", "phase", *change, "poll") for change in history)
    for replica in replicas:
        await replica.portfolio.snapshot(timedelta(0))
    await store.claims.mark(SWEPT, now=clock() - DAY)
    clock.passes(minutes=1)

    for replica in replicas:
        await replica.looks()

    for replica in replicas:
        assert len(replica.portfolio._memory._observations["onb_89"]) == 1
        assert replica.portfolio.known("89").history.phase_since == old + timedelta(hours=1)


def test_every_table_says_how_long_it_is_kept():
    assert sorted(name for name, _, _ in KEPT) == sorted(metadata.tables)


def test_the_readme_says_what_is_kept_how_long():
    block = README.split("<!-- kept -->\n")[1].split("\n\n")[0]
    rows = [tuple(cell.strip() for cell in re.split(r"\|", line)[1:-1]) for line in block.splitlines()[2:]]

    assert rows == [(f"`{name}`", holds, how_long) for name, holds, how_long in KEPT]
