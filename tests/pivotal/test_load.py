"""Many tasks on one key, long walks: people overtake, nobody meets a 429, memory stays flat."""

import asyncio
import gc
import threading
import tracemalloc
from datetime import timedelta

import httpx
import pytest

from bot.pivotal import AsyncPivotalApi, PivotalApi, TimedOut, Timeout
from bot.sandbox.pivotal import LocalPivotal

KEY = "pivotal_K8s9SecretSecretSecret"


class Stage:
    """A clock that stands still until told to go on; a task that sleeps says so."""

    def __init__(self, now):
        self.now, self._sleepers, self.asleep = now, [], asyncio.Event()

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + timedelta(seconds=seconds), future))
        self.asleep.set()
        await future

    def goes_on(self):
        self.now = min(due for due, _ in self._sleepers)
        for due, future in self._sleepers:
            if due <= self.now:
                future.set_result(None)
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self.now]
        self.asleep.clear()


async def until_asleep(stage, task):
    """Wait until the task sleeps (True) or has ended (False)."""
    asleep = asyncio.ensure_future(stage.asleep.wait())
    await asyncio.wait({asleep, task}, return_when=asyncio.FIRST_COMPLETED)
    asleep.cancel()
    return not task.done()


async def test_seven_people_overtake_a_long_walk_and_nobody_meets_a_429(time):
    stage = Stage(time.now)
    async with LocalPivotal(clock=stage) as pivotal:
        pivotal.rate_limit = 30
        pivotal.has_many(5000)
        async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, clock=stage, sleep=stage.sleep) as api:

            async def walked():
                return [len(page.data) async for page in api.in_background().onboardings.rows().pages()]

            walk = asyncio.create_task(walked())
            presses, waits = 0, 0
            while await until_asleep(stage, walk):
                began = stage.now
                await asyncio.gather(*[api.onboardings.get(number) for number in range(1, 8)])
                presses, waits = presses + 7, waits + (stage.now > began)
                stage.goes_on()

            assert walk.result() == [100] * 50
            assert presses >= 14
            assert waits == 0
            assert {request.status for request in pivotal.requests} == {200}
            assert (stage.now - time.now) <= timedelta(minutes=4)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1000, 10_000])
async def test_a_walk_costs_one_request_for_each_hundred_rows(count):
    async with LocalPivotal() as pivotal:
        pivotal.rate_limit = 1000
        pivotal.has_many(count)
        async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url) as api:
            walked = {row.id async for row in api.onboardings.rows()}

        assert len(walked) == count
        assert len(pivotal.requests) == max(1, -(-count // 100))


def endless(total):
    """Answers pages of a hundred until so many rows are served."""

    def answer(request):
        start = int(request.url.params.get("cursor", 0))
        rows = ",".join(
            f'{{"id":"onboarding_{number:09d}","display_id":{number},"customer_id":"customer_{number % 50}",'
            f'"phase":"review","state":"active","notes":"{"x" * 200}"}}'
            for number in range(start, start + 100)
        )
        more = "true" if start + 100 < total else "false"
        return httpx.Response(200, text=f'{{"data":[{rows}],"has_more":{more},"next_cursor":"{start + 100}"}}')

    return httpx.MockTransport(answer)


def test_a_walk_of_ten_thousand_rows_takes_no_more_memory_than_one_of_two_thousand():
    def peak(total):
        with PivotalApi(KEY, http_client=endless(total)) as api:
            gc.freeze()
            tracemalloc.start()
            count = 0
            for page in api.onboardings.rows().pages():
                count += len(page.data)
                gc.collect()  # httpx's responses hold on to themselves
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            gc.unfreeze()
        assert count == total
        return most

    peak(200)
    short, long = peak(2_000), peak(10_000)

    assert long <= short * 1.1


async def test_before_the_first_answer_only_two_background_requests_are_under_way():
    under_way, most, go_on, arrived = 0, 0, asyncio.Event(), asyncio.Semaphore(0)

    async def answer(request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        arrived.release()
        await go_on.wait()
        under_way -= 1
        return httpx.Response(200, json={"object": "me"})

    async with AsyncPivotalApi(KEY, http_client=httpx.MockTransport(answer)) as api:
        quiet = api.in_background()
        walks = [asyncio.create_task(quiet.me()) for _ in range(10)]
        await arrived.acquire()
        await arrived.acquire()
        person = asyncio.create_task(api.me())
        await arrived.acquire()
        go_on.set()
        await asyncio.gather(person, *walks)

    assert most == 3


async def test_a_task_that_is_cancelled_gives_its_place_back():
    limits = {"x-ratelimit-limit": "4", "x-ratelimit-remaining": "2", "x-ratelimit-reset": "9999999999"}
    arrived, hangs = asyncio.Semaphore(0), [False]

    async def answer(request):
        if hangs[0]:
            arrived.release()
            await asyncio.Event().wait()
        return httpx.Response(200, json={"object": "me"}, headers=limits)

    async with AsyncPivotalApi(KEY, http_client=httpx.MockTransport(answer)) as api:
        for _ in range(3):
            hangs[0] = False
            assert (await api.me()).object == "me"
            hangs[0] = True
            task = asyncio.create_task(api.me())
            await arrived.acquire()
            task.cancel()
            await asyncio.wait({task})
            assert task.cancelled()


async def test_no_awaited_call_outlives_its_total_time_even_while_it_waits_for_others():
    began = asyncio.Event()

    async def never(request):
        began.set()
        await asyncio.Event().wait()

    timeout = Timeout(total=1, background=1)
    async with AsyncPivotalApi(KEY, http_client=httpx.MockTransport(never), timeout=timeout) as api:
        quiet = api.in_background()
        results = await asyncio.gather(*[quiet.me() for _ in range(5)], return_exceptions=True)

    assert [type(result) for result in results] == [TimedOut] * 5
    assert sorted(result.attempts for result in results) == [0, 0, 0, 1, 1]


def test_threads_share_a_blocking_client_and_its_budget():
    go_on, arrived, lock = threading.Event(), threading.Semaphore(0), threading.Lock()
    under_way, most = [0], [0]

    def answer(request):
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        arrived.release()
        assert go_on.wait(10)
        with lock:
            under_way[0] -= 1
        return httpx.Response(200, json={"object": "me"})

    with PivotalApi(KEY, http_client=httpx.MockTransport(answer)) as api:
        quiet, names = api.in_background(), []
        threads = [threading.Thread(target=lambda: names.append(quiet.me().object)) for _ in range(6)]
        for thread in threads:
            thread.start()
        assert arrived.acquire(timeout=10)
        assert arrived.acquire(timeout=10)
        go_on.set()
        for thread in threads:
            thread.join(10)

    assert names == ["me"] * 6
    assert most[0] == 2
