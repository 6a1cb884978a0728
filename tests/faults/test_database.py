"""The bot's memory locked, full, or out of connections: everybody gets an answer, and nothing is written blindly."""

import asyncio
import sqlite3
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from sqlalchemy import Engine, event, text

from bot.domain.errors import MemoryAway
from bot.listeners.tasks import Tasks
from bot.sandbox.pivotal import Fault, signing
from bot.sandbox.slack.world import BEN, CARA, ONBOARDING
from bot.services.chores import Chore
from bot.store.database import Database
from bot.store.engines import BUSY_TIMEOUT, CONNECTIONS
from tests.processes import until

WHSEC = "whsec_" + "c2VzYW1lLW9wZW4tc2VzYW1lLW9wZW4tc2VzYW1l"
AWAY = "My memory is not answering at the moment. This is not your fault."


@pytest.fixture
def impatient():
    """A tenth of a second is waited for a lock, where it is five seconds else."""

    def at_once(connection):
        connection.exec_driver_sql("PRAGMA busy_timeout = 100")

    event.listen(Engine, "begin", at_once)
    yield
    event.remove(Engine, "begin", at_once)


@pytest.fixture
def database_url(impatient, tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"


@asynccontextmanager
async def locked(tmp_path):
    """Somebody else is in the middle of writing to the file."""
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None, timeout=0)

    def theirs() -> bool:
        with suppress(sqlite3.OperationalError):  # the bot itself is writing at this moment
            other.execute("BEGIN IMMEDIATE")
        return other.in_transaction

    await until(theirs)
    yield
    other.execute("ROLLBACK")
    other.close()


async def test_database_locked(slack, bot, ask, press, pivotal, log, outcomes, tmp_path):
    await ask("aurora")
    async with locked(tmp_path):
        answer = await press()
        asked = [await slack.types("/onboarding #89", by=BEN, channel=ONBOARDING) for _ in range(5)]

    assert AWAY in answer
    assert "Try again in a minute; look first whether it was done." in answer
    assert all(one.ok for one in asked)
    assert [AWAY in one.seen for one in slack.messages(ONBOARDING, BEN)] == [True] * 5
    assert log.why("failed") == "MemoryAway: The database does not answer: database is locked"
    assert log.lines("not kept in the audit")
    assert {line["level"] for line in (*log.lines("failed"), *log.lines("not kept in the audit"))} == {"warning"}
    assert (pivotal.patches(89), await outcomes()) == ([], [])
    assert "You advanced" in await press()
    assert await outcomes() == ["done"]


async def test_database_locked_once_pivotal_has_made_the_change(
    slack, bot, press, ask, pivotal, clock, log, outcomes, tmp_path
):
    await ask("aurora")
    pivotal.fails(Fault.slow(1), method="PATCH")
    pressed = asyncio.create_task(press())
    await until(lambda: pivotal.patches(89))
    async with locked(tmp_path):
        answer = await pressed
    again = await press()
    clock.passes(seconds=61)

    assert AWAY in answer
    assert pivotal.transitions(89) == ["program_buildout"]
    assert "database is locked" in log.why("failed")
    assert await outcomes() == ["begun", "refused"]
    assert "Ana Ruiz is changing this onboarding at this moment." in again
    assert "Advance to Internal QA" in await press()
    assert pivotal.transitions(89) == ["program_buildout"]


@pytest.mark.parametrize("once", ["it is due", "it is being written"])
async def test_a_digest_that_finds_the_database_locked_comes_when_it_is_free(
    slack, bot, ask, clock, pivotal, log, tmp_path, once
):
    await ask("subscribe at-risk daily 09:00", by=CARA)
    clock.passes(minutes=30)
    if once == "it is being written":
        pivotal.fails(Fault.slow(1), path="/onboardings")
        running = asyncio.create_task(bot.digests.run_due(clock()))
        await until(bot.store.deliveries.unfinished)
        async with locked(tmp_path):
            await running
    else:
        async with locked(tmp_path):
            await bot.digests.run_due(clock())
    unposted = slack.calls_of("chat.postMessage")
    clock.passes(minutes=5)

    await bot.digests.run_due(clock())

    assert unposted == []
    assert "database is locked" in log.why("digest put off")
    (posted,) = slack.calls_of("chat.postMessage")
    assert posted.args["text"].startswith("At-risk onboardings")
    (row,) = await bot.store.deliveries.recent((await bot.services.subscriptions.all())[0].id)
    assert row.status == "done"


