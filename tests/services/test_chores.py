"""Work done over and over: how it ends when the bot is asked to stop."""

import asyncio

from bot.services.chores import Chore, leave


class Work:
    """A round that takes until it is let go; counts those that began, ended and were cut off."""

    def __init__(self):
        self.began = self.ended = self.cut_off = 0
        self.wake, self.begins, self.goes, self.ends = (asyncio.Event() for _ in range(4))

    async def __call__(self):
        self.began += 1
        self.begins.set()
        try:
            await self.goes.wait()
        except asyncio.CancelledError:
            self.cut_off += 1
            raise
        self.ended += 1
        self.ends.set()
        return 0.0


async def test_a_round_under_way_ends_before_its_chore_does_and_no_other_begins():
    work = Work()
    async with Chore("sweep", work, wake=work.wake):
        await work.begins.wait()
        asyncio.get_running_loop().call_later(0.05, work.goes.set)

    assert (work.began, work.ended, work.cut_off) == (1, 1, 0)


async def test_a_round_that_does_not_end_in_time_is_cut_off():
    work = Work()
    async with Chore("sweep", work, wake=work.wake, within=0.01):
        await work.begins.wait()

    assert (work.began, work.ended, work.cut_off) == (1, 0, 1)


async def test_a_stop_that_is_cut_short_waits_for_no_round():
    work = Work()
    chore = Chore("sweep", work, wake=work.wake)
    await chore.__aenter__()
    await work.begins.wait()

    await chore.__aexit__(asyncio.CancelledError, None, None)

    assert work.cut_off == 1


async def test_several_that_end_together_have_the_same_time_and_not_one_after_the_other():
    first, second = Work(), Work()
    chores = [await Chore("sweep", work, wake=work.wake).__aenter__() for work in (first, second)]
    await first.begins.wait()
    await second.begins.wait()
    leaving = asyncio.create_task(leave(chores, None, None, None))

    second.goes.set()
    await second.ends.wait()
    first.goes.set()
    await leaving

    assert (first.ended, second.ended, second.began) == (1, 1, 1)
