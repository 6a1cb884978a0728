"""From SQLite to PostgreSQL everything arrives, and the bot goes on there; or nothing is left behind."""

import asyncio
import json
import re
import signal
from contextlib import closing
from datetime import date, time, timedelta
from hashlib import sha256
from sqlite3 import connect

import pytest
from sqlalchemy import inspect, select, text

from bot.domain.errors import UserError
from bot.domain.records import (
    AuditEntry,
    Card,
    Event,
    Follow,
    Observation,
    Person,
    Said,
    SaidRow,
    Snooze,
    Subscription,
)
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.store import Store
from bot.store.database import Database
from bot.store.moving import Step, move
from bot.store.schema import LOCK
from bot.store.tables import metadata
from bot.store.upgrading import upgrade
from bot.views.text import spellings
from tests.processes import running
from tests.terminals import HIDES, SHOWS, terminal

MANY = 2_500
"""Observations: more than are copied at once."""
ODD = "Ünï “cödé” 🎉 \u202eabc\n=1+1 'quoted' \\ back"


@pytest.fixture
def old_url(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"


@pytest.fixture
def new_url(postgres):
    return postgres()


@pytest.fixture
def temporary(tmp_path):
    """A temporary folder in which there is nothing yet."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
async def old(old_url, now):
    """A memory with something in every table, odd and missing values too."""
    store = await Store.open(old_url, clock=lambda: now)
    precise = now + timedelta(microseconds=123_456)
    await store.people.link(
        Person("user_1", "U0ANA0001", ODD), Person("USER_1"), Person("user_10", email="a@b.example")
    )
    entry = AuditEntry(precise, "U1", ODD, "button", "advance", None, "", "", "", "done", "R")
    for _ in range(3):
        await store.audit.add(entry)
    await store.subscriptions.add(Subscription("s1", "T1", "D1", "at-risk", "mon-fri", time(8, 30), "UTC", "U1", now))
    claim = await store.deliveries.claim("s1", "2026-09-07", channel="D1", now=precise)
    assert claim
    said = Said({"o1": SaidRow(ODD, "review", "active", None, date(2026, 9, 1), ("overdue",))}, "rules")
    message = {"text": ODD, "blocks": [{"type": "divider"}]}
    await store.deliveries.posted(claim, ts="1.1", said=said, message=message)
    await store.deliveries.claim("s1", "2026-09-08", channel="D1", now=now)
    await store.claims.first_time("view:V1", now=now, keep=None)
    await store.claims.first_time("Event:ä", now=now, keep=timedelta(days=1))
    await store.cards.add(Card("o1", "C1", "1.1", now, "Ana"))
    await store.posts.add("C1", "1.1", at=precise)
    await store.snoozes.put(Snooze("C1", "o1", ODD, date(2026, 9, 10), "why", "U1", "Ana", now, "a|b"))
    await store.follows.add(Follow("U1", "o1", ODD, now, "UTC"))
    await store.inbox.add([Event("e1", "onboarding.updated", "onboarding:89", precise, now)])
    onboarding = {"id": "o1", "display_id": 2**40, "customer_id": "c1", "phase": "review", "state": "active"}
    customer = CustomerRow.model_validate({"id": "c1", "display_id": 1, "name": ODD})
    row = OnboardingRow.model_validate(onboarding | {"target_launch_date": "2026-09-16T00:00:00.000Z"})
    gone = OnboardingRow.model_validate(onboarding | {"id": "o2"})
    await store.snapshot.refresh([row, gone], [customer], begun=0, as_of=precise, source="poll")
    await store.snapshot.remove("o2", now=precise)
    await store.erasure.forget("U0GONE001", spelled=spellings)
    seen = [Observation("o1", "phase", None, f"phase {number}", now, "poll") for number in range(MANY)]
    await store.observations.add(seen)
    yield store
    await store.close()


async def contents(url):
    database = Database.at(url)
    async with database.reading() as connection:
        found = {}
        for table in metadata.sorted_tables:
            rows = await connection.execute(select(table))
            found[table.name] = sorted(
                (dict(row) for row in rows.mappings()), key=lambda row: json.dumps(row, default=str)
            )
    await database.close()
    return found


async def tables(url):
    database = Database.at(url)
    async with database.reading() as connection:
        found = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await database.close()
    return found


async def moved(old_url, new_url, tell=lambda step: None):
    source, target = Database.at(old_url), Database.at(new_url)
    try:
        return await move(source, target, tell=tell)
    finally:
        await source.close()
        await target.close()


async def test_everything_arrives(old, old_url, new_url):
    before = await contents(old_url)

    count = await moved(old_url, new_url)

    assert min(map(len, before.values())) > 0
    assert await contents(new_url) == before
    assert count == sum(map(len, before.values()))


async def test_the_bot_goes_on_there(old, old_url, new_url, now):
    await moved(old_url, new_url)

    store = await Store.open(new_url, clock=lambda: now)

    await store.audit.add(AuditEntry(now, "U1", "Ana", "button", "flag", "o1", "", "", "", "done", "NEXT"))
    await store.observations.add([Observation("o1", "state", None, "paused", now, "poll")])
    assert [entry.reference for entry in await store.audit.list()] == ["NEXT", "R", "R", "R"]
    assert (await store.observations.after(MANY))[0] == MANY + 1
    assert not await store.deliveries.claim("s1", "2026-09-07", channel="D1", now=now)
    await store.close()


async def test_each_table_is_told_of_twice(old, old_url, new_url):
    steps = list[Step]()

    await moved(old_url, new_url, steps.append)

    through = [(step.table, step.checked) for step in steps if step.done]
    assert through == [(name, checked) for checked in (False, True) for name in sorted(metadata.tables)]
    assert [step.rows for step in steps if step.table == "observations" and not step.checked] == [1000, 2000, MANY]


async def test_a_target_that_is_not_empty_is_left_alone(old, old_url, new_url, now):
    there = await Store.open(new_url, clock=lambda: now)
    await there.people.link(Person("user_7", name="precious"))

    with pytest.raises(UserError, match="not empty: it has the table alembic_version"):
        await moved(old_url, new_url)

    assert list((await there.people.directory()).people) == ["user_7"]
    await there.close()


@pytest.mark.parametrize("checked", [False, True])
async def test_stopped_half_way_the_target_is_as_empty_as_it_was(old, old_url, new_url, checked):
    def stop(step):
        if step.table == "observations" and step.checked == checked:
            asyncio.current_task().cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(moved(old_url, new_url, stop))

    assert await tables(new_url) == []


async def test_what_postgresql_cannot_hold_is_said_and_nothing_is_left(old, old_url, new_url):
    long = "".join(sha256(b"%d" % number).hexdigest() for number in range(500))
    await old.people.link(Person(long, name="too long for an index"))

    with pytest.raises(UserError, match=r"The database refuses: .*index row"):
        await moved(old_url, new_url)

    assert await tables(new_url) == []


async def test_a_text_that_an_earlier_version_kept_is_made_storable_on_the_way(old, old_url, new_url, tmp_path):
    await old.people.link(Person("user_8", name="null byte"))
    with closing(connect(tmp_path / "bot.db")) as file:
        file.execute("UPDATE people SET name = 'null' || char(0) || ' byte' WHERE pivotal_id = 'user_8'")
        file.commit()

    await moved(old_url, new_url)

    arrived = {row["pivotal_id"]: row["name"] for row in (await contents(new_url))["people"]}
    assert arrived["user_8"] == "null byte"


async def test_a_value_that_arrives_otherwise_is_noticed(old, old_url, new_url, postgres):
    """A trigger of the target's owner changes what is written to every table made later."""
    target = Database.at(new_url)
    async with target.engine.begin() as connection:
        for statement in TAMPERS:
            await connection.execute(text(statement))
    await target.close()

    with pytest.raises(UserError, match="What arrived in the table people is not what was sent"):
        await moved(old_url, new_url)

    assert await tables(new_url) == []


TAMPERS = (
    """CREATE FUNCTION tamper() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$""",
    """CREATE FUNCTION lie_in_wait() RETURNS event_trigger LANGUAGE plpgsql AS
    $$ BEGIN
    IF to_regclass('people') IS NOT NULL
       AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'tampering') THEN
      CREATE TRIGGER tampering BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION tamper();
    END IF; END $$""",
    "CREATE EVENT TRIGGER lurking ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION lie_in_wait()",
)


async def test_a_file_in_use_by_a_writer_is_not_moved(old, old_url, new_url, tmp_path):
    async with old.database.writing(), running("migrate", "--to", new_url, cwd=tmp_path, DATABASE_URL=old_url) as child:
        code = await child.ends()

    assert (code, "Nothing was moved" in child.err, "locked" in child.err) == (1, True, True), child.err
    assert await tables(new_url) == []


async def test_an_older_file_arrives_brought_up_to_date_and_stays_as_it_is(old_url, new_url, tmp_path, temporary):
    earlier = Database.at(old_url)
    async with earlier.writing() as connection:
        await connection.run_sync(upgrade, to="v2")
        await connection.execute(text(AN_EARLIER_PERSON))
    await earlier.close()
    before = (tmp_path / "bot.db").read_bytes()

    async with running("migrate", "--to", new_url, cwd=tmp_path, DATABASE_URL=old_url, TMPDIR=str(temporary)) as child:
        code = await child.ends()

    assert (code, child.err) == (0, "")
    assert "The old file stays as it is." in child.out
    assert (tmp_path / "bot.db").read_bytes() == before
    assert [*temporary.iterdir()] == []
    assert [row["name"] for row in (await contents(new_url))["people"]] == ["Ana Ruiz"]


AN_EARLIER_PERSON = "INSERT INTO people (pivotal_id, name, learned) VALUES ('user_1', 'Ana Ruiz', 'admin')"


async def test_command_tells_each_table_in_a_line(old, old_url, new_url, tmp_path):
    async with running("migrate", "--to", new_url, cwd=tmp_path, DATABASE_URL=old_url) as child:
        code = await child.ends()

    assert (code, child.err) == (0, "")
    assert f"Copied observations: {MANY} rows\n" in child.out
    assert f"Checked observations: {MANY} rows\n" in child.out
    assert "Now set DATABASE_URL" in child.out
    assert len(await tables(new_url)) == len(metadata.tables) + 1


async def test_on_a_terminal_a_bar_is_shown_in_place_of_the_lines(old, old_url, new_url, tmp_path):
    async with terminal("migrate", "--to", new_url, cwd=tmp_path, DATABASE_URL=old_url) as child:
        code = await child.ends()

    assert code == 0
    assert re.search(r"Checked \w+ ━+ +\d+/\d+ .* left", child.out)
    assert f"observations: {MANY} rows" not in child.out
    assert re.search(r"Moved \d+ rows", child.out)
    assert child.shown.rfind(SHOWS) > child.shown.rfind(HIDES)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
async def test_stopped_it_leaves_nothing_behind(old, old_url, new_url, tmp_path, temporary, stop):
    database = Database.at(new_url)
    async with (
        database.engine.begin() as connection,
        running("migrate", "--to", new_url, cwd=tmp_path, DATABASE_URL=old_url, TMPDIR=str(temporary)) as child,
    ):
        await database.alone(connection, key=LOCK)
        await waiting(new_url)
        child.gets(stop)
        code = await child.ends()
    await database.close()

    assert code == 130
    assert child.err == "Stopped. Nothing was moved, and the new database is as it was.\n"
    assert (await tables(new_url), [*temporary.iterdir()]) == ([], [])


async def waiting(url):
    """Until somebody waits for the lock."""
    database = Database.at(url)
    while True:
        async with database.reading() as connection:
            if await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND NOT granted")):
                break
        await asyncio.sleep(0.02)
    await database.close()


@pytest.mark.parametrize(
    ("source", "target", "code", "told"),
    [
        ("sqlite:///nowhere.db", "postgresql://u:sesame@127.0.0.1:1/x", 2, "names a file that does not exist"),
        ("postgresql://u:sesame@127.0.0.1:1/x", "postgresql://127.0.0.1:1/x", 2, "names PostgreSQL already"),
        ("{old}", "sqlite:///other.db", 2, "--to must start with postgresql://"),
        ("{old}", "mysql://u:sesame@there/x", 2, "--to cannot be used"),
        ("{old}", "postgresql://u:sesame@127.0.0.1:1/x", 1, "Nothing was moved"),
    ],
)
async def test_what_keeps_it_from_moving_is_said_in_a_sentence(source, target, code, told, tmp_path):
    with closing(connect(tmp_path / "bot.db")):
        pass
    url = source.replace("{old}", f"sqlite:///{tmp_path / 'bot.db'}")
    (tmp_path / "bot.db").touch()

    async with running("migrate", "--to", target, cwd=tmp_path, DATABASE_URL=url) as child:
        ended = await child.ends()

    assert (ended, told in child.err) == (code, True), child.err
    assert "Traceback" not in child.err
    assert "sesame" not in child.err + child.out
    assert (tmp_path / "bot.db").read_bytes() == b""
