import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.errors import UpstreamError
from bot.domain.phases import DEFAULT, Phases
from bot.domain.records import Observation
from bot.pivotal import AsyncPivotalApi, RetryPolicy
from bot.pivotal.models import OnboardingRow
from bot.sandbox.pivotal import Fault, LocalPivotal
from bot.services import walks
from bot.services.portfolio import Portfolio
from bot.services.refreshing import Refreshed, Sight
from bot.store import Store
from tests.conftest import told_by_postgresql

MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, time: timedelta = MINUTE) -> datetime:
        self.now += time
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    with told_by_postgresql(clock):
        yield clock


class Gate:
    """Where a slow answer waits until it is let through."""

    def __init__(self) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self.reached.set()
        await self.opened.wait()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def pivotal(clock: Clock, gate: Gate) -> AsyncIterator[LocalPivotal]:
    async with LocalPivotal(clock=clock, sleep=gate) as local:
        local.rate_limit = 1000
        yield local


@pytest.fixture
async def api(pivotal: LocalPivotal, clock: Clock) -> AsyncIterator[AsyncPivotalApi]:
    retry = RetryPolicy(retries=0)
    async with AsyncPivotalApi(
        pivotal.live_key, base_url=pivotal.url, clock=clock, sleep=clock.sleep, retry=retry
    ) as api:
        yield api


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.open(database_url, clock=clock)
    yield store
    await store.close()


@pytest.fixture
def reports() -> list[Refreshed]:
    return []


@pytest.fixture
async def portfolio(
    api: AsyncPivotalApi, store: Store, clock: Clock, reports: list[Refreshed]
) -> AsyncIterator[Portfolio]:
    portfolio = Portfolio(api, store, clock=clock, phases=Phases(), reporter=reports.append)
    await portfolio.load()
    yield portfolio
    await portfolio.close()


def lists(pivotal: LocalPivotal, kind: str = "onboardings") -> int:
    return sum(request.path == f"/{kind}" for request in pivotal.requests)


def numbers(portfolio: Portfolio) -> list[int]:
    assert portfolio.current is not None
    return [standing.onboarding.display_id for standing in portfolio.current.standings]


def phase(portfolio: Portfolio, number: int) -> str:
    standing = portfolio.known(str(number))
    assert standing is not None
    return standing.onboarding.phase


def many_closed_and_two_open(pivotal: LocalPivotal) -> None:
    """A portfolio whose open phases take fewer requests than all of it."""
    for number in range(1000, 1700):
        pivotal.has_onboarding(number, customer="Globex", phase="completed", state="completed")
    pivotal.has_onboarding(89, phase="review")
    pivotal.has_onboarding(90, phase="launch")


async def test_nothing_is_known_before_the_first_walk(portfolio: Portfolio) -> None:
    assert portfolio.current is None
    assert portfolio.known("89") is None


async def test_a_walk_brings_onboardings_with_their_customers_newest_first(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock
) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review")
    pivotal.has_onboarding(90, customer="Globex")

    snapshot = await portfolio.snapshot(MINUTE)

    assert [(one.onboarding.display_id, one.title) for one in snapshot.standings] == [
        (90, "Globex"),
        (89, "Aurora Foods"),
    ]
    assert (snapshot.as_of, snapshot.stale) == (clock.now, False)
    assert portfolio.current == snapshot


async def test_the_first_walk_is_seen_as_a_whole_or_not_at_all(portfolio: Portfolio, pivotal: LocalPivotal) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods")
    walk = asyncio.create_task(portfolio.snapshot(NOTHING))

    while not walk.done():
        seen = portfolio.current
        assert seen is None or (len(seen.standings), len(seen.customers)) == (1, 1)
        await asyncio.sleep(0)

    assert portfolio.current == await walk


async def test_a_snapshot_young_enough_asks_nobody(portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock) -> None:
    pivotal.has_onboarding(89)
    await portfolio.snapshot(MINUTE)
    clock.passes(MINUTE)

    await portfolio.snapshot(MINUTE)
    assert lists(pivotal) == 1
    clock.passes(timedelta(seconds=1))
    await portfolio.snapshot(MINUTE)

    assert lists(pivotal) == 2


async def test_all_who_ask_at_once_share_one_walk(portfolio: Portfolio, pivotal: LocalPivotal) -> None:
    pivotal.has_onboarding(89)

    snapshots = await asyncio.gather(*(portfolio.snapshot(MINUTE) for _ in range(20)))

    assert lists(pivotal) == 1
    assert {one.as_of for one in snapshots} == {snapshots[0].as_of}


