import asyncio
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import StatementError

from bot.domain.errors import MemoryAway
from bot.store import Store
from bot.store.database import Database
from bot.store.tables import claims, people


async def read_then_write(database: Database) -> None:
    """Append one letter to what is stored, giving everybody else a chance in between."""
    async with database.writing() as connection:
        query = select(people.c.name).where(people.c.pivotal_id == "counter").with_for_update()
        before = await connection.scalar(query)
        await asyncio.sleep(0)
        await connection.execute(update(people).where(people.c.pivotal_id == "counter").values(name=f"{before}x"))


async def test_ten_concurrent_read_then_write_transactions_lose_nothing(store: Store) -> None:
    async with store.database.writing() as connection:
        await connection.execute(insert(people).values(pivotal_id="counter", name="", learned="admin"))

    await asyncio.gather(*(read_then_write(store.database) for _ in range(10)))

    assert (await store.people.directory()).people["counter"].name == "x" * 10


async def test_ten_engines_on_one_database_lose_nothing(store: Store, url: str) -> None:
    async with store.database.writing() as connection:
        await connection.execute(insert(people).values(pivotal_id="counter", name="", learned="admin"))
    others = [Database.at(url) for _ in range(10)]

    await asyncio.gather(*(read_then_write(database) for database in others))

    assert (await store.people.directory()).people["counter"].name == "x" * 10
    await asyncio.gather(*(database.close() for database in others))


async def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    count = text("SELECT count(*) FROM people")
    async with store.database.reading() as reader:
        before = await reader.scalar(count)
        async with store.database.writing() as writer:
            await writer.execute(insert(people).values(pivotal_id="new", learned="admin"))

        after = await reader.scalar(count)

    assert (before, after) == (0, 0)


async def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    async def stop_half_way() -> None:
        async with store.database.writing() as connection:
            await connection.execute(insert(people).values(pivotal_id="half", learned="admin"))
            raise RuntimeError("the process had enough")

    with pytest.raises(RuntimeError):
        await stop_half_way()

    assert (await store.people.directory()).people == {}


async def test_instants_come_back_aware_and_in_utc(store: Store) -> None:
    berlin = datetime(2026, 9, 7, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    async with store.database.writing() as connection:
        await connection.execute(insert(claims).values(key="k", holder="h", token="t", since=berlin))

    async with store.database.reading() as connection:
        found = await connection.scalar(select(claims.c.since))

    assert found == berlin
    assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)


async def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        async with store.database.writing() as connection:
            await connection.execute(
                insert(claims).values(key="k", holder="h", token="t", since=datetime(2026, 9, 7, 9, 0))  # noqa: DTZ001 naive is the point
            )


async def test_ping_says_whether_the_database_answers(store: Store, tmp_path: Path) -> None:
    broken = Database.at(f"sqlite:///{tmp_path / 'other.db'}")
    (tmp_path / "other.db").write_bytes(b"not a database at all, but long enough to be read as one" * 100)

    answers = [await store.ping(), await Store(broken, clock=store.clock).ping()]

    assert answers == [True, False]
    await broken.close()


async def test_closing_waits_for_the_transaction_under_way(store: Store, url: str) -> None:
    database, begun, may_end, ends = Database.at(url), asyncio.Event(), asyncio.Event(), []

    async def writes() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(people).values(pivotal_id="late", learned="admin"))
            begun.set()
            await may_end.wait()
        ends.append("written")

    async def closes() -> None:
        await database.close()
        ends.append("closed")

    writing = asyncio.create_task(writes())
    await begun.wait()
    closing = asyncio.create_task(closes())
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.gather(writing, closing)

    assert ends == ["written", "closed"]
    assert "late" in (await store.people.directory()).people


async def test_after_closing_no_connection_is_opened(store: Store, url: str) -> None:
    database = Database.at(url)
    await database.close()

    with pytest.raises(MemoryAway, match="closed"):
        async with database.reading():
            pass

    assert database.engine.pool.checkedin() == 0


async def test_the_sqlite_file_and_its_folder_are_private(tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "state" / "onboarding-bot" / "bot.db"

    store = await Store.open(f"sqlite:///{file}", clock=lambda: now)

    files = [file, *(file.with_name(f"bot.db-{one}") for one in ("wal", "shm"))]
    assert [oct(stat.S_IMODE(path.stat().st_mode)) for path in (file.parent, *files)] == ["0o700", *["0o600"] * 3]
    assert sorted(file.parent.iterdir()) == files[:1] + sorted(files[1:])
    await store.close()


async def test_a_file_that_others_could_read_is_made_private_with_its_companions(tmp_path: Path, now: datetime) -> None:
    file, link = tmp_path / "bot.db", tmp_path / "link.db"
    link.symlink_to(file)
    files = [file, *(file.with_name(f"bot.db-{one}") for one in ("wal", "shm"))]
    with closing(sqlite3.connect(file)) as another:
        another.execute("PRAGMA journal_mode = WAL")
        another.execute("CREATE TABLE other (id INTEGER)")
        for path in files:
            path.chmod(0o644)

        store = await Store.open(f"sqlite:///{link}", clock=lambda: now)

        assert [oct(stat.S_IMODE(path.stat().st_mode)) for path in files] == ["0o600"] * 3
        await store.close()


async def test_sqlite_runs_with_write_ahead_log_foreign_keys_and_patience(tmp_path: Path, now: datetime) -> None:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", clock=lambda: now)

    async with store.database.reading() as connection:
        found = [
            await connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]

    assert found == ["wal", 1, 5000]
    await store.close()


@pytest.mark.parametrize("url", ["mysql://host/bot", "sqlite://", "sqlite:///:memory:", "sqlite:///file:a.db"])
async def test_a_database_the_bot_cannot_use_is_refused_in_words(url: str, now: datetime) -> None:
    with pytest.raises(ValueError, match="SQLite"):
        await Store.open(url, clock=lambda: now)


def test_processes_that_start_together_on_a_new_database_all_come_up(url: str) -> None:
    program = f"""
import asyncio, datetime
from bot.store import Store
async def main():
    store = await Store.open({url!r}, clock=lambda: datetime.datetime.now(datetime.UTC))
    for number in range(10):
        await store.claims.first_time(f"k{{number}}", now=store.clock(), keep=None)
    await store.close()
asyncio.run(main())
"""

    running = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) for _ in range(4)]

    assert [(process.communicate()[1], process.returncode) for process in running] == [("", 0)] * 4
