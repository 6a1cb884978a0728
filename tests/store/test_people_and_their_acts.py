import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.domain.records import AuditEntry, Card, Observation, Person, Subscription
from bot.store import Store


def subscription(now: datetime, **changes: object) -> Subscription:
    plain = Subscription(
        id="S1",
        team_id="T1",
        channel="C1",
        kind="at-risk",
        days="mon-fri",
        at=time(9, 30),
        zone="Europe/Berlin",
        creator="U1",
        created_at=now,
        filters="mine",
    )
    return replace(plain, **changes)


def entry(now: datetime, **changes: object) -> AuditEntry:
    plain = AuditEntry(
        at=now,
        slack_id="U1",
        name="Ana",
        source="button in C1",
        action="advance",
        onboarding_id="onb_1",
        title="Aurora",
        before="Review",
        after="Program buildout",
        outcome="done",
        reference="ABC123",
    )
    return replace(plain, **changes)


async def test_a_subscription_comes_back_as_it_went_in(store: Store, now: datetime) -> None:
    added = await store.subscriptions.add(subscription(now))

    assert added
    assert await store.subscriptions.get("S1") == subscription(now)
    assert await store.subscriptions.get("S2") is None


async def test_everything_that_is_set_of_a_subscription_comes_back(store: Store, now: datetime) -> None:
    full = subscription(now, mentions=True, quiet=False, holidays="DE-BY", on_holiday="skip", channel="D1")

    await store.subscriptions.add(full)
    changed = replace(full, at=time(8), filters="")
    await store.subscriptions.edit(changed)

    assert await store.subscriptions.all() == (changed,)


async def test_of_ten_at_once_one_subscription_of_a_kind_stays(store: Store, now: datetime) -> None:
    await store.subscriptions.add(subscription(now, id="S0"))
    await store.subscriptions.add(subscription(now, id="other", kind="launch-week"))

    kept = await asyncio.gather(
        *(store.subscriptions.put_in_place(subscription(now, id=f"S{number}", at=time(number))) for number in range(10))
    )

    assert {one.id for one in kept} == {"S0"}
    assert sorted(one.id for one in await store.subscriptions.of_channel("C1")) == ["S0", "other"]


async def test_a_second_subscription_with_the_same_id_is_not_added(store: Store, now: datetime) -> None:
    await store.subscriptions.add(subscription(now))

    added = await store.subscriptions.add(subscription(now, channel="C9"))

    assert not added
    assert await store.subscriptions.all() == (subscription(now),)


async def test_a_paused_subscription_says_why_and_is_not_active(store: Store, now: datetime) -> None:
    other = subscription(now, id="S2", created_at=now + timedelta(days=1))
    await store.subscriptions.add(other)
    await store.subscriptions.add(subscription(now))

    paused = await store.subscriptions.pause("S1", "The channel is archived.")

    assert paused
    assert await store.subscriptions.all() == (subscription(now, paused="The channel is archived."), other)
    assert await store.subscriptions.all(active_only=True) == (other,)


async def test_a_resumed_subscription_is_active_again(store: Store, now: datetime) -> None:
    await store.subscriptions.add(subscription(now, paused="No members."))

    resumed = await store.subscriptions.resume("S1")

    assert resumed
    assert await store.subscriptions.all(active_only=True) == (subscription(now),)


async def test_pausing_resuming_or_deleting_what_is_not_there_says_so(store: Store) -> None:
    answers = [
        await store.subscriptions.pause("S1", "why not"),
        await store.subscriptions.resume("S1"),
        await store.subscriptions.delete("S1"),
    ]

    assert answers == [False, False, False]


async def test_a_channel_knows_its_subscriptions_and_a_deleted_one_leaves_its_ledger(
    store: Store, now: datetime
) -> None:
    await store.subscriptions.add(subscription(now))
    await store.subscriptions.add(subscription(now, id="S2", channel="C2"))
    await store.deliveries.claim("S1", "2026-09-07", channel="C1", now=now)

    before = await store.subscriptions.of_channel("C1")
    deleted = await store.subscriptions.delete("S1")

    assert before == (subscription(now),)
    assert deleted
    assert await store.subscriptions.of_channel("C1") == ()
    assert await store.deliveries.get("S1", "2026-09-07") is not None