async def test_a_caller_who_gives_up_does_not_end_the_walk_of_the_others(
    portfolio: Portfolio, pivotal: LocalPivotal
) -> None:
    pivotal.has_onboarding(89)
    impatient = asyncio.create_task(portfolio.snapshot(MINUTE))
    patient = asyncio.create_task(portfolio.snapshot(MINUTE))
    await asyncio.sleep(0)

    impatient.cancel()

    assert len((await patient).standings) == 1
    assert lists(pivotal) == 1


async def test_what_was_walked_survives_a_restart(
    portfolio: Portfolio, pivotal: LocalPivotal, api: AsyncPivotalApi, store: Store, clock: Clock
) -> None:
    pivotal.has_onboarding(89, phase="review")
    await portfolio.snapshot(MINUTE)
    pivotal.edit(89, phase="program_buildout")
    clock.passes()
    before = await portfolio.snapshot(NOTHING)
    again = Portfolio(api, store, clock=clock, phases=Phases())

    await again.load()

    assert again.current == before
    assert again.current.standings[0].history.phase_since == clock.now


async def test_changes_between_walks_become_history(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock, reports: list[Refreshed]
) -> None:
    record = pivotal.has_onboarding(89, phase="review", target_launch_date=date(2026, 9, 18))
    await portfolio.snapshot(NOTHING)
    pivotal.edit(89, phase="program_buildout", target_launch_date=date(2026, 10, 2))
    seen_at = clock.passes()

    snapshot = await portfolio.snapshot(NOTHING)

    history = snapshot.standings[0].history
    assert history.phase_since == seen_at
    assert [slip.days for slip in history.slips] == [14]
    assert Observation(record["id"], "phase", "review", "program_buildout", seen_at, "poll") in reports[-1].observations


async def test_what_has_not_changed_stays_the_same_object(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock
) -> None:
    for number in (88, 89):
        pivotal.has_onboarding(number, customer=f"Cafe {number}", phase="review")
    await portfolio.snapshot(NOTHING)
    before, moved = portfolio.known("88"), portfolio.known("89")
    pivotal.edit(89, phase="launch")
    clock.passes()

    await portfolio.snapshot(NOTHING)

    assert portfolio.known("88") is before
    assert portfolio.known("89") != moved


async def test_an_onboarding_is_in_its_phase_since_it_was_met_at_least_also_after_a_restart(
    portfolio: Portfolio, pivotal: LocalPivotal, api: AsyncPivotalApi, store: Store, clock: Clock
) -> None:
    pivotal.has_onboarding(89, phase="review", state="at_risk")
    await portfolio.snapshot(NOTHING)
    met_at = clock.now
    pivotal.edit(89, state="active")
    left_at = clock.passes()
    await portfolio.snapshot(NOTHING)
    again = Portfolio(api, store, clock=clock, phases=Phases())

    await again.load()

    history = again.known("89").history
    assert (history.phase_since, history.phase_at_least) == (None, met_at)
    assert (history.state_since, history.state_at_least) == (left_at, None)


async def test_what_another_replica_saw_change_is_not_claimed_to_have_lasted(
    portfolio: Portfolio, pivotal: LocalPivotal, api: AsyncPivotalApi, store: Store, clock: Clock
) -> None:
    record = pivotal.has_onboarding(89, phase="review")
    await portfolio.snapshot(NOTHING)
    other = Portfolio(api, store, clock=clock, phases=Phases())
    await other.load()
    pivotal.edit(89, phase="launch")
    moved_at = clock.passes()
    fresh = await api.onboardings.get(record["id"])
    await other.put(fresh, source="webhook")

    await portfolio.put(fresh, source="poll")

    history = portfolio.known("89").history
    assert (history.phase_since, history.phase_at_least) == (moved_at, None)


async def test_a_deleted_onboarding_leaves_the_snapshot(
    portfolio: Portfolio, pivotal: LocalPivotal, store: Store, clock: Clock
) -> None:
    pivotal.has_onboarding(89)
    pivotal.has_onboarding(90)
    await portfolio.snapshot(NOTHING)
    pivotal.delete(89)
    clock.passes()

    await portfolio.snapshot(NOTHING)

    assert numbers(portfolio) == [90]
    assert [row.display_id for row in (await store.snapshot.load())[0]] == [90]


