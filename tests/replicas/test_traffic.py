"""Replicas killed every few seconds, in traffic of every kind: nothing is posted or written twice, and nothing lost.

Two minutes of it in all; `make soak` runs each for `SOAK_MINUTES`. Both show their figures when all tests have ended.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator

import pytest

from tests.replicas.reckoning import Reckoning
from tests.replicas.traffic import Traffic

MINUTES = float(os.environ.get("SOAK_MINUTES", "30"))
SHORT = 60.0
"""Seconds of a run that does not wait for what killed replicas had claimed: that takes up to twenty minutes."""
RUNS = [
    pytest.param("socket", 3, SHORT, id="three in Socket Mode"),
    pytest.param("http", 2, SHORT, id="two over HTTP"),
    pytest.param("socket", 3, MINUTES * 60, id="three in Socket Mode, long", marks=pytest.mark.soak),
    pytest.param("http", 2, MINUTES * 60, id="two over HTTP, long", marks=pytest.mark.soak),
]
SELDOM = 15
"""Seconds from one end of a replica to the next on average in a long run, at the most: without them it is no test."""
FEW = 2
"""Ends of replicas in a short run at the least, which has the machine not to itself."""
POSTED = 0.75
"""Share of the digests that are posted at the least, of those sent: to ask about all of them would be safe, too."""


@contextlib.asynccontextmanager
async def disturbed(fleet, chance: random.Random) -> AsyncIterator[None]:
    """Meanwhile, a replica is killed or stopped every few seconds, as soon as another is there to take its place."""
    over = asyncio.Event()

    async def disturb() -> None:
        while not over.is_set():
            await asyncio.gather(fleet.start(), asyncio.sleep(chance.uniform(1, 3)))
            await fleet.end(chance.choice(fleet.replicas))

    task = asyncio.create_task(disturb())
    try:
        yield
    finally:
        over.set()
        await task


@pytest.mark.parametrize(("mode", "replicas", "seconds"), RUNS)
async def test_nothing_twice_and_nothing_lost(mode, replicas, seconds, fleet, slack, pivotal, store, figures):
    chance = random.Random(7)
    traffic = Traffic(slack, pivotal, store, chance, seconds)
    await traffic.begins(digests=int(seconds / 2))
    await fleet.start(replicas)

    async with disturbed(fleet, chance):
        await traffic.flows(workers=3)
        ended = fleet.ended
    await fleet.start()  # a new one looks at once for digests that were put off, the others after minutes
    await traffic.settles()
    found, long = Reckoning(traffic), seconds > SHORT
    if long:
        await found.comes_to_rest()
    digests, drawn, (read, events) = await found.digests(), found.refreshes(), found.readings()
    again = {card: times for card, times in drawn.items() if times > 1}
    told = {
        "replicas killed": fleet.killed,
        "replicas stopped": fleet.stopped,
        **traffic.counted,
        "onboardings moved": len(traffic.pressed),
        "cards shared": len(found.cards()),
        "refreshes of them": drawn.total(),
        "refreshes made again": drawn.total() - len(drawn),
        "subscriptions confirmed": len(traffic.confirmed),
        "events": len(pivotal.webhooks.events),
        "readings for the events from elsewhere": read,
        **{f"digests {name}": count for name, count in digests.items()},
    }
    lines = ", ".join(f"{count} {name}" for name, count in told.items())
    figures(f"{mode}, {replicas} replicas, {seconds:.0f} s: {lines}")

    assert found.double_posts() == []
    assert found.double_writes() == []
    assert await found.untold_moves() == []
    assert await found.untold_shares() == []
    assert await found.untold_subscriptions() == []
    assert await found.lost_subscriptions() == []
    assert await found.lost_events() == []
    assert read <= events + fleet.ended  # one that was killed had read, and not noted that yet
    assert await found.remembered_otherwise() == []
    assert await found.observed_otherwise() == []
    assert drawn.total() - len(drawn) <= fleet.ended, again  # likewise: drawn, and not noted
    assert digests["odd"] == 0, digests
    assert digests["posted once"] >= POSTED * (len(traffic.due) - digests["not sent yet"]) > 0, digests
    if long:
        assert digests.keys() <= {"posted once", "to be asked about", "odd"}, digests
        assert await found.late_cards() == []
    assert ended >= (seconds / SELDOM if long else FEW)
    assert len(traffic.pressed) >= seconds / 60
    assert not fleet.tracebacks, fleet.tracebacks[0]