async def test_audit_lists_the_newest_first_of_all_or_of_one_onboarding(store: Store, now: datetime) -> None:
    first, second, third = (
        entry(now, reference="A"),
        entry(now, reference="B", onboarding_id=None, outcome="refused", reason="Ben has the right."),
        entry(now, reference="C"),
    )
    for one in (first, second, third):
        await store.audit.add(one)

    assert await store.audit.list() == (third, second, first)
    assert await store.audit.list(onboarding_id="onb_1") == (third, first)
    assert await store.audit.list(limit=1) == (third,)


async def test_audit_lists_one_kind_of_act(store: Store, now: datetime) -> None:
    await store.audit.add(entry(now, action="note", reference="A"))
    await store.audit.add(entry(now, reference="B"))

    assert [one.reference for one in await store.audit.list(action="note")] == ["A"]


async def test_audit_between_two_instants_comes_oldest_first_and_whole(store: Store, now: datetime) -> None:
    for day in range(4):
        await store.audit.add(entry(now + timedelta(days=day), reference=str(day)))

    span = store.audit.between(now + timedelta(days=1), now + timedelta(days=3))

    assert [one.reference async for one in span] == ["1", "2"]


async def test_what_happened_elsewhere_leaves_out_what_we_did(store: Store, now: datetime) -> None:
    ours = Observation("onb_1", "phase", "review", "internal_qa", now, "us")
    theirs = Observation("onb_1", "phase", "internal_qa", "launch", now, "webhook")
    other = Observation("onb_2", "state", "active", "paused", now, "poll")
    await store.observations.add([ours, theirs, other])

    assert await store.observations.elsewhere() == (other, theirs)
    assert await store.observations.elsewhere(onboarding_id="onb_1") == (theirs,)
    assert await store.observations.elsewhere(limit=1) == (other,)


async def test_a_link_changes_and_keeps_what_the_new_one_leaves_open(store: Store) -> None:
    await store.people.link(Person("user_1", None, "Ana Ruiz", "ana@larkspur.example", "webhook"))

    await store.people.link(Person("user_1", "U1"))

    assert (await store.people.directory()).people == {
        "user_1": Person("user_1", "U1", "Ana Ruiz", "ana@larkspur.example", "admin")
    }


async def test_one_slack_user_may_be_several_pivotal_users(store: Store) -> None:
    await store.people.link(Person("user_1", "U1"))
    await store.people.link(Person("user_2", "U1"))

    directory = await store.people.directory()

    assert directory.of_slack("U1") == {"user_1", "user_2"}


async def test_cards_of_an_onboarding_come_newest_first_bounded_and_not_too_old(store: Store, now: datetime) -> None:
    cards = [Card("onb_1", "C1", f"{number}.0", now + timedelta(days=number), "U1") for number in range(5)]
    for card in cards:
        await store.cards.add(card)
    await store.cards.add(Card("onb_2", "C1", "9.0", now, "U1"))

    found = await store.cards.of("onb_1", limit=3, since=now + timedelta(days=3))

    assert found == (cards[4], cards[3])
    assert await store.cards.of("onb_1", limit=1) == (cards[4],)


async def test_a_forgotten_card_is_gone_and_its_place_can_hold_another(store: Store, now: datetime) -> None:
    first, second = Card("onb_1", "C1", "1.0", now, "U1"), Card("onb_2", "C1", "2.0", now, "U1")
    await store.cards.add(first)
    await store.cards.add(second)

    await store.cards.forget("C1", "1.0")
    await store.cards.add(replace(second, onboarding_id="onb_3"))

    assert await store.cards.of("onb_1") == ()
    assert await store.cards.of("onb_2") == ()
    assert [card.ts for card in await store.cards.of("onb_3")] == ["2.0"]
