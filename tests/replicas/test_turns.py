"""Two portfolios on one PostgreSQL, as two replicas have them: one walks, and each knows what the other wrote."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.phases import Phases
from bot.pivotal import AsyncPivotalApi
from bot.services.portfolio import Portfolio
from bot.services.refreshing import Sight
from bot.services.turns import HELD, PATIENCE, WALK
from bot.store import Store

NOTHING = timedelta(0)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def replica(pivotal, database) -> AsyncIterator[Callable]:
    """`await replica()`: a portfolio with a store and a client of its own, as another process has it."""
    async with AsyncExitStack() as stack:

        async def build(**options) -> Portfolio:
            store = await Store.open(database, clock=now)
            stack.push_async_callback(store.close)
            api = await stack.enter_async_context(AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url))
            portfolio = Portfolio(api, store, clock=now, phases=Phases(), **options)
            stack.push_async_callback(portfolio.close)
            await portfolio.load()
            return portfolio

        yield build


@pytest.fixture
def onboarding(pivotal) -> dict:
    return pivotal.has_onboarding(89, customer="Aurora Foods", phase="review")


def walks(pivotal) -> int:
    return sum(request.path == "/onboardings" for request in pivotal.requests)


def phases(snapshot) -> list[str]:
    return [one.onboarding.phase for one in snapshot.standings]


async def test_of_three_that_need_a_walk_at_once_one_walks_for_all(replica, pivotal, onboarding):
    three = [await replica() for _ in range(3)]

    found = await asyncio.gather(*(one.snapshot(NOTHING, interactive=True) for one in three))

    assert walks(pivotal) == 1
    assert [phases(one) for one in found] == [["review"]] * 3


async def test_a_person_waits_for_a_dead_replica_a_few_seconds_only(replica, store, pivotal, onboarding):
    await store.claims.lease(WALK, holder="", now=now(), ttl=HELD)
    waited = []

    async def waits(seconds: float) -> None:
        waited.append(seconds)

    portfolio = await replica(sleep=waits)
    found = await portfolio.snapshot(NOTHING, interactive=True)

    assert phases(found) == ["review"]
    assert sum(waited) == PATIENCE


async def test_a_person_who_comes_while_the_background_waits_for_a_dead_replica_hurries_it(
    replica, store, pivotal, onboarding
):
    await store.claims.lease(WALK, holder="", now=now(), ttl=HELD)
    waited, waiting = [], asyncio.Event()

    async def waits(seconds: float) -> None:
        waited.append(seconds)
        waiting.set()
        await asyncio.sleep(0.01)

    portfolio = await replica(sleep=waits)
    first = asyncio.create_task(portfolio.snapshot(NOTHING))
    await waiting.wait()
    found = await portfolio.snapshot(NOTHING, interactive=True)

    assert phases(found) == phases(await first) == ["review"]
    assert sum(waited) < PATIENCE + 1


async def test_in_the_background_the_lease_of_a_dead_replica_is_waited_for_and_no_longer(
    replica, store, pivotal, onboarding
):
    await store.claims.lease(WALK, holder="", now=now(), ttl=timedelta(seconds=0.5))

    found = await (await replica()).snapshot(NOTHING)

    assert phases(found) == ["review"]
    assert not await store.claims.seen(WALK, now=now()), "the turn is given back"


async def test_a_list_shows_what_another_replica_wrote_although_its_walk_is_young(replica, pivotal, onboarding):
    one, other = await replica(), await replica()
    await one.snapshot(NOTHING)
    await other.snapshot(timedelta(minutes=2))
    api = AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url)

    await one.put(await api.onboardings.update(onboarding["id"], phase="launch"), by="U0ANA0001")
    found = await other.snapshot(timedelta(minutes=2))

    await api.aclose()
    assert phases(found) == ["launch"]
    assert other.known("89").history.phase_since == one.known("89").history.phase_since is not None
    assert walks(pivotal) == 1


async def test_a_new_onboarding_of_a_new_customer_and_a_deleted_one_are_taken_up(replica, pivotal, onboarding):
    one, other = await replica(), await replica()
    await one.snapshot(NOTHING)
    await other.snapshot(timedelta(minutes=2))
    pivotal.has_onboarding(90, customer="Globex", phase="review")
    api = AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url)
    fresh = await api.onboardings.get("90")

    await one.put(fresh, source="webhook")
    await one.standing(fresh)
    await one.remove("89")
    found = await other.snapshot(timedelta(minutes=2))

    await api.aclose()
    assert [standing.title for standing in found.standings] == ["Globex"]


async def test_what_two_replicas_see_one_of_them_tells(replica, pivotal, onboarding):
    sights: list[Sight] = []
    one, other = await replica(), await replica()
    await one.snapshot(NOTHING)
    await other.snapshot(timedelta(minutes=2))
    for each in (one, other):
        each.watch(sights.append)
    pivotal.edit(89, phase="launch")
    api = AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url)
    fresh = await api.onboardings.get("89")

    await asyncio.gather(one.put(fresh, source="webhook"), other.put(fresh, source="webhook"))
    await asyncio.gather(one.remove("89"), other.remove("89"))

    await api.aclose()
    assert [(change.field, change.after) for sight in sights for change in sight.changes] == [("phase", "launch")]
    assert sum(len(sight.gone) for sight in sights) == 1
