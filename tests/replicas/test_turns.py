"""Two portfolios on one PostgreSQL, as two replicas have them: one walks, and each knows what the other wrote."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.phases import Phases
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import Fault, LocalPivotal
from bot.services.portfolio import Portfolio
from bot.services.refreshing import Sight
from bot.services.turns import HELD, LOOK, PATIENCE, WALK
from bot.store import Store
from tests.processes import until

NOTHING = timedelta(0)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def replica(pivotal, database) -> AsyncIterator[Callable]:
    """`await replica()`: a portfolio with a store and a client of its own, as another process has it."""
    async with AsyncExitStack() as stack:

        async def build(*, clock=now, **options) -> Portfolio:
            store = await Store.open(database, clock=clock)
            stack.push_async_callback(store.close)
            api = await stack.enter_async_context(AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url))
            portfolio = Portfolio(api, store, clock=clock, phases=Phases(), **options)
            stack.push_async_callback(portfolio.close)
            await portfolio.load()
            return portfolio

        yield build


@pytest.fixture
def onboarding(pivotal) -> dict:
    return pivotal.has_onboarding(89, customer="Aurora Foods", phase="review")


def walks(pivotal, path="/onboardings") -> int:
    return sum(request.path == path for request in pivotal.requests)


def phases(snapshot) -> list[str]:
    return [one.onboarding.phase for one in snapshot.standings]


async def test_of_three_that_need_a_walk_at_once_one_walks_for_all(replica, pivotal, onboarding):
    three = [await replica() for _ in range(3)]

    found = await asyncio.gather(*(one.snapshot(NOTHING, interactive=True) for one in three))

    assert walks(pivotal) == 1
    assert [phases(one) for one in found] == [["review"]] * 3


async def test_of_three_that_need_the_customers_at_once_one_walks_for_all(replica, pivotal, onboarding):
    three = [await replica() for _ in range(3)]
    await three[0].snapshot(NOTHING)
    for one in three:
        await one.keep_up()
    before = walks(pivotal, "/customers")

    found = await asyncio.gather(*(one.customers(NOTHING, at_most=timedelta(hours=6)) for one in three))

    assert walks(pivotal, "/customers") == before + 1
    assert [[customer.name for customer in one.values()] for one in found] == [["Aurora Foods"]] * 3


async def test_of_three_that_cannot_have_the_customers_one_tries_and_what_was_known_serves_all(
    replica, pivotal, onboarding
):
    three = [await replica() for _ in range(3)]
    await three[0].snapshot(NOTHING)
    for one in three:
        await one.keep_up()
    before = walks(pivotal, "/customers")
    pivotal.revoke(pivotal.live_key)

    found = await asyncio.gather(*(one.customers(NOTHING, at_most=timedelta(hours=6)) for one in three))

    assert walks(pivotal, "/customers") == before + 1
    assert [[customer.name for customer in one.values()] for one in found] == [["Aurora Foods"]] * 3


async def test_a_replica_whose_clock_is_ahead_does_not_walk_the_customers_for_each_who_asks(
    replica, pivotal, onboarding
):
    one = await replica(clock=lambda: now() + timedelta(minutes=20))
    await one.snapshot(NOTHING)
    before = walks(pivotal, "/customers")

    for _ in range(3):
        await one.customers(timedelta(minutes=15), at_most=timedelta(hours=6))

    assert walks(pivotal, "/customers") <= before + 1


@pytest.fixture
async def dead(store):
    """Another replica has begun a walk just now, and is no more."""
    await store.claims.lease(WALK, holder="", now=now(), ttl=timedelta(seconds=2))


async def test_a_walk_that_a_dead_replica_had_begun_is_made_by_another_when_its_turn_has_ended(
    replica, store, pivotal, onboarding, dead
):
    found = await (await replica()).snapshot(NOTHING)

    assert phases(found) == ["review"]
    assert not await store.claims.held(WALK, now=now()), "the turn is given back"


async def test_who_can_be_shown_nothing_yet_waits_for_a_dead_replicas_turn_to_end(replica, pivotal, onboarding, dead):
    found = await (await replica()).snapshot(NOTHING, interactive=True)

    assert (phases(found), found.stale) == (["review"], False)


class TestSlowWalk:
    """One replica walks for minutes. Waiting takes no time; the database's clock goes on by what one waits."""

    @pytest.fixture
    async def shut(self) -> AsyncIterator[asyncio.Event]:
        """Until this is set, Pivotal's slow answers do not come."""
        opened = asyncio.Event()
        yield opened
        opened.set()

    @pytest.fixture
    async def pivotal(self, shut) -> AsyncIterator[LocalPivotal]:
        async def waits(_seconds: float) -> None:
            await shut.wait()

        async with LocalPivotal(sleep=waits) as local:
            yield local

    @pytest.fixture
    async def walker(self, replica, clock, pivotal, onboarding) -> AsyncIterator[Portfolio]:
        """It has walked once, and has now begun another walk."""

        async def sleeps(seconds: float) -> None:
            ends = clock() + timedelta(seconds=seconds)
            await until(lambda: clock() >= ends)

        walker = await replica(clock=clock, sleep=sleeps)
        await walker.snapshot(NOTHING)
        clock.passes(minutes=10)
        pivotal.edit(89, phase="launch")
        pivotal.fails(Fault.slow(5), method="GET")
        walking = asyncio.create_task(walker.snapshot(timedelta(minutes=2)))
        await until(lambda: walks(pivotal) == 2)
        yield walker
        await walking

    async def test_what_another_finds_deleted_meanwhile_stays_gone_and_is_told_once(
        self, walker, replica, clock, pivotal, shut
    ):
        other, told = await replica(clock=clock), list[Sight]()
        for each in (walker, other):
            each.watch(told.append)

        pivotal.delete(89)
        await other.remove("89")
        shut.set()
        await walker.snapshot(timedelta(minutes=2))
        await other.keep_up()

        assert [phases(one.current) for one in (walker, other)] == [[], []]
        assert sum(len(sight.gone) for sight in told) == 1

    @pytest.fixture
    async def other(self, replica, clock) -> Callable:
        """Another replica; for every second it waits, one passes."""

        async def sleeps(seconds: float) -> None:
            await asyncio.sleep(0.005)
            clock.passes(seconds=seconds)

        return await replica(clock=clock, sleep=sleeps)

    async def test_in_the_background_a_living_walker_is_waited_for_and_what_it_found_is_taken(
        self, walker, other, clock, pivotal, shut
    ):
        began = clock()
        waiting = asyncio.create_task(other.snapshot(timedelta(minutes=2)))
        await until(lambda: clock() > began + 8 * HELD)
        shut.set()
        found = await waiting

        assert phases(found) == ["launch"]
        assert walks(pivotal) == 2

    async def test_a_person_reads_after_a_moment_what_was_known_before_the_walk(
        self, walker, other, clock, pivotal, shut
    ):
        began = clock()
        found = await other.snapshot(timedelta(minutes=2), interactive=True)
        waited = clock() - began
        trouble = other.trouble
        shut.set()
        await until(lambda: not other.trouble)

        assert (phases(found), found.trouble) == (["review"], "Pivotal’s lists are still being read.")
        assert trouble.message == found.trouble
        assert waited <= timedelta(seconds=PATIENCE + 4 * LOOK)
        assert phases(other.current) == ["launch"]
        assert walks(pivotal) == 2


