"""Long work says how far it is: a bar on a terminal, plain lines elsewhere; Ctrl-C leaves everything as it was."""

import asyncio
import re
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from sqlite3 import connect

import pytest
from rich.console import Console

from bot.commands import init_digest, memory
from bot.commands.audit import counted
from bot.commands.progress import EVERY, progress, steps
from bot.config import ConfigurationError
from bot.domain.errors import MemoryAway
from bot.domain.records import AuditEntry, Person
from bot.listeners.manifest import manifest
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.pivotal.faults import Fault
from bot.sandbox.slack import LocalSlack
from bot.services.people import People
from bot.store import Store
from bot.store.database import Database
from bot.store.schema import NEEDED
from bot.store.upgrading import upgrade
from tests.processes import running, wired
from tests.terminals import CTRL_C, HIDES, SHOWS, terminal

NOW = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
MANY = 3_000
"""People in a file: linking them takes seconds, so that a key can be pressed meanwhile."""


@pytest.fixture
def seconds():
    """A clock for what is told: `seconds[0]` is the time."""
    return [0.0]


@pytest.fixture
def told(console, seconds):
    """`told((what, done, total, at), …)` gives the lines that are said of it where there is no terminal."""

    def told(*steps):
        with progress(console, clock=lambda: seconds[0]) as tell:
            for what, done, total, at in steps:
                seconds[0] = at
                tell(what, done, total)
        return console.file.getvalue().splitlines()

    return told


@pytest.fixture
async def store(tmp_path):
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", clock=lambda: NOW)
    yield store
    await store.close()


@pytest.fixture
def roster(tmp_path):
    """The name of a file with many people in it."""
    rows = (f"user_{number},U{number:08},Person {number}" for number in range(MANY))
    (tmp_path / "people.csv").write_text("\n".join(("pivotal_id,slack_id,name", *rows)))
    return "people.csv"


@pytest.fixture
async def slow_pivotal():
    """A Pivotal that keeps everybody waiting until the test is over."""
    over = asyncio.Event()

    async def sleep(_seconds):
        await over.wait()

    async with LocalPivotal(sleep=sleep) as local:
        local.fails(Fault.slow(60), times=100)
        yield local
        over.set()


def count(path, table):
    with closing(connect(path)) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_what_is_quick_says_nothing_of_itself(told):
    assert told(("Copying", 0, 10, 0), ("Copying", 10, 10, EVERY - 1)) == []


def test_what_takes_long_says_how_much_is_done_and_how_long_the_rest_takes(told):
    lines = told(("Copying", 0, 4_000, 0), ("Copying", 1_000, 4_000, 10), ("Copying", 1_001, 4_000, 11))

    assert lines == ["Copying: 1,000 of 4,000, about 30 s left"]


def test_of_what_nobody_knows_the_end_only_the_count_is_said(told):
    assert told(("Reading", 0, None, 0), ("Reading", 7, None, 6)) == ["Reading: 7"]


def test_minutes_are_said_as_minutes(told):
    assert told(("Reading", 0, 100, 0), ("Reading", 1, 100, 6)) == ["Reading: 1 of 100, about 10 min left"]


def test_each_thing_that_is_done_is_measured_for_itself(told):
    lines = told(("Copying", 0, 10, 0), ("Copying", 10, 10, 4), ("Checking", 0, 10, 4), ("Checking", 5, 10, 6))

    assert lines == ["Checking: 5 of 10, about 2 s left"]


def test_a_terminal_shows_a_bar_with_count_and_time_left_and_nothing_stays(seconds):
    screen = Console(file=StringIO(), width=120, force_terminal=True, color_system=None)

    with progress(screen, clock=lambda: seconds[0]) as tell:
        for number in range(11):
            seconds[0] += 1
            tell("Copying [pages]", number, 40)
        while_it_runs = screen.file.getvalue()
    afterwards = screen.file.getvalue()

    assert "Copying [pages]" in while_it_runs + afterwards
    assert "10/40" in afterwards
    assert "00:30 left" in afterwards
    assert afterwards.endswith("\x1b[2K")
    assert SHOWS in afterwards


async def test_an_import_is_shown_and_ctrl_c_links_nobody(store, roster, tmp_path):
    async with terminal(
        "people", "import", roster, cwd=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'bot.db'}"
    ) as child:
        await child.shows(rf"Linking .* [1-9]\d*/{MANY} .* left")
        child.types(CTRL_C)
        code = await child.ends()

    assert code == 130
    assert "Stopped. Nobody was linked." in child.out
    assert "Traceback" not in child.out
    assert child.shown.rfind(SHOWS) > child.shown.rfind(HIDES)
    assert (count(tmp_path / "bot.db", "people"), count(tmp_path / "bot.db", "audit")) == (0, 0)