async def test_a_writer_whose_turn_does_not_come_is_told_so_and_the_next_one_is_served(tmp_path):
    there = Database(Database.at(f"sqlite:///{tmp_path / 'bot.db'}").engine, queue=0.1)
    async with there.writing():
        with pytest.raises(MemoryAway, match="The database is busy"):
            async with there.writing():
                pass

    async with there.writing() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await there.close()


async def test_a_lock_is_waited_for_5_s_and_together_with_those_before_20_s_at_the_most(tmp_path):
    there = Database.at(f"sqlite:///{tmp_path / 'bot.db'}")
    async with there.writing() as connection:
        await connection.exec_driver_sql("CREATE TABLE kept (what BLOB)")

    async with locked(tmp_path):
        began = time.monotonic()
        with pytest.raises(MemoryAway, match="database is locked"):
            async with there.writing():
                pass
        waited = time.monotonic() - began
    await there.close()

    assert waited >= BUSY_TIMEOUT
    assert (BUSY_TIMEOUT, BUSY_TIMEOUT + there.queue) == (5, 20)


async def test_a_full_file_is_told_as_such_and_what_fits_is_still_written(tmp_path):
    there = Database.at(f"sqlite:///{tmp_path / 'bot.db'}")
    async with there.writing() as connection:
        await connection.exec_driver_sql("CREATE TABLE kept (what BLOB)")
        await connection.exec_driver_sql("PRAGMA max_page_count = 4")

    with pytest.raises(MemoryAway, match="database or disk is full"):
        async with there.writing() as connection:
            await connection.exec_driver_sql("INSERT INTO kept VALUES (zeroblob(100000))")

    async with there.writing() as connection:
        await connection.exec_driver_sql("INSERT INTO kept VALUES ('little')")
        assert await connection.scalar(text("SELECT count(*) FROM kept")) == 1
    await there.close()


async def test_a_chore_that_finds_no_memory_is_put_off_with_one_line_and_goes_on_when_it_is_back(log):
    wake, went = asyncio.Event(), asyncio.Event()

    async def work():
        if not log.lines("chore put off"):
            wake.set()
            raise MemoryAway("The database does not answer: connection refused")
        went.set()
        return 60.0

    async with Chore("sweep", work, wake=wake):
        await asyncio.wait_for(went.wait(), 30)

    assert log.lines("chore put off") == [
        {
            "chore": "sweep",
            "why": "MemoryAway: The database does not answer: connection refused",
            "event": "chore put off",
            "level": "warning",
        }
    ]


async def test_work_that_nobody_waits_for_says_in_one_line_that_there_was_no_memory(log):
    async def work():
        raise MemoryAway("The database does not answer: connection refused")

    tasks = Tasks()
    tasks.spawn(work())
    await tasks.settled()

    assert log.why("background work cut short") == "MemoryAway: The database does not answer: connection refused"
    assert log.lines("background work failed") == []


class TestWebhooks:
    """What Pivotal tells is answered only once it is written down."""

    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"pivotal_webhook_secret": SecretStr(WHSEC)})

    async def test_a_webhook_that_cannot_be_written_down_is_asked_for_again(self, bot, clock, log, tmp_path):
        record = b'{"object":{"id":"o","display_id":89}}'
        told = b'{"id":"evt_1","type":"onboarding.phase_changed","livemode":true,"data":' + record + b"}"

        async def delivered():
            headers = signing.headers(told, secrets=[WHSEC], message_id="m", timestamp=int(clock().timestamp()))
            async with ClientSession() as session, session.post(bot.webhooks, data=told, headers=headers) as answer:
                return answer.status, answer.headers.get("Retry-After")

        async with locked(tmp_path):
            refused = await delivered()
        taken = await delivered()

        assert (refused, taken) == ((503, "60"), (204, None))
        assert log.why("webhook not kept").startswith("OperationalError: ")
        assert "database is locked" in log.why("webhook not kept")


class TestPostgreSQL:
    """Fifteen connections are all there are."""

    @pytest.fixture
    def database_url(self, postgres):
        return postgres()

    async def test_connection_pool_exhausted(self, bot, ask, press, pivotal, log, outcomes):
        await ask("aurora")
        async with AsyncExitStack() as stack:
            for _ in range(CONNECTIONS):
                await stack.enter_async_context(bot.store.database.reading())
            answer = await ask("#89")

        assert AWAY in answer
        assert "QueuePool limit of size 15 overflow 0 reached" in log.why("failed")
        assert await outcomes() == []
        assert "You advanced" in await press()
        assert pivotal.transitions(89) == ["program_buildout"]
