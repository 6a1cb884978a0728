from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain.records import Observation, Snooze
from bot.store import Store


def snooze(now: datetime, **changes: object) -> Snooze:
    plain = Snooze(
        "C1", "onb_1", "Aurora & Söhne 📦", date(2026, 9, 18), "waits for DNS", "U1", "Ana", now, "phase=review|"
    )
    return replace(plain, **changes)


async def test_a_snooze_comes_back_as_it_went_in(store: Store, now: datetime) -> None:
    await store.snoozes.put(snooze(now))

    assert await store.snoozes.of_channel("C1") == (snooze(now),)
    assert await store.snoozes.of_channel("C2") == ()


async def test_a_second_one_takes_the_place_of_the_first(store: Store, now: datetime) -> None:
    await store.snoozes.put(snooze(now))
    later = snooze(now, until=date(2026, 9, 30), reason="still waits", at=now + timedelta(days=1))

    await store.snoozes.put(later)

    assert await store.snoozes.all() == (later,)


async def test_those_of_a_channel_or_of_an_onboarding_come_by_their_day(store: Store, now: datetime) -> None:
    late = snooze(now, onboarding_id="onb_2", until=date(2026, 9, 30))
    soon = snooze(now, onboarding_id="onb_3", until=date(2026, 9, 8))
    elsewhere = snooze(now, channel="C2", onboarding_id="onb_2")
    for one in (late, soon, elsewhere):
        await store.snoozes.put(one)

    assert await store.snoozes.of_channel("C1") == (soon, late)
    assert await store.snoozes.of("onb_2") == (elsewhere, late)
    assert await store.snoozes.all() == (soon, elsewhere, late)


async def test_one_is_ended_once(store: Store, now: datetime) -> None:
    await store.snoozes.put(snooze(now))
    await store.snoozes.put(snooze(now, channel="C2"))

    answers = [await store.snoozes.delete("C1", "onb_1") for _ in range(2)]

    assert answers == [True, False]
    assert [one.channel for one in await store.snoozes.all()] == ["C2"]


async def test_what_has_woken_is_forgotten_but_not_what_was_snoozed_anew(store: Store, now: datetime) -> None:
    woken, other, anew = snooze(now), snooze(now, onboarding_id="onb_2"), snooze(now, onboarding_id="onb_3")
    for one in (woken, other, anew):
        await store.snoozes.put(one)
    again = replace(anew, at=now + timedelta(minutes=1))
    await store.snoozes.put(again)

    await store.snoozes.forget([woken, anew])
    await store.snoozes.forget([])

    assert await store.snoozes.all() == (other, again)


async def test_what_was_seen_since_is_of_those_asked_for_and_later(store: Store, now: datetime) -> None:
    seen = [
        Observation(which, "phase", "review", "launch", now + timedelta(minutes=minutes), "poll")
        for which, minutes in [("onb_1", 0), ("onb_1", 5), ("onb_2", 6), ("onb_3", 7)]
    ]
    await store.observations.add(seen)

    assert await store.observations.since(now, of=["onb_1", "onb_2"]) == (seen[1], seen[2])
    assert await store.observations.since(now, of=[]) == ()