async def test_with_many_closed_only_the_open_phases_are_walked_after_the_first_time(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock, reports: list[Refreshed]
) -> None:
    many_closed_and_two_open(pivotal)
    await portfolio.snapshot(NOTHING)
    first = lists(pivotal)
    clock.passes()

    await portfolio.snapshot(NOTHING)

    assert first == 8
    assert lists(pivotal) - first == 6
    assert [report.whole for report in reports] == [True, False]
    assert len(numbers(portfolio)) == 702


async def test_an_onboarding_that_closes_or_vanishes_is_noticed_without_walking_the_closed(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock, reports: list[Refreshed]
) -> None:
    many_closed_and_two_open(pivotal)
    await portfolio.snapshot(NOTHING)
    pivotal.edit(90, phase="completed")
    pivotal.delete(89)
    clock.passes()

    await portfolio.snapshot(NOTHING)

    assert phase(portfolio, 90) == "completed"
    assert portfolio.known("89") is None
    assert [(one.field, one.after) for one in reports[-1].observations] == [("phase", "completed")]
    assert not reports[-1].whole


async def test_a_deletion_among_the_closed_is_noticed_within_a_day(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock
) -> None:
    many_closed_and_two_open(pivotal)
    await portfolio.snapshot(NOTHING)
    pivotal.delete(1000)
    clock.passes()
    await portfolio.snapshot(NOTHING)
    assert portfolio.known("1000") is not None
    clock.passes(timedelta(days=1))

    await portfolio.snapshot(NOTHING)

    assert portfolio.known("1000") is None


async def test_customers_are_walked_again_only_for_a_new_one_or_after_six_hours(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock
) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods")
    walked = []

    for time in (MINUTE, MINUTE, timedelta(hours=6)):
        clock.passes(time)
        await portfolio.snapshot(NOTHING)
        walked.append(lists(pivotal, "customers"))
    pivotal.has_onboarding(90, customer="Globex")
    clock.passes()
    snapshot = await portfolio.snapshot(NOTHING)

    assert walked == [1, 1, 2]
    assert lists(pivotal, "customers") == 3
    assert {one.title for one in snapshot.standings} == {"Aurora Foods", "Globex"}


async def test_a_customer_that_no_list_has_is_not_looked_for_at_every_walk(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock
) -> None:
    pivotal.has_onboarding(89, name="Second site")
    pivotal.edit(89, customer_id="cus_of_no_list")

    for _ in range(3):
        clock.passes()
        snapshot = await portfolio.snapshot(NOTHING)

    assert snapshot.standings[0].title == "Second site"
    assert lists(pivotal, "customers") == 1


async def test_our_own_write_shows_at_once_and_is_observed(
    portfolio: Portfolio, pivotal: LocalPivotal, api: AsyncPivotalApi, store: Store, clock: Clock
) -> None:
    pivotal.has_onboarding(89, phase="review")
    await portfolio.snapshot(NOTHING)
    clock.passes()
    after = await api.onboardings.update("89", phase="program_buildout")

    await portfolio.put(after)

    standing = portfolio.known("89")
    assert standing is not None
    assert type(standing.onboarding) is OnboardingRow
    assert standing.onboarding.phase == "program_buildout"
    assert standing.history.phase_since == clock.now
    assert [one.source for one in await store.observations.of(after.id)] == ["us"]
    assert lists(pivotal) == 1


async def test_what_was_put_or_removed_during_a_walk_wins_over_its_older_copy(
    portfolio: Portfolio, pivotal: LocalPivotal, api: AsyncPivotalApi, store: Store, clock: Clock, gate: Gate
) -> None:
    pivotal.has_onboarding(89, phase="review")
    pivotal.has_onboarding(90)
    await portfolio.snapshot(NOTHING)
    clock.passes()
    pivotal.fails(Fault.slow(5), times=1, path="/onboardings")
    walk = asyncio.create_task(portfolio.snapshot(NOTHING))
    await gate.reached.wait()

    await portfolio.put(await api.onboardings.update("89", phase="program_buildout"))
    await portfolio.remove("90")
    gate.opened.set()
    await walk

    assert numbers(portfolio) == [89]
    assert phase(portfolio, 89) == "program_buildout"
    assert [row.phase for row in (await store.snapshot.load())[0]] == ["program_buildout"]
    assert len(await store.observations.of((await api.onboardings.get("89")).id)) == 1


