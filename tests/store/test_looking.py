"""Looking at a database tells what it is and changes nothing, on SQLite and on PostgreSQL."""

import asyncio

import pytest
from sqlalchemy import text

from bot.store import Store
from bot.store.database import Database
from bot.store.looking import Schema, Unread, file, look, named
from bot.store.upgrading import upgrade


@pytest.fixture
async def looked(url):
    """`await looked()`: what the database is found to be."""

    async def looks():
        database = Database.to_read(url)
        try:
            return await look(database)
        finally:
            await database.close()

    return looks


@pytest.fixture
async def database(url):
    database = Database.at(url)
    yield database
    await database.close()


async def test_a_database_without_tables_is_empty(database, looked):
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE another (id INTEGER)"))

    found = await looked()

    assert (found.schema, found.version, found.standby) == (Schema.EMPTY, "", False)


async def test_one_that_this_version_has_made_is_current(store, looked):
    found = await looked()

    assert found.schema is Schema.CURRENT
    assert found.version == found.needed


@pytest.mark.parametrize(("version", "schema"), [("v7", Schema.BEHIND), ("v99", Schema.AHEAD)])
async def test_one_of_another_version_is_seen_to_be_and_stays_so(database, looked, version, schema):
    async with database.writing() as connection:
        await connection.run_sync(upgrade, to="v7")
        await connection.execute(text(f"UPDATE alembic_version SET version_num = '{version}'"))

    first, second = await looked(), await looked()

    assert (first.schema, first.version) == (schema, version)
    assert first == second


async def test_a_bot_at_work_is_not_disturbed(store, url, now):
    database = Database.to_read(url)

    async with store.database.writing() as connection:
        await connection.execute(text("DELETE FROM claims"))
        found = await look(database)

    await database.close()
    assert found.schema is Schema.CURRENT


async def test_what_is_no_database_cannot_be_read(tmp_path):
    (tmp_path / "bot.db").write_text("a letter, and no database" * 100)
    database = Database.to_read(f"sqlite:///{tmp_path / 'bot.db'}")

    with pytest.raises(Unread, match="file is not a database"):
        await look(database)

    await database.close()


async def test_looking_makes_no_file(tmp_path):
    database = Database.to_read(f"sqlite:///{tmp_path / 'none.db'}")

    with pytest.raises(Unread, match="unable to open"):
        await look(database)

    await database.close()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
async def made(tmp_path, now):
    """The address of a database in a file whose name is not plain."""
    url = f"sqlite:///{tmp_path / 'my bot é.db'}"
    await (await Store.open(url, clock=lambda: now)).close()
    return url


async def test_a_file_is_told_with_who_may_read_it(made, tmp_path):
    own = file(made)
    await asyncio.to_thread((tmp_path / "my bot é.db").chmod, 0o640)
    shared = file(made)

    assert (own.there, own.writable, own.private, own.path.name) == (True, True, True, "my bot é.db")
    assert own.size > 0
    assert own.free > 0
    assert not shared.private


def test_a_file_that_is_not_there_yet_is_told_by_its_folder(tmp_path):
    found = file(f"sqlite:///{tmp_path / 'deeper' / 'bot.db'}")

    assert (found.there, found.writable, found.size) == (False, True, 0)
    assert list(tmp_path.iterdir()) == []


def test_no_password_is_part_of_what_a_database_is_called():
    assert named("postgresql://bot:secret@db.example.com/bot") == "PostgreSQL, bot on db.example.com"
    assert file("postgresql://bot:secret@db.example.com/bot") is None
