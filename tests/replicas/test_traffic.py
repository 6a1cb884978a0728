"""Replicas killed every few seconds, in traffic of every kind: nothing is posted or written twice, and nothing lost.

Two minutes of it in all; `make soak` runs each for `SOAK_MINUTES`. Both print their figures.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator

import pytest

from tests.replicas.traffic import Traffic

MINUTES = float(os.environ.get("SOAK_MINUTES", "30"))
SHORT = 60.0
"""Seconds of a run that does not wait for what killed replicas had claimed and not sent: that takes some minutes."""
RUNS = [
    pytest.param("socket", 3, SHORT, id="three in Socket Mode"),
    pytest.param("http", 2, SHORT, id="two over HTTP"),
    pytest.param("socket", 3, MINUTES * 60, id="three in Socket Mode, long", marks=pytest.mark.soak),
    pytest.param("http", 2, MINUTES * 60, id="two over HTTP, long", marks=pytest.mark.soak),
]


SELDOM = 30
"""Seconds between two kills on average, at the most: a run in which nothing was killed shows nothing."""


@contextlib.asynccontextmanager
async def disturbed(fleet, chance: random.Random) -> AsyncIterator[None]:
    """Meanwhile, a replica is killed or stopped every few seconds, and another takes its place."""

    async def disturb() -> None:
        while True:
            await asyncio.sleep(chance.uniform(1, 3))
            await fleet.replace(chance.choice(fleet.replicas))

    task = asyncio.create_task(disturb())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(("mode", "replicas", "seconds"), RUNS)
async def test_nothing_twice_and_nothing_lost(mode, replicas, seconds, fleet, slack, pivotal, store, capsys):
    chance = random.Random(7)
    traffic = Traffic(slack, pivotal, store, chance, seconds)
    await traffic.begins(digests=int(seconds / 2))
    await fleet.start(replicas)

    async with disturbed(fleet, chance):
        await traffic.flows(workers=3)
    await fleet.start()
    await traffic.settles()
    if seconds > SHORT:
        await traffic.is_taken_over()
    digests = await traffic.digests()
    told = {
        "replicas killed": fleet.killed,
        "replicas stopped": fleet.stopped,
        **traffic.counted,
        "onboardings moved": len(traffic.pressed),
        "subscriptions confirmed": len(traffic.confirmed),
        "events": len({one.event_id for one in pivotal.webhooks.deliveries}),
        **{f"digests {name}": count for name, count in digests.items()},
    }
    with capsys.disabled():
        print(f"\n{mode}, {replicas} replicas, {seconds:.0f} s: {told}")  # noqa: T201 - the figures are what it is for

    assert traffic.double_posts() == []
    assert await traffic.double_writes() == []
    assert await traffic.lost_audit() == []
    assert await traffic.lost_subscriptions() == []
    assert await traffic.lost_events() == []
    assert digests["odd"] == 0, digests
    assert seconds <= SHORT or not digests["not sent yet"], digests
    assert fleet.killed >= seconds / SELDOM
    assert len(traffic.pressed) >= seconds / 60
    assert not fleet.tracebacks, fleet.tracebacks[0]