@pytest.mark.parametrize("wrong", [timedelta(minutes=-3), timedelta(minutes=3), timedelta(days=-1)])
async def test_what_is_written_is_known_at_once_to_a_replica_whose_clock_is_wrong_and_from_one(
    replica, pivotal, onboarding, wrong
):
    right, other = await replica(), await replica(clock=lambda: now() + wrong)
    await right.snapshot(NOTHING)
    await other.keep_up()
    api = AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url)

    await right.put(await api.onboardings.update(onboarding["id"], phase="launch"))
    theirs = await other.newest("89")
    await other.put(await api.onboardings.update(onboarding["id"], phase="internal_qa"))
    ours = await right.newest("89")

    await api.aclose()
    assert (theirs.onboarding.phase, ours.onboarding.phase) == ("launch", "internal_qa")


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


async def test_a_changed_customer_is_known_at_once_to_the_others_who_list_or_post(replica, pivotal, onboarding):
    one, other = await replica(), await replica()
    await one.snapshot(NOTHING)
    await other.snapshot(timedelta(minutes=2))
    asked = len(pivotal.requests)
    api = AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url)
    changed = {"name": "Aurora Group", "slack_channel_id": "C0CUSTOMER"}

    await one.meet(await api.customers.update(onboarding["customer_id"], **changed))
    own = await other.customers(timedelta(minutes=15), at_most=timedelta(hours=6))
    listed = await other.snapshot(timedelta(minutes=2))

    await api.aclose()
    assert own[onboarding["customer_id"]].slack_channel_id == "C0CUSTOMER"
    assert [standing.title for standing in listed.standings] == ["Aurora Group"]
    assert len(pivotal.requests) == asked + 1, "none but the change itself"


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
