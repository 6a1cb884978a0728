"""A digest run in a process of its own, which a real SIGKILL ends at a step of its event loop that is named before.

The processes are forked from a server that has loaded the bot already; Slack and Pivotal live in the test.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.process import configure_logs
from bot.delivery import Delivery
from bot.digests import DIGESTS
from bot.digests.clock import STUCK
from bot.digests.run import DigestRun
from bot.domain.phases import Phases
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.slack.world import BOT
from bot.services.journal import Journal
from bot.services.ledger import Ledger
from bot.services.onboardings import Onboardings
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.snoozing import Snoozing
from bot.services.subscriptions import Subscriptions
from bot.store import Store
from tests.digests.parts import Parts

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class World:
    """Where the process finds everything, and what time it is there."""

    database: str
    slack_url: str
    slack_token: str
    team: str
    pivotal_url: str
    pivotal_key: str
    now: datetime
    replicas: bool = False
    """Others may be at work on what is claimed: it is not taken for given up so soon."""


class Steps:
    """Counts the steps of all tasks since the claim, and dies at one of them."""

    def __init__(self, die_at: int) -> None:
        self.count = 0
        self.counting = False
        self._die_at = die_at

    def step(self) -> None:
        if self.counting:
            self.count += 1
            if self.count == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)


class Stepping(Coroutine):
    """A coroutine that is counted whenever it goes on after an await."""

    def __init__(self, inner: Coroutine, steps: Steps) -> None:
        self._inner = inner
        self._steps = steps

    def send(self, value: Any) -> Any:
        self._steps.step()
        return self._inner.send(value)

    def throw(self, *error: Any) -> Any:
        self._steps.step()
        return self._inner.throw(*error)

    def close(self) -> None:
        self._inner.close()

    def __await__(self) -> Any:
        return (yield from self._inner.__await__())


async def lives(world: World, *, die_at: int = 0) -> int:
    """Start, settle what an earlier process left, and post what is due; says how many steps that took since a claim."""
    steps = Steps(die_at)

    class Claiming(Ledger):
        async def claim(self, *args: Any, **fields: Any) -> bool:
            won = await super().claim(*args, **fields)
            steps.counting = steps.counting or won
            return won

    def clock() -> datetime:
        return world.now

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(lambda loop, coro, **named: asyncio.Task(Stepping(coro, steps), loop=loop, **named))
    store = await Store.open(world.database, clock=clock)
    async with (
        aiohttp.ClientSession() as session,
        AsyncPivotalApi(world.pivotal_key, base_url=world.pivotal_url, sleep=at_once) as api,
    ):
        client = AsyncWebClient(token=world.slack_token, base_url=world.slack_url, session=session, retry_handlers=[])
        people, phases = People(store), Phases()
        await people.load()
        portfolio = Portfolio(api, store, clock=clock, phases=phases)
        onboardings = Onboardings(api, portfolio, phases=phases, web=world.pivotal_url)
        parts = Parts(
            subscriptions=Subscriptions(store, clock=clock),
            ledger=Claiming(store),
            portfolio=portfolio,
            snoozing=Snoozing(store, onboardings, portfolio, people, clock=clock),
            journal=Journal(store, portfolio, clock=clock),
            people=people,
            phases=phases,
        )
        delivery = Delivery(
            client,
            clock=clock,
            sleep=at_once,
            team=world.team,
            me=BOT,
            customer_channels=onboardings.customer_channels,
        )
        run = DigestRun(DIGESTS, parts, delivery, clock=clock, sleep=at_once)
        await asyncio.create_task(_runs(run, world))
        await portfolio.close()
    await store.close()
    return steps.count


async def _runs(run: DigestRun, world: World) -> None:
    await run.recover(world.now, older_than=STUCK if world.replicas else timedelta())
    await run.run_due(world.now)


def _in_child(world: World, die_at: int, result: Connection) -> None:
    configure_logs(quiet=True)
    result.send(asyncio.run(lives(world, die_at=die_at)))


async def process(world: World, *, die_at: int = 0) -> int | None:
    """Run it in a process; gives the steps it took since its claim, or None when it was killed."""
    mine, theirs = processes.Pipe(duplex=False)
    child = processes.Process(target=_in_child, args=(world, die_at, theirs))
    await asyncio.to_thread(child.start)
    theirs.close()
    await asyncio.to_thread(child.join)
    try:
        assert child.exitcode in (0, -signal.SIGKILL), f"It ended with {child.exitcode}."
        return mine.recv() if child.exitcode == 0 else None
    finally:
        mine.close()
        child.close()