@pytest.mark.parametrize("alone", [True, False])
async def test_a_customer_met_during_a_walk_wins_over_its_older_copy(
    portfolio: Portfolio,
    pivotal: LocalPivotal,
    api: AsyncPivotalApi,
    store: Store,
    gate: Gate,
    clock: Clock,
    alone: bool,
) -> None:
    customer = pivotal.has_onboarding(89, customer="Aurora Foods")["customer_id"]
    await portfolio.snapshot(NOTHING)
    clock.passes(timedelta(hours=7))
    pivotal.fails(Fault.slow(5), times=1, path="/customers")
    walk = asyncio.create_task(portfolio.customers(MINUTE, at_most=MINUTE) if alone else portfolio.snapshot(NOTHING))
    await gate.reached.wait()

    await portfolio.meet(await api.customers.update(customer, slack_channel_id="C0CUSTOMER"))
    gate.opened.set()
    await walk

    assert portfolio.current.customers[customer].slack_channel_id == "C0CUSTOMER"
    assert portfolio.known("89").customer.slack_channel_id == "C0CUSTOMER"
    assert (await store.snapshot.load())[1][customer].slack_channel_id == "C0CUSTOMER"


async def test_closing_ends_a_walk_that_is_under_way(portfolio: Portfolio, pivotal: LocalPivotal, gate: Gate) -> None:
    pivotal.fails(Fault.slow(5), times=1)
    walk = asyncio.create_task(portfolio.snapshot(NOTHING))
    await gate.reached.wait()

    await portfolio.close()

    with pytest.raises(asyncio.CancelledError):
        await walk
    gate.opened.set()


async def test_pivotal_away_shows_the_last_snapshot_as_stale_and_says_why(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock, reports: list[Refreshed]
) -> None:
    pivotal.has_onboarding(89)
    first = await portfolio.snapshot(NOTHING)
    pivotal.fails(Fault.error_500, times=1)
    clock.passes()

    stale = await portfolio.snapshot(NOTHING)

    assert (stale.stale, stale.as_of, stale.standings) == (True, first.as_of, first.standings)
    assert portfolio.trouble is not None
    assert portfolio.trouble.message == "Pivotal is not answering."
    assert reports[-1].error is not None
    assert not portfolio.current.stale


async def test_pivotal_back_again_ends_the_trouble(portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock) -> None:
    pivotal.has_onboarding(89)
    await portfolio.snapshot(NOTHING)
    pivotal.fails(Fault.error_500, times=1)
    clock.passes()
    await portfolio.snapshot(NOTHING)

    snapshot = await portfolio.snapshot(NOTHING)

    assert (snapshot.stale, snapshot.as_of) == (False, clock.now)
    assert portfolio.trouble is None


async def test_a_revoked_key_keeps_the_last_snapshot_and_names_the_reason(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock
) -> None:
    pivotal.has_onboarding(89)
    await portfolio.snapshot(NOTHING)
    pivotal.revoke(pivotal.live_key)
    clock.passes()

    snapshot = await portfolio.snapshot(NOTHING)

    assert snapshot.stale
    assert portfolio.trouble.message == "Pivotal does not accept the bot’s key."


async def test_without_any_snapshot_the_failure_is_told(portfolio: Portfolio, pivotal: LocalPivotal) -> None:
    pivotal.fails(Fault.error_500, times=1)

    with pytest.raises(UpstreamError, match="not answering"):
        await portfolio.snapshot(MINUTE)


async def test_a_walk_that_fails_half_way_changes_nothing(
    portfolio: Portfolio, pivotal: LocalPivotal, clock: Clock
) -> None:
    many_closed_and_two_open(pivotal)
    await portfolio.snapshot(NOTHING)
    pivotal.edit(89, phase="launch")
    pivotal.fails(Fault.error_500, times=1)
    clock.passes()

    await portfolio.snapshot(NOTHING)

    assert phase(portfolio, 89) == "review"


async def test_an_onboarding_found_deleted_is_forgotten_by_number_or_id(
    portfolio: Portfolio, pivotal: LocalPivotal, store: Store
) -> None:
    record = pivotal.has_onboarding(89)
    pivotal.has_onboarding(90)
    await portfolio.snapshot(NOTHING)

    await portfolio.remove("90")
    await portfolio.remove(record["id"])

    assert numbers(portfolio) == []
    assert (await store.snapshot.load())[0] == ()


