"""`onboarding-bot serve`, one process through it all, while Slack, Pivotal and its database fail one after another."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import BEN
from tests.faults.serve.stage import Scene, locked, staged
from tests.processes import running, until, wired

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_NAMED = "Slack could not tell me who is who, so nothing was done."
AWAY = "My memory is not answering at the moment. This is not your fault."
UNCHANGED = "Nothing was changed."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(home) -> AsyncIterator[Scene]:
    """The bot, connected to Slack."""
    database = f"sqlite:///{home / 'bot.db'}"
    async with (
        staged(database) as stage,
        running("serve", cwd=home, **wired(stage.slack, stage.pivotal, database)) as process,
    ):
        await process.says("connected to Slack")
        await process.says("walked")
        yield Scene(stage, process)
        assert await process.stopped() == 0
    assert "Traceback" not in process.err


async def test_serve_while_slack_is_slow(slack, pivotal, gate, log, colleague):
    gate.shuts()
    slack.slows("users.info", seconds=1)
    slack.slows("response_url", seconds=1)

    typed = await colleague.types(f"pause #{colleague.number} customer asked")
    await until(lambda: gate.waits)
    unwritten = pivotal.state_of(colleague.number)
    gate.opens()
    await until(colleague.messages)

    assert typed.ok
    assert unwritten == "active"
    assert pivotal.state_of(colleague.number) == "paused"
    assert (len(pivotal.patches(colleague.number)), await colleague.outcomes()) == (1, ["done"])
    assert log.of("failed") == []


@pytest.mark.parametrize(("trouble", "why"), [(429, "ratelimited"), (503, "503")])
async def test_serve_while_slack_answers_429_or_503(slack, pivotal, log, colleague, trouble, why):
    def fails(method: str) -> None:
        if trouble == 429:
            slack.fails(method, error="ratelimited", retry_after=1)
        else:
            slack.breaks(method)

    fails("users.info")
    refused = await colleague.asks("whoami")
    logged = await log.why("refused")
    await colleague.asks(f"#{colleague.number}")
    fails("views.open")
    assert (await colleague.clicks("Update…")).ok
    await until(lambda: "Slack did not open the form." in colleague.messages()[-1].replace("\n", " "))
    fails("response_url")
    assert (await colleague.clicks()).ok
    await until(lambda: any("You advanced Review → Program buildout" in one for one in colleague.messages()))

    assert NOT_NAMED in refused
    assert why in logged
    assert why in await log.why("answer is sent again")
    assert pivotal.transitions(colleague.number) == ["program_buildout"]
    assert await colleague.outcomes() == ["failed", "done"]
    assert log.of("failed") == []


async def test_serve_whose_socket_is_closed(slack, pivotal, gate, log, colleague):
    gate.shuts()
    slack.slows("apps.connections.open", seconds=1)

    await slack.hangs_up()
    await until(lambda: gate.waits)
    unheard = await colleague.types(f"pause #{colleague.number} customer asked")
    gate.opens()
    await slack.connected()

    assert (unheard.ok, unheard.error) == (False, "dispatch_failed")
    assert (pivotal.patches(colleague.number), await colleague.outcomes()) == ([], [])
    assert colleague.customer in await colleague.asks(f"#{colleague.number}")
    assert len(log.of("socket to Slack was closed")) == 1
    assert len(log.of("socket to Slack is open")) == 1


async def test_serve_that_is_asked_for_a_new_socket(slack, log, colleague):
    await slack.disconnects()
    await slack.connected()

    assert colleague.customer in await colleague.asks(f"#{colleague.number}")
    assert await log.why("Slack asks for a new socket") == "refresh_requested"
    assert len(log.of("socket to Slack is open")) == 1
    assert slack.connections == 1


async def test_serve_while_pivotal_is_slow(pivotal, gate, log, colleague):
    await colleague.asks(f"#{colleague.number}")
    await colleague.asks(f"#{colleague.number}", by=BEN)
    gate.shuts()
    pivotal.fails(Fault.slow(60), method="PATCH")

    pressed = await colleague.clicks()
    await until(lambda: pivotal.patches(colleague.number))
    begun = await colleague.outcomes()
    meanwhile = await colleague.presses(by=BEN)
    await until(lambda: any("You advanced" in one for one in colleague.messages()))

    assert pressed.ok
    assert begun == ["begun"]
    assert f"Colleague {colleague.number} is changing this onboarding at this moment." in meanwhile
    assert len(pivotal.patches(colleague.number)) == 1
    assert pivotal.transitions(colleague.number) == ["program_buildout"]
    assert await colleague.outcomes() == ["done"]
    assert log.of("failed") == []


async def test_serve_while_pivotal_answers_500(pivotal, log, colleague):
    await colleague.asks(f"#{colleague.number}")
    pivotal.fails(Fault.error_500, method="PATCH")

    told = await colleague.presses()
    unwritten = pivotal.transitions(colleague.number)

    assert "Pivotal did not answer, and the change was not made." in told
    assert UNCHANGED in told
    assert "InternalError" in await log.why("refused")
    assert unwritten == []
    assert "You advanced" in await colleague.presses()
    assert await colleague.outcomes() == ["failed", "done"]


async def test_serve_while_pivotal_refuses_its_key(pivotal, log, colleague):
    await colleague.asks(f"#{colleague.number}")
    pivotal.fails(Fault.revoked_key, times=100)

    told = await colleague.presses()
    card = await colleague.asks(f"#{colleague.number}")
    pivotal.works_again()

    assert "Pivotal does not accept the bot’s key. This is not your fault." in told
    assert "An admin of this bot must check its key. Nothing was changed." in told
    assert "AuthenticationFailed" in await log.why("refused")
    assert "Pivotal does not accept the bot’s key, as of" in card
    assert "401" in await log.why("shown as last known")
    assert pivotal.patches(colleague.number) == []
    assert "You advanced" in await colleague.presses()
    assert await colleague.outcomes() == ["failed", "done"]


async def test_serve_while_pivotal_answers_wrong_json(pivotal, log, colleague):
    await colleague.asks(f"#{colleague.number}")
    pivotal.fails(Fault.broken_body, method="GET", times=100)

    told = await colleague.presses()
    pivotal.works_again()

    assert "Pivotal gave an answer that I do not understand." in told
    assert "UnexpectedResponse" in await log.why("refused")
    assert pivotal.patches(colleague.number) == []
    assert "You advanced" in await colleague.presses()
    assert await colleague.outcomes() == ["failed", "done"]


async def test_serve_while_its_database_is_locked(home, pivotal, log, colleague):
    await colleague.asks(f"#{colleague.number}")
    async with locked(home / "bot.db"):
        pressed = asyncio.create_task(colleague.presses())
        logged = await log.why("failed")
    told = await pressed

    assert AWAY in told
    assert logged == "MemoryAway: The database does not answer: database is locked"
    assert (pivotal.patches(colleague.number), await colleague.outcomes()) == ([], ["failed"])
    assert "You advanced" in await colleague.presses()
    assert await colleague.outcomes() == ["failed", "done"]
