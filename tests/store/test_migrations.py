import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.domain.errors import UserError
from bot.store import Store, Walked
from bot.store.database import Database
from bot.store.schema import LOCK, NEEDED, migrate
from bot.store.tables import metadata
from bot.store.upgrading import configuration, upgrade

SCRIPTS = ScriptDirectory.from_config(configuration())
OLDER = [script.revision for script in SCRIPTS.walk_revisions()]


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, metadata)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database.at(url)
    yield database
    await database.close()


def test_the_newest_migration_makes_the_schema_that_is_said_to_be_needed() -> None:
    newest = SCRIPTS.get_current_head()

    assert newest == NEEDED


async def test_migrating_from_empty_makes_the_schema_the_code_knows(database: Database) -> None:
    await migrate(database)

    async with database.writing() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("revision", OLDER)
async def test_migrating_from_an_older_version_makes_the_schema_the_code_knows(
    database: Database, revision: str
) -> None:
    async with database.writing() as connection:
        await connection.run_sync(upgrade, to=revision)

    await migrate(database)

    async with database.writing() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == SCRIPTS.get_current_head()


async def test_what_an_older_version_stored_is_read_with_what_it_did_so_far(
    database: Database, url: str, now: datetime
) -> None:
    async with database.writing() as connection:
        await connection.run_sync(upgrade, to="v2")
        await connection.execute(
            text(
                "INSERT INTO subscriptions"
                " (id, team_id, channel, kind, days, at, zone, creator, created_at, filters) VALUES"
                " ('S1', 'T1', 'C1', 'at-risk', 'mon', '09:00:00', 'UTC', 'U1', '2026-09-01 07:00:00+00:00', '')"
            )
        )
        await connection.execute(
            text(
                "INSERT INTO deliveries (subscription_id, slot, status, claimed_at, channel) VALUES"
                " ('S1', '2026-09-07', 'done', '2026-09-07 07:00:00+00:00', 'C1')"
            )
        )

    store = await Store.open(url, clock=lambda: now)

    (found,) = await store.subscriptions.all()
    assert (found.mentions, found.quiet, found.holidays, found.on_holiday) == (False, True, "", "move")
    delivery = await store.deliveries.get("S1", "2026-09-07")
    assert delivery is not None
    assert delivery.message is None
    await store.close()


async def test_the_digests_that_stand_in_channels_are_known_by_their_place(
    database: Database, url: str, now: datetime
) -> None:
    async with database.writing() as connection:
        await connection.run_sync(upgrade, to="v8")
        await connection.execute(
            text(
                "INSERT INTO deliveries (subscription_id, slot, status, claimed_at, channel, ts) VALUES"
                " ('S1', '2026-09-07', 'done', '2026-09-07 07:00:00+00:00', 'C1', '1788764400.000100'),"
                " ('S1', '2026-09-08', 'failed', '2026-09-08 07:00:00+00:00', 'C1', NULL),"
                " ('S2', '2026-09-07', 'done', '2026-09-07 07:00:00+00:00', 'D1', '1788764400.000200')"
            )
        )

    store = await Store.open(url, clock=lambda: now)

    assert await store.posts.channels() == {"C1"}
    assert tuple(await store.posts.in_channel("C1", limit=5)) == ("1788764400.000100",)
    await store.close()


async def test_what_was_stored_before_was_met_when_it_was_written_last(
    database: Database, url: str, now: datetime
) -> None:
    async with database.writing() as connection:
        await connection.run_sync(upgrade, to="v4")
        await connection.execute(
            text(
                "INSERT INTO onboardings (id, display_id, customer_id, phase, state, written_at) VALUES"
                " ('onb_1', 89, 'cus_1', 'review', 'active', '2026-09-01 07:00:00+00:00')"
            )
        )

    store = await Store.open(url, clock=lambda: now)

    assert await store.snapshot.met() == {"onb_1": datetime(2026, 9, 1, 7, tzinfo=UTC)}
    await store.close()


