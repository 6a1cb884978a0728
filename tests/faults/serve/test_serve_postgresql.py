"""Two replicas as processes on one PostgreSQL, in HTTP mode; the other's clock is the test's to set."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.sandbox.slack.world import BEN
from bot.store.engines import CONNECTIONS
from tests.faults.serve.stage import AHEAD_OF_A_LEASE, NOON, Scene, staged
from tests.processes import running, until, wired
from tests.replicas.fleet import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

AWAY = "My memory is not answering at the moment. This is not your fault."


class Slacks:
    """Slack's clock, which Slack signs its requests by."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="module")
def slacks() -> Slacks:
    return Slacks()


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """Of the one, and of the other."""
    return free_port(), free_port()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(postgres, home, offset, slacks, ports) -> AsyncIterator[Scene]:
    """Both of them, listening."""
    database = postgres()
    one, other = (str(port) for port in ports)
    async with staged(database, clock=slacks) as stage:
        settings = wired(stage.slack, stage.pivotal, database) | {"BOT_TIMEZONE": NOON, "SLACK_APP_TOKEN": ""}
        settings["SLACK_SIGNING_SECRET"] = stage.slack.signing_secret
        clocked = {"module": "tests.faults.serve.clocked", **settings}
        async with (
            running("serve", cwd=home, PORT=one, **settings) as process,
            running(str(offset.file), cwd=home, PORT=other, **clocked) as beside,
        ):
            await process.says("listening on")
            await beside.says("is up")
            yield Scene(stage, process)
            assert [await each.stopped() for each in (process, beside)] == [0, 0]
    assert "Traceback" not in process.err + beside.err


@pytest.fixture
def reaches(scene, ports):
    """`reaches(1)`: from now on Slack calls the other one."""

    def calls(which: int) -> None:
        scene.stage.slack.request_url = f"http://127.0.0.1:{ports[which]}/slack/events"

    return calls


@pytest.fixture
def slack(slack, reaches):
    """It calls the one."""
    reaches(0)
    return slack


async def test_serve_whose_connections_are_all_taken(scene, pivotal, log, colleague):
    await colleague.asks(f"#{colleague.number}")
    async with scene.stage.store.database.reading() as connection:
        await connection.execute(text("LOCK TABLE people IN ACCESS EXCLUSIVE MODE"))
        asked = await asyncio.gather(*(colleague.types(f"advance #{colleague.number}") for _ in range(CONNECTIONS + 5)))
        logged = await log.why("failed")
    await until(lambda: len(colleague.messages()) == 1 + CONNECTIONS + 5)

    answers = colleague.messages()[1:]
    assert all(one.ok for one in asked)
    assert any(AWAY in one for one in answers)
    assert all(AWAY in one or f"Move {colleague.customer}" in one for one in answers)
    assert "QueuePool limit of size 15 overflow 0 reached" in logged
    assert (pivotal.patches(colleague.number), set(await colleague.outcomes())) == ([], {"failed"})
    assert "Move" in await colleague.asks(f"advance #{colleague.number}")


async def test_serve_whose_clock_is_not_slacks(slacks, pivotal, log, colleague):
    slacks.ahead = timedelta(minutes=6)
    refused = await colleague.types(f"pause #{colleague.number} customer asked")
    slacks.ahead = timedelta()

    assert (refused.ok, refused.error) == (False, "dispatch_failed")
    assert (await log.why("request refused")).endswith("s from ours: is the clock right?")
    assert (pivotal.patches(colleague.number), await colleague.outcomes()) == ([], [])
    assert colleague.customer in await colleague.asks(f"#{colleague.number}")


async def test_serve_beside_a_replica_whose_clock_is_ahead_during_a_change(
    reaches, pivotal, gate, clock, colleague, at_work
):
    await at_work()

    clock.is_now(seconds=AHEAD_OF_A_LEASE)
    reaches(1)
    meanwhile = await colleague.presses(by=BEN)
    gate.opens()
    await until(lambda: any("You advanced" in one for one in colleague.messages()))

    assert "is changing this onboarding at this moment." in meanwhile
    assert len(pivotal.patches(colleague.number)) == 1
    assert await colleague.outcomes() == ["done"]


async def test_serve_beside_a_replica_whose_clock_is_a_year_ahead(scene, clock, colleague):
    store = scene.stage.store
    await colleague.asks(f"#{colleague.number}")
    await colleague.presses()

    clock.is_now(days=401)
    swept = f"swept:{(datetime.now(UTC) + timedelta(days=401)).date()}"
    await until(lambda: store.claims.seen(swept, now=datetime.now(UTC)))

    assert await colleague.outcomes() == ["done"]
    clock.is_now()
    assert "Advance to Internal QA" in await colleague.asks(f"#{colleague.number}")
