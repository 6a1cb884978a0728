"""The inbox of Pivotal's events and the followers, on each database."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.records import Event, Follow
from bot.store.inbox import FARTHEST

SECOND = timedelta(seconds=1)


def event(number, now, record="onboarding:89", **more):
    return Event(f"evt_{number}", "onboarding.phase_changed", record, received_at=now, due_at=now, **more)


async def test_a_copy_of_an_event_is_kept_once(store, now):
    await store.inbox.add([event(1, now), event(1, now)])
    await store.inbox.add([event(1, now + SECOND), event(2, now)])

    assert sorted(one.id for one in await store.inbox.due(now, limit=9)) == ["evt_1", "evt_2"]


async def test_copies_that_come_at_once_are_kept_once(store, now):
    await asyncio.gather(*(store.inbox.add([event(1, now), event(2, now)]) for _ in range(10)))

    assert await store.inbox.waiting() == 2


async def test_what_is_done_is_not_due_and_a_copy_of_it_does_not_come_back(store, now):
    await store.inbox.add([event(1, now)])
    await store.inbox.done(["evt_1"], now=now)

    await store.inbox.add([event(1, now)])

    assert await store.inbox.due(now, limit=9) == []
    assert await store.inbox.next_due() is None


async def test_what_is_put_off_comes_later_and_counts_its_failures(store, now):
    await store.inbox.add([event(1, now)])

    await store.inbox.later(["evt_1"], due_at=now + SECOND, failed=True)

    assert await store.inbox.due(now, limit=9) == []
    assert [one.attempts for one in await store.inbox.due(now + SECOND, limit=9)] == [1]
    assert await store.inbox.next_due() == now + SECOND


async def test_events_of_one_record_are_found_together_until_they_are_done(store, now):
    await store.inbox.add([event(1, now), event(2, now, record="onboarding:90"), event(3, now), event(4, now + SECOND)])
    await store.inbox.done(["evt_3"], now=now)

    assert sorted(one.id for one in await store.inbox.of("onboarding:89")) == ["evt_1", "evt_4"]


async def test_what_came_to_a_clock_that_was_ahead_or_was_put_off_by_it_is_due_when_it_is_right(store, now):
    await store.inbox.add([event(1, now + timedelta(days=365)), event(2, now), event(3, now)])

    await store.inbox.later(["evt_2"], due_at=now + timedelta(days=365))
    await store.inbox.later(["evt_3"], due_at=now + FARTHEST)

    assert sorted(one.id for one in await store.inbox.due(now, limit=9)) == ["evt_1", "evt_2"]


async def test_what_came_to_a_clock_that_was_ahead_came_last_to_nobody_when_it_is_right(store, now):
    await store.inbox.add([event(1, now), event(2, now + timedelta(days=365))])

    assert await store.inbox.last_received(now) == now


def follow(who="U1", onboarding="onb_1", **more):
    return Follow(who, onboarding, "Aurora", datetime(2026, 9, 7, tzinfo=UTC), "Europe/Berlin", **more)


async def test_following_twice_is_following_once(store):
    assert await store.follows.add(follow())
    assert not await store.follows.add(follow())

    assert await store.follows.of_person("U1") == [follow()]


async def test_following_again_takes_over_the_zone_of_today(store):
    await store.follows.add(follow())
    await store.follows.add(replace(follow(), zone="Asia/Tokyo"))

    assert [one.zone for one in await store.follows.of_person("U1")] == ["Asia/Tokyo"]


async def test_what_is_planned_already_stays_planned(store, now):
    await store.follows.add(follow())
    (one,) = await store.follows.of_person("U1")

    await store.follows.plan(one, now)
    await store.follows.plan(one, now + SECOND)

    assert [one.due_at for one in await store.follows.due(now + SECOND, limit=9)] == [now]


async def test_what_was_planned_for_long_after_is_told_when_the_next_plan_says(store, now):
    await store.follows.add(follow())
    (one,) = await store.follows.of_person("U1")

    await store.follows.plan(one, now + timedelta(days=365))
    await store.follows.plan(one, now)

    assert [one.due_at for one in await store.follows.due(now, limit=9)] == [now]


async def test_news_are_handed_out_once_to_however_many_ask(store, now):
    await store.follows.add(follow())
    (one,) = await store.follows.of_person("U1")
    await store.follows.plan(one, now)
    (due,) = await store.follows.due(now, limit=9)

    taken = await asyncio.gather(*(store.follows.take(due, {"phase": "launch"}) for _ in range(10)))

    assert sum(taken) == 1
    assert [one.told for one in await store.follows.of_person("U1")] == [{"phase": "launch"}]
    assert await store.follows.due(now, limit=9) == []


async def test_what_was_given_back_is_told_later_from_where_it_was(store, now):
    await store.follows.add(replace(follow(), told={"phase": "review"}))
    (one,) = await store.follows.of_person("U1")
    await store.follows.plan(one, now)
    (due,) = await store.follows.due(now, limit=9)
    await store.follows.take(due, {"phase": "launch"})

    await store.follows.give_back(due, due_at=now + SECOND)

    (again,) = await store.follows.due(now + SECOND, limit=9)
    assert again.told == {"phase": "review"}


async def test_one_knows_what_one_did_and_no_more(store):
    await store.follows.add(replace(follow(), told={"phase": "review", "state": "active"}))
    (one,) = await store.follows.of_person("U1")

    await store.follows.learn(one, {"phase": "launch"})

    assert [one.told for one in await store.follows.of_person("U1")] == [{"phase": "launch", "state": "active"}]
