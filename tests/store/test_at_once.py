"""Replicas that write the same rows at the same time: they wait for each other, and none waits in a circle."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from bot.domain.errors import MemoryAway
from bot.domain.records import AuditEntry, Event, Person
from bot.store import Store
from bot.store.tables import inbox, people

NOW = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)
ROUNDS, MANY = 3, 1_000


@pytest.fixture
async def other(url: str, store: Store):
    """A second replica on the same database."""
    other = await Store.open(url, clock=store.clock)
    yield other
    await other.close()


async def keep(store, ids):
    await store.inbox.add([Event(one, "onboarding.updated", f"onboarding:{one}", NOW, NOW) for one in ids])


async def take_in(store, ids):
    entry = AuditEntry(NOW, "", "Command line", "people import", "link", None, "", "", "", "done", "")
    await store.people.take_in([(Person(one, "U0ANA0001"), entry) for one in ids], tell=lambda done: None)


@pytest.mark.parametrize(("write", "table", "many"), [(keep, inbox, MANY), (take_in, people, MANY // 10)])
async def test_the_same_rows_come_in_from_two_sides_in_opposite_order(store, other, write, table, many):
    for turn in range(ROUNDS):
        ids = [f"{turn}-{number}" for number in range(many)]
        await asyncio.gather(write(store, ids), write(other, ids[::-1]))

    async with store.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(table)) == ROUNDS * many


async def test_who_is_put_back_for_another_is_told_that_the_database_is_away(postgres):
    """Two at once, each of whom waits for a row of the other: PostgreSQL lets one of them go on."""
    store = await Store.open(postgres(), clock=lambda: NOW)
    await store.people.link(Person("first"), Person("second"))
    both_have_one = asyncio.Barrier(2)

    async def writes(*ids):
        async with store.database.writing() as connection:
            await connection.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            for one in ids:
                await connection.execute(people.update().where(people.c.pivotal_id == one).values(name=ids[0]))
                if one == ids[0]:
                    await both_have_one.wait()

    ends = await asyncio.gather(writes("first", "second"), writes("second", "first"), return_exceptions=True)

    assert [type(end) for end in ends if end] == [MemoryAway]
    names = {person.name for person in (await store.people.directory()).people.values()}
    assert names == {"second" if ends[0] else "first"}
    await store.close()
