"""A backup is whole though others write, private, and the bot goes on from it."""

import asyncio
import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands import backup
from bot.commands.backup import NotCopied, copy
from bot.domain.records import Person
from bot.store import Store

NOW = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
README = (Path(__file__).parents[2] / "README.md").read_text()


def unheard(done, total):
    """Tell nobody how far it is."""


def interrupted(done, total):
    """Ctrl-C in the middle of it."""
    raise KeyboardInterrupt


async def opened(path):
    return await Store.open(f"sqlite+aiosqlite:///{path}", clock=lambda: NOW)


async def names(path):
    store = await opened(path)
    found = {person.name for person in (await store.people.directory()).people.values()}
    await store.close()
    return found


@pytest.fixture
async def store(tmp_path):
    """A bot's memory in use, with Ana in it, still in the write-ahead log."""
    store = await opened(tmp_path / "bot.db")
    await store.people.link(Person("user_1", "U0ANA0001", "Ana Ruiz"))
    yield store
    await store.close()


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`run("copy.db")` in a folder of its own, with the memory in `bot.db`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///bot.db")
    return lambda name: CliRunner().invoke(app, ["backup", name])


async def test_copy_has_what_was_written_a_moment_ago(store, tmp_path):
    told = list[tuple[int, int]]()

    copy(tmp_path / "bot.db", tmp_path / "copy.db", tell=lambda *far: told.append(far))

    assert told[-1][0] == told[-1][1] > 0
    assert await names(tmp_path / "copy.db") == {"Ana Ruiz"}


async def test_copy_is_private_and_stands_alone(store, tmp_path):
    copy(tmp_path / "bot.db", tmp_path / "copy.db", tell=unheard)

    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]


async def test_copy_made_while_another_process_writes_is_of_one_moment(store, tmp_path):
    """Each transaction adds a pair; a copy with half of one would be of two moments."""
    program = f"""
import asyncio, datetime
from bot.domain.records import Person
from bot.store import Store
async def main():
    store = await Store.open("sqlite:///{tmp_path / "bot.db"}", clock=lambda: datetime.datetime.now(datetime.UTC))
    for number in range(100_000):
        await store.people.link(Person(f"a{{number}}", name="x" * 500), Person(f"b{{number}}", name="x" * 500))
        if number == 20:
            print("busy", flush=True)
asyncio.run(main())
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:  # noqa: ASYNC220 - it is another's
        try:
            await asyncio.to_thread(writer.stdout.readline)
            for number in range(5):
                await asyncio.to_thread(copy, tmp_path / "bot.db", tmp_path / f"copy{number}.db", tell=unheard)
            assert writer.poll() is None
        finally:
            writer.kill()

    for number in range(5):
        with closing(sqlite3.connect(tmp_path / f"copy{number}.db")) as copied:
            pairs = "SELECT count(*) FROM people WHERE pivotal_id LIKE ?"
            halves = [copied.execute(pairs, (half,)).fetchone()[0] for half in ("a%", "b%")]
        assert halves[0] == halves[1] > 0


async def test_a_file_there_is_stays_as_it_is(store, tmp_path):
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(NotCopied, match="exists already"):
        copy(tmp_path / "bot.db", tmp_path / "copy.db", tell=unheard)

    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_damaged_database_leaves_no_copy(tmp_path):
    (tmp_path / "bot.db").write_bytes(b"not a database at all, but long enough to be read as one" * 100)

    with pytest.raises(NotCopied, match="not a database"):
        copy(tmp_path / "bot.db", tmp_path / "copy.db", tell=unheard)

    assert [path.name for path in tmp_path.iterdir()] == ["bot.db"]


async def test_ctrl_c_leaves_no_copy_and_no_part_of_one(store, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        copy(tmp_path / "bot.db", tmp_path / "copy.db", tell=interrupted)

    assert list(tmp_path.glob("copy*")) == []
    assert await names(tmp_path / "bot.db") == {"Ana Ruiz"}


def test_command_says_what_it_made(run, tmp_path):
    asyncio.run(opened_and_closed(tmp_path / "bot.db"))

    result = run("copy.db")

    assert result.exit_code == 0
    assert result.output.startswith("copy.db is a backup of the bot’s memory, 0.")


async def opened_and_closed(path):
    await (await opened(path)).close()


@pytest.mark.parametrize(("name", "told"), [("copy.db", "has the bot run"), ("no/copy.db", "has the bot run")])
def test_without_a_memory_there_is_nothing_to_copy(run, name, told):
    result = run(name)

    assert result.exit_code == backup.FAILED
    assert told in result.output


def test_a_folder_that_is_not_there_is_said_in_words(run, tmp_path):
    asyncio.run(opened_and_closed(tmp_path / "bot.db"))

    result = run("nowhere/copy.db")

    assert result.exit_code == backup.FAILED
    assert "nowhere/copy.db.part cannot be made: No such file or directory." in result.output


def test_postgresql_is_said_to_have_its_own_tool(run, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:sesame@db.example.com/bot")

    result = run("copy.dump")

    assert result.exit_code == backup.FAILED
    assert "pg_dump --format=custom --file=copy.dump" in result.output
    assert "into an empty database:\n  pg_restore --exit-on-error --no-owner --dbname=… copy.dump\n" in result.output
    assert "sesame" not in result.output


async def test_the_readmes_commands_bring_the_memory_back(run, store, tmp_path):
    (fence,) = re.findall(r"<!-- restore -->\n```sh\n(.*?)```", README, flags=re.DOTALL)
    assert run("bot-backup.db").exit_code == 0
    await store.people.link(Person("user_2", "U0BEN0001", "Ben Okafor"))
    later = await names(tmp_path / "bot.db")
    await store.close()
    usual = tmp_path / ".local" / "state" / "onboarding-bot"
    usual.parent.mkdir(parents=True)
    usual.symlink_to(tmp_path)

    home = os.environ | {"HOME": str(tmp_path)}
    await asyncio.to_thread(subprocess.run, ["bash", "-euc", fence], cwd=tmp_path, env=home, check=True)

    assert later == {"Ana Ruiz", "Ben Okafor"}
    assert await names(tmp_path / "bot.db") == {"Ana Ruiz"}
    assert stat.S_IMODE((tmp_path / "bot.db").stat().st_mode) == 0o600
