"""Bursts of changes: however many come, the work is done for the newest, and seldom."""

import asyncio

import pytest

from bot.listeners.bursts import AT_ONCE, Bursts
from bot.listeners.tasks import Tasks
from bot.sandbox.slack.world import ANA, LAUNCHES
from bot.services.changes import Changed


class Work:
    """Work that waits to be let go on."""

    def __init__(self):
        self.begun = []
        self.may_end = asyncio.Event()

    async def __call__(self, newest):
        self.begun.append(newest)
        await self.may_end.wait()


@pytest.fixture
def tasks():
    return Tasks()


@pytest.fixture
def work():
    return Work()


async def test_what_comes_at_once_is_worked_on_once_as_it_is_now(tasks, work):
    bursts = Bursts(tasks, work)
    work.may_end.set()

    for number in range(30):
        bursts.add("onb_089", number)
    await tasks.settled()

    assert work.begun == [29]


async def test_what_comes_while_it_is_worked_on_is_worked_on_exactly_once_more(tasks, work):
    bursts = Bursts(tasks, work)
    bursts.add("onb_089", 0)
    await asyncio.sleep(0)

    for number in range(1, 30):
        bursts.add("onb_089", number)
        await asyncio.sleep(0)
    work.may_end.set()
    await tasks.settled()

    assert work.begun == [0, 29]


async def test_one_thing_does_not_wait_for_another(tasks, work):
    bursts = Bursts(tasks, work)

    for number in range(AT_ONCE):
        bursts.add(f"onb_{number}", number)
    await asyncio.sleep(0)
    together = list(work.begun)
    work.may_end.set()
    await tasks.settled()

    assert together == list(range(AT_ONCE))


async def test_a_flood_of_things_is_worked_on_few_at_a_time(tasks, work):
    bursts = Bursts(tasks, work)

    for number in range(100):
        bursts.add(f"onb_{number}", number)
    await asyncio.sleep(0)
    together = len(work.begun)
    work.may_end.set()
    await tasks.settled()

    assert together == AT_ONCE
    assert len(work.begun) == 100


async def test_nothing_is_remembered_of_what_is_done(tasks, work):
    bursts = Bursts(tasks, work)
    work.may_end.set()

    bursts.add("onb_089", 1)
    during = len(bursts)
    await tasks.settled()

    assert (during, len(bursts)) == (1, 0)


async def test_work_that_failed_is_begun_again_by_the_next_change(tasks):
    begun = []

    async def fails_at_first(newest):
        begun.append(newest)
        if newest == 0:
            raise ValueError(newest)

    bursts = Bursts(tasks, fails_at_first)
    bursts.add("onb_089", 0)
    await tasks.settled()
    bursts.add("onb_089", 1)
    await tasks.settled()

    assert begun == [0, 1]


@pytest.mark.parametrize("mode", ["socket"])
async def test_thirty_changes_in_a_burst_redraw_each_posted_copy_twice_at_the_most(shared, bot, slack, pivotal):
    copies = [await shared(), await shared(LAUNCHES)]
    pivotal.edit(89, phase="internal_qa")
    now = await bot.services.onboardings.read("89")
    before = len(slack.calls_of("chat.update"))

    for _ in range(30):
        bot.services.changes.announce(Changed(now, by=ANA))
        await asyncio.sleep(0)
    await bot.settled()

    looks = [message.seen for copy in copies for message in slack.messages(copy.channel) if message.ts == copy.ts]
    assert len(copies) <= len(slack.calls_of("chat.update")) - before <= 2 * len(copies)
    assert all("Internal QA" in look for look in looks)
