from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.errors import Forbidden, NotFound, UserError
from bot.domain.records import Actor, DeliveryStatus, Said
from bot.services.subscriptions import Subscriptions, Wish
from bot.store import Store

ANA = Actor("U0ANA0001", "T0HOME001", "Ana Ruiz", pivotal_ids=frozenset({"user_csm_001"}))
DEVON = Actor("U0DEV0001", "T0HOME001", "Devon Park")
GUEST = Actor("U0GUEST01", "T0HOME001", "Gus Moreau", guest=True, admin=True)
CHANNEL = "C0ONBOARD"
AT_RISK = Wish("at-risk", "mon-fri", time(9), "europe/berlin")
GRACE = timedelta(hours=4)
SUNDAY = datetime(2026, 9, 6, 12, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 9, 7, 7, tzinfo=UTC)


class Scene:
    def __init__(self, store: Store) -> None:
        self.now = SUNDAY
        self.store = store
        self.changes = 0
        self.subscriptions = Subscriptions(store, clock=lambda: self.now)
        self.subscriptions.watch(self.changed)

    async def changed(self) -> None:
        self.changes += 1


@pytest.fixture
async def scene(tmp_path) -> AsyncIterator[Scene]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", clock=lambda: SUNDAY)
    yield Scene(store)
    await store.close()


async def test_channel_is_subscribed_with_its_creator_and_whoever_watches_is_told(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)

    assert (made.creator, made.zone, made.created_at) == ("U0ANA0001", "Europe/Berlin", SUNDAY)
    assert await scene.subscriptions.of_channel(CHANNEL) == (made,)
    assert scene.changes == 1


@pytest.mark.parametrize("actor", [DEVON, GUEST])
async def test_who_may_not_subscribe_changes_nothing(scene, actor):
    with pytest.raises(Forbidden):
        await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=actor)

    assert await scene.subscriptions.all() == ()


@pytest.mark.parametrize("wish", [replace(AT_RISK, days="someday"), replace(AT_RISK, zone="Mars/Base")])
async def test_unreadable_hours_are_refused(scene, wish):
    with pytest.raises(UserError):
        await scene.subscriptions.subscribe(CHANNEL, wish, by=ANA)

    assert await scene.subscriptions.all() == ()


async def test_subscribing_again_replaces_and_keeps_the_ledger(scene):
    first = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    await scene.subscriptions.claim(first, "2026-09-04", now=SUNDAY)
    await scene.subscriptions.posted(first, "2026-09-04", ts="1.1", said=Said())

    second = await scene.subscriptions.subscribe(CHANNEL, replace(AT_RISK, at=time(10)), by=ANA)

    assert [one.at for one in await scene.subscriptions.all()] == [time(10)]
    assert await scene.subscriptions.last_delivered(second) is not None


async def test_unsubscribing_ends_it(scene):
    await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)

    await scene.subscriptions.unsubscribe(CHANNEL, "at-risk", by=ANA)

    assert await scene.subscriptions.all() == ()
    with pytest.raises(NotFound, match="launch-week"):
        await scene.subscriptions.unsubscribe(CHANNEL, "launch-week", by=ANA)


async def test_claimed_slot_is_neither_due_nor_claimed_again(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    slot = await scene.subscriptions.due(made, now=MONDAY_NINE, grace=GRACE)
    assert slot is not None

    assert await scene.subscriptions.claim(made, slot.key, now=MONDAY_NINE)

    assert not await scene.subscriptions.claim(made, slot.key, now=MONDAY_NINE)
    assert await scene.subscriptions.due(made, now=MONDAY_NINE, grace=GRACE) is None


async def test_digest_asked_for_is_no_base_of_comparison(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    await scene.subscriptions.claim(made, "now:1", now=MONDAY_NINE)

    await scene.subscriptions.posted(made, "now:1", ts="1.1", said=Said())

    assert await scene.subscriptions.last_delivered(made) is None


async def test_missed_slots_are_settled_once_with_their_reason(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    tuesday_noon = MONDAY_NINE + timedelta(days=1, hours=3)

    skipped = await scene.subscriptions.skip_missed(made, now=tuesday_noon, grace=GRACE, reason="was down")

    assert [slot.key for slot in skipped] == ["2026-09-07"]
    (row,) = await scene.subscriptions.recent(made)
    assert (row.status, row.reason) == (DeliveryStatus.SKIPPED, "was down")
    assert await scene.subscriptions.skip_missed(made, now=tuesday_noon, grace=GRACE, reason="was down") == ()


async def test_resuming_starts_with_the_next_hour_and_explains_the_pause(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    await scene.subscriptions.pause(made.id, reason="That channel is archived.")
    scene.now = MONDAY_NINE + timedelta(hours=1)

    resumed = await scene.subscriptions.resume(made.id, by=ANA)

    assert await scene.subscriptions.all(active_only=True) == (resumed,)
    assert await scene.subscriptions.due(resumed, now=scene.now, grace=GRACE) is None
    assert [row.reason for row in await scene.subscriptions.recent(made)] == ["paused"]


async def test_what_is_not_paused_cannot_be_resumed(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)

    with pytest.raises(UserError, match="not paused"):
        await scene.subscriptions.resume(made.id, by=ANA)