async def test_what_was_stored_before_writes_were_numbered_is_older_than_any_walk(
    database: Database, url: str, now: datetime
) -> None:
    async with database.writing() as connection:
        await connection.run_sync(upgrade, to="v10")
        await connection.execute(
            text(
                "INSERT INTO onboardings (id, display_id, customer_id, phase, state, written_at, met_at) VALUES"
                " ('onb_1', 89, 'cus_1', 'review', 'active', '2099-01-01 07:00:00+00:00', '2026-09-01 07:00:00+00:00')"
            )
        )
        await connection.execute(
            text("INSERT INTO snapshot (id, as_of, full_at) VALUES (1, '2026-09-06 07:00:00+00:00', NULL)")
        )

    store = await Store.open(url, clock=lambda: now)

    assert await store.snapshot.walked() == Walked(datetime(2026, 9, 6, 7, tzinfo=UTC))
    ((row,), _, _), begun = await store.snapshot.load(), await store.snapshot.newest()
    changed = row.model_copy(update={"phase": "launch"})
    kept = await store.snapshot.refresh([changed], None, begun=begun, as_of=now, source="poll")
    assert [one.after for one in kept.changes] == ["launch"]
    assert await store.snapshot.after(begun) == (begun + 1, [changed], [])
    await store.close()


async def test_what_was_stored_before_of_a_customer_is_older_than_any_walk(
    database: Database, url: str, now: datetime
) -> None:
    async with database.writing() as connection:
        await connection.run_sync(upgrade, to="v12")
        await connection.execute(text("INSERT INTO snapshot (id, written) VALUES (1, 7)"))
        await connection.execute(text("INSERT INTO customers (id, display_id, name) VALUES ('cus_1', 1, 'Aurora')"))

    store = await Store.open(url, clock=lambda: now)

    begun, (known,) = await store.snapshot.newest(), (await store.snapshot.load())[1].values()
    changed = known.model_copy(update={"slack_channel_id": "C1"})
    assert await store.snapshot.refresh_customers([changed], begun=begun, at=now) == []
    assert await store.snapshot.after(begun) == (begun + 1, [], [changed])
    await store.close()


async def test_opening_again_keeps_what_was_stored(url: str, now: datetime) -> None:
    first = await Store.open(url, clock=lambda: now)
    await first.claims.first_time("view:V1", now=now, keep=None)
    await first.close()

    second = await Store.open(url, clock=lambda: now)

    assert not await second.claims.first_time("view:V1", now=now, keep=None)
    await second.close()


async def test_a_migration_that_fails_leaves_the_database_as_it_was(database: Database) -> None:
    async def stop_half_way() -> None:
        async with database.writing() as connection:
            await connection.run_sync(upgrade)
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        await stop_half_way()

    async with database.reading() as connection:
        names = await connection.run_sync(lambda sync: sync.dialect.get_table_names(sync))
    assert names == []


async def test_a_replica_waits_for_the_migration_of_another_however_long_that_takes(
    postgres: Callable[[], str],
) -> None:
    url = postgres()
    first = Database.at(url)
    second = Database(create_async_engine(first.engine.url, connect_args={"command_timeout": 0.2}))
    async with first.writing() as connection:
        await first.alone(connection, key=LOCK, patient=True)
        waiting = asyncio.create_task(migrate(second))

        _, unfinished = await asyncio.wait({waiting}, timeout=0.5)

    await waiting
    assert unfinished == {waiting}
    await asyncio.gather(first.close(), second.close())


async def test_a_database_of_a_newer_bot_is_refused_in_words(database: Database, url: str, now: datetime) -> None:
    await migrate(database)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'v999'"))

    with pytest.raises(UserError, match="newer version"):
        await Store.open(url, clock=lambda: now)


async def test_opening_writes_nothing_to_the_terminal(
    url: str, now: datetime, capfd: pytest.CaptureFixture[str]
) -> None:
    store = await Store.open(url, clock=lambda: now)

    assert capfd.readouterr() == ("", "")
    await store.close()
