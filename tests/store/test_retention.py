"""What is too old goes, and nothing else: on both databases, at the second."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import insert

from bot.domain.records import (
    AuditEntry,
    Card,
    DeliveryStatus,
    Event,
    Follow,
    Observation,
    Said,
    Snooze,
    Subscription,
)
from bot.pivotal.models import OnboardingRow
from bot.store import Store
from bot.store.retention import BATCH, Spans
from bot.store.tables import claims

SPANS = Spans(history=timedelta(days=400), events=timedelta(days=7), unread=timedelta(days=30))
SECOND = timedelta(seconds=1)
ENTRY = {"slack_id": "U1", "name": "Ana", "source": "button", "action": "advance", "onboarding_id": "o1"} | {
    "title": "Aurora", "before": "", "after": "", "outcome": "done"
}  # fmt: skip


def row(onboarding_id="o1", **fields):
    known = {"id": onboarding_id, "display_id": 89, "customer_id": "c1", "phase": "review", "state": "active"}
    return OnboardingRow.model_validate(known | fields)


def seen(at, *, field="phase", after="review", onboarding_id="o1"):
    return Observation(onboarding_id, field, "program_design", after, at, "poll")


async def delivered(store, slot, at, *, subscription="s1", status=DeliveryStatus.DONE):
    claim = await store.deliveries.claim(subscription, slot, channel="C1", now=at)
    if status is DeliveryStatus.DONE:
        await store.deliveries.posted(claim, ts="1.1", said=Said())
    await store.deliveries.mark(claim, status)


def subscription(now):
    return Subscription("s1", "T1", "C1", "at-risk", "daily", time(9), "UTC", "U1", now)


async def sweep(store, now):
    return {table: gone for table, gone in (await store.retention.sweep(now, spans=SPANS)).items() if gone}


async def test_audit_goes_at_the_second(store: Store, now: datetime) -> None:
    for reference, age in (("old", SPANS.history + SECOND), ("young", SPANS.history)):
        await store.audit.add(AuditEntry(at=now - age, reference=reference, **ENTRY))

    gone = await sweep(store, now)

    assert gone == {"audit": 1}
    assert [entry.reference for entry in await store.audit.list()] == ["young"]


async def test_observations_go_but_not_what_the_present_rests_on(store: Store, now: datetime) -> None:
    old = now - SPANS.history - timedelta(days=3)
    await store.snapshot.put(row(), now=old, source="poll")
    first, last, other = seen(old), seen(old + SECOND, after="launch"), seen(old, field="csm_id", after="user_1")
    elsewhere, young = seen(old, onboarding_id="gone"), seen(now, onboarding_id="gone")
    await store.observations.add([first, last, other, elsewhere, young])

    gone = await sweep(store, now)

    assert gone == {"observations": 2}
    assert await store.observations.all() == {"o1": [last, other], "gone": [young]}


async def test_a_running_number_never_comes_back(store: Store, now: datetime) -> None:
    await store.observations.add([seen(now - SPANS.history * 2, onboarding_id="gone")])
    number, _ = await store.observations.after(0)

    await sweep(store, now)

    await store.observations.add([seen(now)])
    assert [one.seen_at for one in (await store.observations.after(number))[1]] == [now]


async def test_deliveries_go_but_not_the_base_of_the_next_digest(store: Store, now: datetime) -> None:
    old = now - SPANS.history - timedelta(days=30)
    await store.subscriptions.add(subscription(old))
    await delivered(store, "2025-07-01", old)
    await delivered(store, "2025-07-02", old)
    await delivered(store, "2025-07-03", old, status=DeliveryStatus.SKIPPED)
    await delivered(store, "now:1", old)
    await delivered(store, "2025-07-02", old, subscription="ended")
    await delivered(store, "2026-09-07", now, status=DeliveryStatus.SKIPPED)

    gone = await sweep(store, now)

    assert gone == {"deliveries": 4}
    assert {one.slot for one in await store.deliveries.recent("s1")} == {"2025-07-02", "2026-09-07"}


async def test_cards_go_when_nobody_may_have_to_remove_them_any_more(store: Store, now: datetime) -> None:
    for ts, age in (("1", SPANS.history + SECOND), ("2", SPANS.history)):
        await store.cards.add(Card("o1", "C1", ts, now - age, "Ana"))
        await store.posts.add("C1", ts, at=now - age)

    gone = await sweep(store, now)

    assert gone == {"cards": 1, "posts": 1}
    assert [card.ts for card in await store.cards.of("o1")] == ["2"]
    assert tuple(await store.posts.in_channel("C1", limit=5)) == ("2",)


async def test_claims_go_when_they_expire_and_without_an_end_with_the_history(store: Store, clock) -> None:
    now = clock()
    ages = {"expired": SECOND, "held": timedelta(), "view:old": SPANS.history + SECOND, "view:young": SPANS.history}
    for key, age in ages.items():
        clock.now = now - age
        await store.claims.first_time(key, now=clock(), keep=None if key.startswith("view:") else SECOND)
    clock.now = now

    gone = await sweep(store, now)

    assert gone == {"claims": 2}
    assert [await store.claims.seen(key, now=now) for key in ("held", "view:old", "view:young")] == [True, False, True]


async def test_events_go_when_worked_off_or_given_up(store: Store, now: datetime) -> None:
    event = Event("done", "onboarding.updated", "onboarding:89", now, now, done_at=now - SPANS.events - SECOND)
    waiting = replace(event, id="waiting", done_at=None, received_at=now - SPANS.unread)
    hopeless = replace(event, id="hopeless", done_at=None, received_at=now - SPANS.unread - SECOND)
    await store.inbox.add([event, waiting, hopeless, replace(event, id="known", done_at=now - SPANS.events)])

    gone = await sweep(store, now)

    assert gone == {"inbox": 2}
    assert [one.id for one in await store.inbox.due(now, limit=9)] == ["waiting"]


async def test_snoozes_go_when_their_day_has_come_everywhere(store: Store, now: datetime) -> None:
    for onboarding_id, until in (("a", date(2026, 9, 5)), ("b", date(2026, 9, 6)), ("c", date(2026, 9, 30))):
        await store.snoozes.put(Snooze("C1", onboarding_id, "Aurora", until, "why", "U1", "Ana", now, ""))

    gone = await sweep(store, now)

    assert gone == {"snoozes": 1}
    assert [one.onboarding_id for one in await store.snoozes.all()] == ["b", "c"]


async def test_follows_go_with_an_onboarding_that_is_long_gone(store: Store, now: datetime) -> None:
    old = now - SPANS.history - SECOND
    await store.snapshot.put(row(), now=now, source="poll")
    for onboarding_id, since in (("o1", old), ("gone", old), ("new", now)):
        await store.follows.add(Follow("U1", onboarding_id, "Aurora", since, "UTC"))

    gone = await sweep(store, now)

    assert gone == {"follows": 1}
    assert {one.onboarding_id for one in await store.follows.of_person("U1")} == {"o1", "new"}


async def test_much_goes_in_many_small_transactions(store: Store, now: datetime) -> None:
    many = 2 * BATCH + 1
    expired = {"holder": "", "token": "t", "since": now, "expires_at": now}
    async with store.database.writing() as connection:
        await connection.execute(insert(claims), [{"key": f"k{number}", **expired} for number in range(many)])

    gone = await sweep(store, now)

    assert gone == {"claims": many}
    assert await sweep(store, now) == {}
