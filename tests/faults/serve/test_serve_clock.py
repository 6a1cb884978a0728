"""The bot as a process of its own whose clock jumps; what it forgets and asks anew by the clock is looked at too."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import BEN
from tests.faults.serve.stage import AHEAD_OF_A_LEASE, NOON, Scene, staged
from tests.processes import running, until, wired

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOUBTED = "nothing is swept: the clock is far beyond the last sweep"
LAST_KNOWN = [
    pytest.param(Fault.error_500, "Pivotal is not answering", "InternalError", id="500"),
    pytest.param(Fault.revoked_key, "Pivotal does not accept the bot’s key", "AuthenticationFailed", id="key revoked"),
    pytest.param(Fault.broken_body, "Pivotal is not answering", "UnexpectedResponse", id="wrong JSON"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(home, offset) -> AsyncIterator[Scene]:
    """The bot, connected to Slack, with a clock to set."""
    database = f"sqlite:///{home / 'bot.db'}"
    async with staged(database) as stage:
        settings = wired(stage.slack, stage.pivotal, database) | {"BOT_TIMEZONE": NOON}
        async with running(str(offset.file), cwd=home, module="tests.faults.serve.clocked", **settings) as process:
            await process.says("is up")
            await process.says("walked")
            yield Scene(stage, process)
            assert await process.stopped() == 0
    assert "Traceback" not in process.err


async def test_serve_while_pivotal_answers_429(pivotal, clock, log, colleague):
    await colleague.asks(f"#{colleague.number}")
    pivotal.fails(Fault.rate_limited(40), method="PATCH")
    told = await colleague.presses()
    asked = len(pivotal.requests)
    too_soon = await colleague.presses()
    unasked = len(pivotal.requests) == asked

    clock.is_now(seconds=41)

    assert "Pivotal is busy, try again in 40 s." in told
    assert "Nothing was changed." in told
    assert "RateLimited" in await log.why("refused")
    assert "Pivotal is busy, try again in" in too_soon
    assert unasked
    assert "You advanced" in await colleague.presses()
    assert await colleague.outcomes() == ["failed", "failed", "done"]
    assert pivotal.transitions(colleague.number) == ["program_buildout"]


@pytest.mark.parametrize(("fault", "told", "error"), LAST_KNOWN)
async def test_serve_shows_lists_as_last_known_while_pivotal_is_away(
    pivotal, clock, log, colleague, fault, told, error
):
    clock.is_now(minutes=-10)
    await colleague.asks("mine")
    pivotal.fails(fault, times=100)
    clock.is_now()

    listed = await colleague.asks("mine")
    pivotal.works_again()

    assert told in listed
    assert colleague.customer in listed
    assert (await log.line("walk failed"))["error"] == error
    assert told not in await colleague.asks("mine")


async def test_serve_whose_clock_jumps_ahead_during_a_change(pivotal, gate, clock, colleague, at_work):
    await at_work()

    clock.is_now(seconds=AHEAD_OF_A_LEASE)
    meanwhile = await colleague.presses(by=BEN)
    gate.opens()
    await until(lambda: any("You advanced" in one for one in colleague.messages()))

    assert "is changing this onboarding at this moment." in meanwhile
    assert len(pivotal.patches(colleague.number)) == 1
    assert await colleague.outcomes() == ["done"]


async def test_serve_whose_clock_jumps_a_year_ahead(clock, log, colleague):
    await colleague.asks(f"#{colleague.number}")
    await colleague.presses()

    clock.is_now(days=401)
    await until(lambda: log.of(DOUBTED))
    kept = await colleague.outcomes()
    card = await colleague.asks(f"#{colleague.number}")
    clock.is_now()

    assert kept == ["done"]
    assert log.of(DOUBTED)[0]["remedy"].startswith("set the clock right")
    assert "Advance to Internal QA" in card
    assert "Advance to Internal QA" in await colleague.asks(f"#{colleague.number}")


async def test_serve_whose_clock_jumps_back(pivotal, clock, log, colleague):
    clock.is_now(hours=3)
    await colleague.asks("list")

    clock.is_now()
    pivotal.has_onboarding(990 + colleague.number, customer="Birch Ltd", phase="review")
    listed = await colleague.asks("list")
    again = await colleague.asks("list")

    assert "Birch Ltd" in listed
    assert "Birch Ltd" in again
    assert len(log.of("walked")) == 2
