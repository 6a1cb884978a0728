"""The door for Pivotal's events in a process of its own, followers told and all, which the test kills as it likes.

Time goes faster here than elsewhere, by the same clock for everybody: ten minutes take a second.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import Delivery
from bot.domain.phases import Phases
from bot.domain.records import Actor
from bot.listeners.followers import Followers
from bot.pivotal import AsyncPivotalApi, RetryPolicy
from bot.services.chores import Chore
from bot.services.events import Events
from bot.services.following import Following
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.store import Store
from bot.webhooks import add_route

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Fast:
    """A clock that runs `speed` times as fast as the wall's."""

    start: datetime
    began: float
    speed: float

    @classmethod
    def at(cls, start: datetime, speed: float) -> "Fast":
        return cls(start, time.time(), speed)

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=(time.time() - self.began) * self.speed)

    def slowed(self, work: Callable[[], Awaitable[float]]) -> Callable[[], Awaitable[float]]:
        """The same work, its pause in seconds of the wall's clock."""

        async def worked() -> float:
            return await work() / self.speed

        return worked


@dataclass(frozen=True)
class World:
    """Where the process finds everything."""

    database: str
    port: int
    secret: str
    slack_url: str
    slack_token: str
    pivotal_url: str
    pivotal_key: str
    clock: Fast


async def _lives(world: World) -> None:
    clock = world.clock
    store = await Store.open(world.database, clock=clock)
    async with (
        aiohttp.ClientSession() as session,
        AsyncPivotalApi(
            world.pivotal_key, base_url=world.pivotal_url, clock=clock, retry=RetryPolicy(retries=0)
        ) as api,
    ):
        client = AsyncWebClient(token=world.slack_token, base_url=world.slack_url, session=session, retry_handlers=[])
        people, phases = People(store), Phases()
        portfolio = Portfolio(api, store, clock=clock, phases=phases)
        await portfolio.load()
        events = Events(api, store, portfolio, secrets=(world.secret,), clock=clock)
        following = Following(store, portfolio, people, clock=clock, quiet=None)
        noting: set[asyncio.Task[None]] = set()

        def note(sight: object) -> None:
            task = asyncio.create_task(following.note(sight))
            noting.add(task)
            task.add_done_callback(noting.discard)

        portfolio.watch(note)
        delivery = Delivery(client, clock=clock, sleep=asyncio.sleep, team="T", me="U", customer_channels=_none)
        services = SimpleNamespace(following=following, phases=phases, people=people)
        followers = Followers(delivery, services, who=_member, clock=clock)
        application = web.Application()
        add_route(application, events)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        async with (
            Chore("events", clock.slowed(events.work_off), wake=events.arrived),
            Chore("followers", clock.slowed(followers.tell_due), wake=asyncio.Event()),
        ):
            await web.TCPSite(runner, "127.0.0.1", world.port, reuse_address=True).start()
            await asyncio.Event().wait()


async def _member(slack_id: str) -> Actor:
    return Actor(slack_id, "T", "Ben")


async def _none(_age: timedelta) -> frozenset[str]:
    return frozenset()


def _in_child(world: World) -> None:
    asyncio.run(_lives(world))


def process(world: World) -> multiprocessing.process.BaseProcess:
    """Start it; whoever starts it kills it."""
    child = processes.Process(target=_in_child, args=(world,), daemon=True)
    child.start()
    return child


START = datetime(2026, 9, 7, 8, tzinfo=UTC)
