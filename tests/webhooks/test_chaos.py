"""Copies, another order, replays, an outage, SIGKILL: in the end the bot knows what Pivotal does, and told it once."""

import asyncio
import random
import re
import socket
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.domain import following
from bot.domain.phases import DEFAULT, Phases
from bot.domain.records import Follow
from bot.listeners.manifest import manifest
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import Fault, LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import BEN
from bot.services.portfolio import Portfolio
from bot.store import Store
from tests.processes import until
from tests.webhooks.living import START, Fast, World, process

SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"
SPEED = 600
OUTAGE = 600 / SPEED
RECORDS = range(100, 106)
LABELS = {"Before getting started": 0, "Program design": 1, "Review": 2, "Program buildout": 3, "Internal QA": 4}
LABELS |= {"Launch": 5, "Completed": 6}
SEEDS = [pytest.param(seed, marks=[] if seed < 4 else pytest.mark.soak) for seed in range(100)]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def killed(child) -> None:
    child.kill()
    await asyncio.to_thread(child.join)


async def advance_all(pivotal, chance: random.Random) -> None:
    """Take every record through its phases, in a random order and with breaks."""
    steps = [number for number in RECORDS for _ in DEFAULT[1:]]
    chance.shuffle(steps)
    at = dict.fromkeys(RECORDS, 0)
    for number in steps:
        at[number] += 1
        pivotal.edit(number, phase=DEFAULT[at[number]])
        if chance.random() < 0.3:
            pivotal.webhooks.replay(chance.choice(pivotal.webhooks.events).id)
        await asyncio.sleep(chance.random() * 0.05)


async def disturb(pivotal, chance: random.Random) -> None:
    """Hold deliveries back and let them go in another order; in the middle, Pivotal's API is away for ten minutes."""
    for _ in range(3):
        pivotal.webhooks.hold()
        await asyncio.sleep(chance.random() * 0.2)
        pivotal.webhooks.release(shuffled=chance.randrange(1000))
        await asyncio.sleep(chance.random() * 0.1)
    pivotal.fails(Fault.error_500, times=1_000_000)
    await asyncio.sleep(OUTAGE)
    pivotal.works_again()


async def never_given_up(endpoint) -> None:
    """Time is so fast that a start of the bot takes minutes of it: Pivotal is not to give the endpoint up for that."""
    while True:
        endpoint.failures = 0
        await asyncio.sleep(0.005)


async def settle(pivotal, store) -> None:
    async def quiet() -> bool:
        return not pivotal.webhooks.waiting and not await store.inbox.waiting()

    await until(quiet, within=60)


async def remembered(store, pivotal, clock) -> None:
    """The bot has walked Pivotal once, and Ben follows everything."""
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, clock=clock) as api:
        portfolio = Portfolio(api, store, clock=clock, phases=Phases())
        await portfolio.load()
        for standing in (await portfolio.snapshot(timedelta())).standings:
            one = standing.onboarding
            told = following.standing(one)
            await store.follows.add(Follow(BEN, one.id, standing.title, clock(), "Europe/Berlin", told=told))
        await portfolio.close()


async def snapshot(store) -> dict[int, str]:
    return {row.display_id: row.phase for row in (await store.snapshot.load())[0]}


def told_twice(slack) -> list[str]:
    """What Ben was told of that he had been told before: no two messages may cover the same step of one customer."""
    steps = Counter()
    for message in slack.messages("D0BEN0001"):
        told = re.search(r"^(Customer \d+) .*Phase ([\w ]+) → ([\w ]+)", message.text)
        before, after = (LABELS[told[place]] for place in (2, 3))
        steps.update((told[1], step) for step in range(before, after))
    return [step for step, times in steps.items() if times > 1]


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_lost_and_nothing_told_twice(seed, tmp_path):
    chance = random.Random(seed)
    clock = Fast.at(START, SPEED)
    url = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    async with LocalPivotal(clock=clock) as pivotal, LocalSlack(manifest(), clock=clock) as slack:
        pivotal.rate_limit = 1_000_000
        for number in RECORDS:
            pivotal.has_onboarding(number, customer=f"Customer {number}", phase=DEFAULT[0])
        store = await Store.open(url, clock=clock)
        world = World(url, free_port(), SECRET, slack.api_url, slack.bot_token, pivotal.url, pivotal.live_key, clock)
        await remembered(store, pivotal, clock)
        pivotal.webhooks.duplicates = 1
        endpoint = pivotal.webhooks.add(f"http://127.0.0.1:{world.port}/pivotal/webhooks", secret=SECRET)

        child = await asyncio.to_thread(process, world)
        lenient = asyncio.create_task(never_given_up(endpoint))
        changes = asyncio.gather(advance_all(pivotal, chance), disturb(pivotal, chance))
        for _ in range(3):
            await asyncio.sleep(chance.random() * 0.6)
            await killed(child)
            child = await asyncio.to_thread(process, world)
        await changes
        await settle(pivotal, store)
        await asyncio.sleep(60 / SPEED + 0.3)
        await killed(child)
        lenient.cancel()

        assert not endpoint.disabled
        assert await snapshot(store) == {number: pivotal.phase_of(number) for number in RECORDS}
        for number in RECORDS:
            seen = await store.observations.of(pivotal.onboarding(number)["id"])
            chain = [(one.before, one.after) for one in seen if one.field == "phase"]
            assert chain[0][0] == DEFAULT[0]
            assert all(before[1] == after[0] for before, after in pairwise(chain))
            assert chain[-1][1] == DEFAULT[-1]
        assert told_twice(slack) == []
        await store.close()
