import asyncio
from datetime import datetime, timedelta

from bot.store import Held, Lease, Store
from bot.store.retention import Spans

MINUTE = timedelta(minutes=1)


async def test_a_key_is_new_only_once(store: Store, now: datetime) -> None:
    answers = [await store.claims.first_time("event:E1", now=now, keep=MINUTE) for _ in range(3)]

    assert answers == [True, False, False]


async def test_of_ten_at_once_exactly_one_is_first(store: Store, now: datetime) -> None:
    answers = await asyncio.gather(*(store.claims.first_time("view:V1", now=now, keep=MINUTE) for _ in range(10)))

    assert sorted(answers) == [False] * 9 + [True]


async def test_a_key_is_new_again_when_its_claim_has_expired(store: Store, clock) -> None:
    await store.claims.first_time("event:E1", now=clock(), keep=MINUTE)

    clock.passes(seconds=59)
    before = await store.claims.first_time("event:E1", now=clock(), keep=MINUTE)
    clock.passes(seconds=1)
    after = await store.claims.first_time("event:E1", now=clock(), keep=MINUTE)

    assert (before, after) == (False, True)


async def test_a_key_claimed_by_a_clock_that_was_ahead_is_new_again_when_it_is_right(store: Store, clock) -> None:
    clock.passes(days=365)
    await store.claims.first_time("seen:readers", now=clock(), keep=MINUTE)

    clock.passes(days=-365)
    answers = [await store.claims.first_time("seen:readers", now=clock(), keep=MINUTE) for _ in range(2)]

    assert answers == [True, False]


async def test_a_key_claimed_for_good_by_a_clock_that_was_ahead_stays_claimed(store: Store, clock) -> None:
    clock.passes(days=365)
    await store.claims.first_time("view:V1", now=clock(), keep=None)

    clock.passes(days=-365)

    assert not await store.claims.first_time("view:V1", now=clock(), keep=None)
    assert not await store.claims.first_time("view:V1", now=clock(), keep=MINUTE)
    assert await store.claims.seen("view:V1", now=clock())


async def test_on_postgresql_the_clock_of_the_database_says_what_is_new(postgres, clock) -> None:
    store = await Store.open(postgres(), clock=clock)
    ahead = clock() + timedelta(days=1)
    await store.claims.first_time("event:E1", now=clock(), keep=MINUTE)

    again = await store.claims.first_time("event:E1", now=ahead, keep=MINUTE)

    assert not again
    assert await store.claims.seen("event:E1", now=ahead)
    await store.close()


async def test_a_key_claimed_for_good_survives_the_sweep(store: Store, now: datetime) -> None:
    await store.claims.first_time("view:V1", now=now, keep=None)
    await store.claims.first_time("event:E1", now=now, keep=MINUTE)

    later = now + timedelta(days=300)

    swept = await store.retention.sweep(later, spans=Spans(*[timedelta(days=400)] * 3))

    assert swept["claims"] == 1
    assert not await store.claims.first_time("view:V1", now=later, keep=None)


async def test_of_ten_at_once_exactly_one_gets_the_lease_and_the_others_hear_who(store: Store, clock) -> None:
    now = clock()
    answers = await asyncio.gather(
        *(store.claims.lease("press:89", holder=f"U{number}", now=now, ttl=MINUTE) for number in range(10))
    )

    winners = [answer for answer in answers if isinstance(answer, Lease)]
    assert len(winners) == 1
    assert set(answers) - set(winners) == {Held(holder=winners[0].holder, since=now)}


async def test_a_released_lease_is_free_at_once(store: Store, now: datetime) -> None:
    lease = await store.claims.lease("press:89", holder="ANA", now=now, ttl=MINUTE)
    assert isinstance(lease, Lease)

    released = await store.claims.release(lease)

    assert released
    assert isinstance(await store.claims.lease("press:89", holder="BEN", now=now, ttl=MINUTE), Lease)


async def test_an_expired_lease_goes_to_the_next_and_cannot_be_released_by_the_first(store: Store, clock) -> None:
    began = clock()
    late = await store.claims.lease("press:89", holder="ANA", now=began, ttl=MINUTE)
    assert isinstance(late, Lease)
    clock.passes(minutes=1)
    taken = await store.claims.lease("press:89", holder="BEN", now=clock(), ttl=MINUTE)

    released = await store.claims.release(late)

    assert taken == Lease("press:89", "BEN", taken.token, since=began + MINUTE, until=began + 2 * MINUTE)
    assert not released
    assert await store.claims.lease("press:89", holder="ANA", now=clock(), ttl=MINUTE) == Held("BEN", began + MINUTE)


