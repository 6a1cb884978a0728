"""The bot as a process that meets a full disk, and SIGKILL."""

import asyncio
import os
import random
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from bot.domain.records import Person
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import Fault, LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, ONBOARDING
from bot.store import Store
from tests.processes import Process, running, until, wired

AWAY = "My memory is not answering at the moment. This is not your fault."
ADVANCE = "Advance to Program buildout"
ROUNDS = [pytest.param(20, marks=pytest.mark.soak)] if os.environ.get("SOAK") else [2]
FIRST = 89


@pytest.fixture
async def pivotal() -> AsyncIterator[LocalPivotal]:
    async with LocalPivotal() as local:
        for number in range(FIRST, FIRST + 20):
            local.has_onboarding(number, customer=f"Customer {number}", phase="review", csm_id="user_csm_001")
        yield local


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest()) as local:
        yield local


@pytest.fixture
def database(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'bot.db'}"


@pytest.fixture
async def store(database) -> AsyncIterator[Store]:
    """What is remembered, as the test looks at it. Ana is linked to user_csm_001."""
    store = await Store.open(database, clock=lambda: datetime.now(UTC))
    await store.people.link(Person("user_csm_001", slack_id=ANA, name="Ana Ruiz"))
    yield store
    await store.close()


@pytest.fixture
def start(slack, pivotal, database, store, tmp_path):
    """`async with start() as child`: the bot runs, connected to Slack."""

    @asynccontextmanager
    async def starts():
        async with running("serve", cwd=tmp_path, **wired(slack, pivotal, database)) as child:
            await child.says("connected to Slack")
            yield child

    return starts


@pytest.fixture
def ask(slack):
    async def asks(text: str) -> str:
        before = len(slack.messages(ONBOARDING, ANA))
        assert (await slack.types(f"/onboarding {text}", by=ANA, channel=ONBOARDING)).ok
        await until(lambda: len(slack.messages(ONBOARDING, ANA)) > before)
        return str(slack.seen(ANA, ONBOARDING))

    return asks


async def press(slack) -> str:
    """Ana presses Advance on the card she sees; gives what she reads then."""
    before = [one.seen for one in slack.messages(ONBOARDING, ANA)]
    assert (await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)).ok
    await until(lambda: [one.seen for one in slack.messages(ONBOARDING, ANA)] != before)
    after = [one.seen for one in slack.messages(ONBOARDING, ANA)]
    return str(next(one for one in reversed(after) if one not in before))


@asynccontextmanager
async def full_disk(child: Process):
    """Not one byte more can the process write to a file."""
    before = resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    yield
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, before)


async def outcomes(store: Store) -> list[str]:
    return [entry.outcome for entry in reversed(await store.audit.list())]


async def test_disk_full(start, slack, pivotal, store, ask):
    async with start() as child:
        card = await ask("#89")
        async with full_disk(child):
            answer = await press(slack)
            log = child.err
        kept = await outcomes(store)
        again = await ask("#89")
        done = await press(slack)

        assert "Customer 89" in card
        assert AWAY in answer
        assert "failed" in log
        assert "MemoryAway: The database does not answer: disk I/O error" in log
        assert kept == []
        assert "Customer 89" in again
        assert "You advanced" in done
        assert pivotal.transitions(89) == ["program_buildout"]
        assert await outcomes(store) == ["done"]
        assert await child.stopped() == 0
    assert "socket to Slack was closed" not in child.err


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_sigkill_at_random_points(start, slack, pivotal, store, ask, tmp_path, rounds):
    chance = random.Random(rounds)
    numbers = range(FIRST, FIRST + rounds)
    for number in numbers:
        async with start() as child:
            await ask(f"#{number}")
            pressed = asyncio.create_task(slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING))
            await asyncio.sleep(chance.uniform(0, 0.1))
            await child.killed()
            pressed.cancel()
            await asyncio.gather(pressed, return_exceptions=True)

    async with start() as child:
        seen = {number: await ask(f"#{number}") for number in numbers}
        assert await child.stopped() == 0
    kept = {entry.title: entry.outcome for entry in await store.audit.list()}
    for number, card in seen.items():
        moved = pivotal.transitions(number)
        assert moved in ([], ["program_buildout"])
        assert ("Program buildout" if moved else "Review") in card
        assert kept.get(f"Customer {number}") in (("begun", "done") if moved else (None, "begun"))
    assert sqlite3.connect(tmp_path / "bot.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert "Traceback" not in child.err


async def test_sigkill_during_a_change_locks_the_onboarding_for_whoever_comes_next(start, slack, pivotal, store, ask):
    pivotal.fails(Fault.slow(5), method="PATCH")
    async with start() as child:
        await ask("#89")
        assert (await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)).ok
        await until(lambda: pivotal.patches(89))
        await child.killed()

    async with start() as child:
        told = await ask("pause #89 customer asked")
        assert await child.stopped() == 0

    assert "Ana Ruiz is changing this onboarding at this moment." in told
    assert await outcomes(store) == ["begun", "refused"]
    assert pivotal.transitions(89) == ["program_buildout"]
