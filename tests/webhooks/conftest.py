"""A receiver of Pivotal's events on a real port, before a real store and a local Pivotal that delivers to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.domain.phases import Phases
from bot.pivotal import AsyncPivotalApi, RetryPolicy
from bot.sandbox.pivotal import signing
from bot.services.chores import Chore
from bot.services.events import Events
from bot.services.portfolio import Portfolio
from bot.services.refreshing import Sight
from bot.store import Store
from bot.webhooks import PATH, add_route

SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"


@dataclass
class Receiver:
    """The door, what is behind it, and what it was seen to tell."""

    url: str
    events: Events
    portfolio: Portfolio
    store: Store
    sights: list[Sight]
    clock: object
    api: AsyncPivotalApi

    async def post(self, body: bytes, *, secret: str = SECRET, off: int = 0, **headers: str) -> int:
        """Deliver `body` as Pivotal would, `off` seconds from now, with some headers replaced; gives the status."""
        at = int((self.clock() + timedelta(seconds=off)).timestamp())
        signed = signing.headers(body, secrets=[secret], message_id="msg_1", timestamp=at) | headers
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=signed) as answer:
            return answer.status


@asynccontextmanager
async def listening(
    pivotal, database, clock, *, secrets=(SECRET,), key=None, desk=True, busy=()
) -> AsyncIterator[Receiver]:
    """Open the door; without `desk` nobody works the inbox off, and the bot is changing what is `busy`."""
    store = await Store.open(f"sqlite:///{database}", clock=clock)
    retry = RetryPolicy(retries=0)
    async with AsyncPivotalApi(key or pivotal.live_key, base_url=pivotal.url, clock=clock, retry=retry) as api:
        portfolio = Portfolio(api, store, clock=clock, phases=Phases())
        sights: list[Sight] = []
        portfolio.watch(sights.append)
        await portfolio.load()

        async def under_way(onboarding_id):
            return onboarding_id in busy

        events = Events(api, store, portfolio, secrets=secrets, clock=clock, under_way=under_way)
        application = web.Application()
        add_route(application, events)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        worker = Chore("events", events.work_off, wake=events.arrived) if desk else None
        if worker:
            await worker.__aenter__()
        try:
            yield Receiver(url, events, portfolio, store, sights, clock, api)
        finally:
            if worker:
                await worker.__aexit__(None, None, None)
            await runner.cleanup()
            await portfolio.close()
            await store.close()


@pytest.fixture
def receiver(pivotal, tmp_path, clock):
    """Opens the door: `async with receiver(...) as door`."""

    def opened(**options):
        return listening(pivotal, tmp_path / "bot.db", clock, **options)

    return opened


@pytest.fixture
def until():
    """Waits until something is so: `await until(lambda: ...)`, which may also be awaited."""

    async def wait(condition):
        async with asyncio.timeout(60):
            while True:
                found = condition()
                if asyncio.iscoroutine(found):
                    found = await found
                if found:
                    return found
                await asyncio.sleep(0.01)

    return wait