async def test_a_standing_asks_for_a_customer_it_does_not_know(
    portfolio: Portfolio, pivotal: LocalPivotal, api: AsyncPivotalApi, store: Store
) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods")
    onboarding = await api.onboardings.get("89")

    standing = await portfolio.standing(onboarding)
    await portfolio.standing(onboarding)

    assert standing.title == "Aurora Foods"
    assert [customer.name for customer in (await store.snapshot.load())[1].values()] == ["Aurora Foods"]
    assert sum(request.path.startswith("/customers/") for request in pivotal.requests) == 1


async def test_a_standing_without_its_customer_is_still_a_standing(
    portfolio: Portfolio, pivotal: LocalPivotal, api: AsyncPivotalApi
) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods", name="Second site")
    onboarding = await api.onboardings.get("89")
    pivotal.fails(Fault.error_500, times=1)

    standing = await portfolio.standing(onboarding)

    assert (standing.customer, standing.title) == (None, "Second site")


async def test_a_replica_takes_over_what_another_has_just_walked(
    portfolio: Portfolio, pivotal: LocalPivotal, api: AsyncPivotalApi, store: Store, clock: Clock
) -> None:
    pivotal.has_onboarding(89, phase="review")
    other = Portfolio(api, store, clock=clock, phases=Phases())
    await portfolio.snapshot(MINUTE)
    await other.snapshot(MINUTE)
    pivotal.edit(89, phase="launch")
    clock.passes(timedelta(hours=1))
    await portfolio.snapshot(MINUTE)

    snapshot = await other.snapshot(MINUTE)

    assert lists(pivotal) == 2
    assert snapshot == portfolio.current
    assert snapshot.standings[0].history.phase_since == clock.now


async def test_usual_days_in_a_phase_come_from_what_was_observed(
    portfolio: Portfolio, store: Store, clock: Clock
) -> None:
    start = clock.now
    await store.observations.add(
        Observation(f"onb_{number}", "phase", before, after, start + timedelta(days=days), "poll")
        for number in range(3)
        for before, after, days in (("program_design", "review", 0), ("review", "program_buildout", 4))
    )

    await portfolio.load()

    assert portfolio.medians == {"review": 4.0}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, None),
        ({"review": 600}, None),
        ({"completed": 599, "review": 1}, None),
        ({"completed": 600, "review": 1}, DEFAULT[:-1]),
        ({"completed": 601, "review": 101}, DEFAULT[:-1]),
        ({"completed": 601, "review": 1, "hypercare": 1}, None),
        ({"completed": 701, "review": 1, "hypercare": 1}, (*DEFAULT[:-1], "hypercare")),
    ],
)
def test_the_cheaper_plan_is_chosen(counts: dict[str, int], expected: tuple[str, ...] | None) -> None:
    rows = [
        OnboardingRow(id=f"{phase} {number}", display_id=1, customer_id="c", phase=phase, state="active")
        for phase, count in counts.items()
        for number in range(count)
    ]

    plan = walks.plan({row.id: row for row in rows}, phases=Phases())

    assert plan == expected


async def test_what_a_whole_walk_misses_is_asked_for_once_and_told_to_be_gone(
    pivotal: LocalPivotal, portfolio: Portfolio, clock: Clock
) -> None:
    pivotal.has_onboarding(89, phase="review")
    pivotal.has_onboarding(90, phase="review")
    await portfolio.snapshot(NOTHING)
    told: list[Sight] = []
    portfolio.watch(told.append)
    gone = pivotal.onboarding(89)["id"]
    pivotal.delete(89)
    clock.passes()

    await portfolio.snapshot(NOTHING)
    clock.passes()
    await portfolio.snapshot(NOTHING)

    assert numbers(portfolio) == [90]
    assert [one.onboarding.display_id for sight in told for one in sight.gone] == [89]
    assert sum(request.path == f"/onboardings/{gone}" for request in pivotal.requests) == 1


async def test_whoever_watches_is_told_what_a_walk_saw_and_who_wrote_what_was_written(
    pivotal: LocalPivotal, portfolio: Portfolio, api: AsyncPivotalApi, clock: Clock
) -> None:
    pivotal.has_onboarding(89, phase="review")
    await portfolio.snapshot(NOTHING)
    told: list[Sight] = []
    portfolio.watch(told.append)

    pivotal.edit(89, target_launch_date="2026-10-01")
    clock.passes()
    await portfolio.snapshot(NOTHING)
    await portfolio.put(await api.onboardings.update("89", phase="program_buildout"), by="U1")

    assert [(change.field, change.source, sight.by) for sight in told for change in sight.changes] == [
        ("target_launch_date", "poll", ""),
        ("phase", "us", "U1"),
    ]
