"""Three replicas on one PostgreSQL look after the same posted cards: for one change each card is drawn once."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from bot.app import running
from bot.domain.records import Person
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, CS_LEADS, LAUNCHES, ONBOARDING
from tests.processes import until

pytestmark = pytest.mark.parametrize("mode", ["socket"])

PLACES = (ONBOARDING, LAUNCHES, CS_LEADS)


class Gate:
    """Where Slack lets wait what it is slow with, until it is opened."""

    def __init__(self) -> None:
        self.waiting = 0
        self._opened = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self.waiting += 1
        await self._opened.wait()

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def database_url(postgres):
    return postgres()


@pytest.fixture
async def slack(clock, pivotal, installed, gate):
    async with LocalSlack(installed, clock=clock, pivotal_origin=pivotal.origin, sleep=gate) as local:
        yield local


@pytest.fixture
async def start(settings, clock):
    """`await start(2)`: so many replicas more."""
    async with AsyncExitStack() as stack:

        async def begins(count):
            return await asyncio.gather(
                *(stack.enter_async_context(running(settings, clock=clock)) for _ in range(count))
            )

        yield begins


@pytest.fixture
def drawn(slack):
    """`drawn()`: how often each posted card was changed, by its channel."""
    return lambda: Counter(call.args["channel"] for call in slack.calls_of("chat.update") if call.ok)


async def share(slack, bot):
    for channel in PLACES:
        await slack.types("/onboarding share #89", by=ANA, channel=channel)
        await bot.settled()


async def settled(bots):
    for bot in bots:
        await bot.settled()


async def test_what_three_replicas_find_behind_at_once_one_of_them_draws(
    slack, settings, clock, pivotal, gate, start, drawn
):
    async with running(settings, clock=clock) as first:
        await share(slack, first)
        slack.fails("chat.update", error="ratelimited", retry_after=3600, times=len(PLACES))
        pivotal.edit(89, phase="internal_qa")
        await first.services.onboardings.read("89")
        await first.settled()
    before = drawn()
    slack.slows("chat.update", seconds=1)

    replicas = await start(3)
    await until(lambda: gate.waiting and sum(drawn().values()) >= len(PLACES) - 1)
    gate.open()
    await until(lambda: len(drawn()) == len(PLACES))
    await settled(replicas)

    assert before == {}
    assert drawn() == dict.fromkeys(PLACES, 1)


async def test_a_change_that_slack_is_slow_to_show_is_drawn_once_though_others_look_meanwhile(
    slack, gate, start, drawn
):
    (first,) = await start(1)
    await first.store.people.link(Person("user_csm_001", slack_id=ANA, name="Ana Ruiz"))
    await share(slack, first)
    await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)
    await first.settled()
    slack.slows("chat.update", seconds=1)

    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)
    await until(lambda: gate.waiting)
    others = await start(2)
    await until(lambda: sum(drawn().values()) >= len(PLACES) - 1)
    gate.open()
    await until(lambda: len(drawn()) == len(PLACES))
    await settled([first, *others])

    assert drawn() == dict.fromkeys(PLACES, 1)