async def test_a_renewed_lease_lasts_and_one_that_is_anothers_by_now_is_not_renewed(store: Store, clock) -> None:
    lease = await store.claims.lease("press:89", holder="ANA", now=clock(), ttl=MINUTE)
    assert isinstance(lease, Lease)
    clock.passes(seconds=50)

    renewed = await store.claims.renew(lease, now=clock(), ttl=MINUTE)
    clock.passes(seconds=59)
    kept = await store.claims.lease("press:89", holder="BEN", now=clock(), ttl=MINUTE)
    clock.passes(seconds=1)
    taken = await store.claims.lease("press:89", holder="BEN", now=clock(), ttl=MINUTE)

    assert renewed
    assert kept == Held("ANA", lease.since)
    assert isinstance(taken, Lease)
    assert not await store.claims.renew(lease, now=clock(), ttl=MINUTE)


async def test_a_lease_is_held_until_it_expires(store: Store, clock) -> None:
    before = await store.claims.held("press:89", now=clock())
    await store.claims.lease("press:89", holder="ANA", now=clock(), ttl=MINUTE)
    at_once = await store.claims.held("press:89", now=clock())
    clock.passes(minutes=1)

    assert (before, at_once) == (False, True)
    assert not await store.claims.held("press:89", now=clock())


async def test_a_lease_taken_by_a_clock_that_was_ahead_is_nobodys_when_it_is_right(store: Store, clock) -> None:
    clock.passes(days=365)
    await store.claims.lease("press:89", holder="ANA", now=clock(), ttl=MINUTE)

    clock.passes(days=-365)

    assert not await store.claims.held("press:89", now=clock())
    assert isinstance(await store.claims.lease("press:89", holder="BEN", now=clock(), ttl=MINUTE), Lease)


async def test_on_postgresql_a_lease_goes_by_the_clock_of_the_database(postgres, clock) -> None:
    store = await Store.open(postgres(), clock=clock)
    lease = await store.claims.lease("press:89", holder="ANA", now=clock() + timedelta(hours=1), ttl=MINUTE)
    ahead = clock() + timedelta(days=1)

    other = await store.claims.lease("press:89", holder="BEN", now=ahead, ttl=MINUTE)

    assert (lease.since, lease.until) == (clock(), clock() + MINUTE)
    assert other == Held(holder="ANA", since=clock())
    assert await store.claims.held("press:89", now=ahead)
    await store.close()


async def test_the_same_person_pressing_twice_gets_one_lease(store: Store, clock) -> None:
    now = clock()
    first = await store.claims.lease("press:89", holder="ANA", now=now, ttl=MINUTE)

    second = await store.claims.lease("press:89", holder="ANA", now=now, ttl=MINUTE)

    assert isinstance(first, Lease)
    assert second == Held(holder="ANA", since=now)


async def test_a_key_is_seen_once_it_is_claimed_and_until_it_expires(store: Store, clock) -> None:
    before = await store.claims.seen("view:V1", now=clock())
    await store.claims.first_time("view:V1", now=clock(), keep=None)
    await store.claims.first_time("view:V2", now=clock(), keep=MINUTE)
    at_once = await store.claims.seen("view:V2", now=clock())
    clock.passes(minutes=1)

    assert (before, at_once) == (False, True)
    assert await store.claims.seen("view:V1", now=clock())
    assert not await store.claims.seen("view:V2", now=clock())


async def test_what_is_marked_under_a_prefix_is_found_oldest_first_and_what_expires_is_none_of_it(
    store: Store, now: datetime
) -> None:
    await store.claims.mark("untold:S2", now=now)
    await store.claims.mark("untold:S1", now=now - MINUTE)
    await store.claims.mark("sweep", now=now)
    await store.claims.first_time("untold:S3", now=now, keep=MINUTE)

    marks = await store.claims.marks("untold:")

    assert list(marks.items()) == [("untold:S1", now - MINUTE), ("untold:S2", now)]