async def test_an_import_that_fails_half_way_leaves_no_link_and_no_line_in_the_audit(store):
    def breaks(done, total):
        if done == 2:
            raise RuntimeError("the power is cut")

    with pytest.raises(RuntimeError, match="the power is cut"):
        await People(store).take_in([Person(f"user_{n}", f"U{n:08}", "Ana") for n in range(3)], tell=breaks)

    assert (await store.people.directory()).people == {}
    assert await store.audit.list() == ()


async def test_an_import_without_a_terminal_has_no_bar(store, roster, tmp_path):
    (tmp_path / "few.csv").write_text("pivotal_id,slack_id,name\nuser_1,U0ANA0001,Ana\n")

    async with running(
        "people", "import", "few.csv", cwd=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'bot.db'}"
    ) as child:
        code = await child.ends()

    assert (code, child.err) == (0, "")
    assert child.out == "Links taken in: 1, of which 1 new or changed.\n"


async def test_a_walk_through_pivotals_lists_is_shown_and_ctrl_c_leaves_nothing_behind(slow_pivotal, tmp_path):
    settings = {"PIVOTAL_API_KEY": slow_pivotal.test_key, "PIVOTAL_BASE_URL": slow_pivotal.url}
    before = set(tmp_path.iterdir())

    async with terminal("digest", "at-risk", cwd=tmp_path, TMPDIR=str(tmp_path), **settings) as child:
        await child.shows("Reading Pivotal’s lists, in pages .* 0/")
        child.types(CTRL_C)
        code = await child.ends()

    assert code == 130
    assert "Stopped. Nothing was changed." in child.out
    assert "Traceback" not in child.out
    assert child.shown.rfind(SHOWS) > child.shown.rfind(HIDES)
    assert set(tmp_path.iterdir()) == before


async def test_a_memory_that_goes_away_meanwhile_is_said_in_words(store, tmp_path):
    with pytest.raises(ConfigurationError, match="memory cannot be used: The disk is full"):
        async with memory.opened(f"sqlite:///{tmp_path / 'bot.db'}", clock=lambda: NOW):
            raise MemoryAway("The disk is full.")


async def test_an_export_says_how_much_of_the_audit_is_read(store):
    entry = AuditEntry(NOW, "U1", "Ana", "button", "advance", None, "", "", "", "done", "R")
    told = []

    async def entries():
        for _ in range(2_500):
            yield entry

    read = [one async for one in counted(entries(), total=2_500, tell=lambda *far: told.append(far))]

    assert len(read) == 2_500
    assert told == [("Reading the audit", done, 2_500) for done in (0, 1_000, 2_000)]


async def before(url, version):
    """Make a memory as an older version left it."""
    database = Database.at(url)
    async with database.writing() as connection:
        await connection.run_sync(upgrade, to=version)
    await database.close()


async def test_serve_says_how_far_it_is_with_a_memory_of_an_older_version(tmp_path):
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    await before(url, "v6")

    async with LocalSlack(manifest()) as slack, LocalPivotal() as pivotal:
        settings = wired(slack, pivotal, url) | {"PORT": "0", "METRICS_ADDRESS": "off"}
        async with running("serve", cwd=tmp_path, **settings) as child:
            await child.says("connected to Slack")
            told = child.out.splitlines()
            assert await child.stopped() == 0

    assert [re.sub(", about .* left", "", line) for line in told[:-1]] == [
        f"Bringing the memory up to date: step {step} of 8 …" for step in range(1, 9)
    ]


@pytest.mark.parametrize("version", [None, NEEDED], ids=["new", "up to date"])
async def test_a_memory_with_nothing_to_do_is_opened_without_a_word(version, tmp_path, console):
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    if version:
        await before(url, version)

    store = await Store.open(url, clock=lambda: NOW, tell=steps(console, "Bringing the memory up to date"))
    await store.close()

    assert console.file.getvalue() == ""


def test_of_steps_it_is_said_which_one_begins_and_how_long_the_rest_takes(console, seconds):
    tell = steps(console, "Bringing", clock=lambda: seconds[0])

    for done in range(4):
        seconds[0] = done * 10
        tell(done, 3)

    assert console.file.getvalue().splitlines() == [
        "Bringing: step 1 of 3 …",
        "Bringing: step 2 of 3, about 20 s left …",
        "Bringing: step 3 of 3, about 10 s left …",
    ]


async def test_the_look_at_the_customers_channels_says_how_many_it_has_read():
    told = []
    async with LocalPivotal() as pivotal:
        pivotal.rate_limit = 10_000
        for number in range(205):
            pivotal.has_customer(f"Customer {number}")
        async with AsyncPivotalApi(pivotal.test_key, base_url=pivotal.url) as api:
            found = [one async for one in init_digest.channels(api.customers.rows(), lambda *far: told.append(far))]

    assert found == []
    assert told == [("Reading Pivotal’s customers", done, None) for done in (100, 200)]
