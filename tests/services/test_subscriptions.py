from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.errors import Forbidden, NotFound, UserError
from bot.domain.records import BEGUN, SKIP, Actor, DeliveryStatus, Said
from bot.services.ledger import Ledger
from bot.services.subscriptions import EDIT, NOW, PAUSE, RESUME, SUBSCRIBE, UNSUBSCRIBE, Subscriptions, Wish, allowed
from bot.store import Store

ANA = Actor("U0ANA0001", "T0HOME001", "Ana Ruiz", pivotal_ids=frozenset({"user_csm_001"}))
DEVON = Actor("U0DEV0001", "T0HOME001", "Devon Park")
CARA = Actor("U0CARA001", "T0HOME001", "Cara Lindqvist", admin=True)
GUEST = Actor("U0GUEST01", "T0HOME001", "Gus Moreau", guest=True, admin=True)
CHANNEL = "C0ONBOARD"
DEVONS = "D0DEV0001"
AT_RISK = Wish("at-risk", "mon-fri", time(9), "europe/berlin")
GRACE = timedelta(hours=4)
SUNDAY = datetime(2026, 9, 6, 12, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 9, 7, 7, tzinfo=UTC)


class Scene:
    def __init__(self, store: Store) -> None:
        self.now = SUNDAY
        self.store = store
        self.changes = 0
        self.ledger = Ledger(store)
        self.subscriptions = Subscriptions(store, clock=lambda: self.now)
        self.subscriptions.watch(self.changed)

    async def audit(self) -> list[tuple[str, str]]:
        return [(row.action, row.outcome) for row in reversed(await self.store.audit.list())]

    async def changed(self) -> None:
        self.changes += 1


@pytest.fixture
async def scene(database_url) -> AsyncIterator[Scene]:
    store = await Store.open(database_url, clock=lambda: SUNDAY)
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
    claim = await scene.ledger.claim(first, "2026-09-04", now=SUNDAY)
    await scene.ledger.posted(claim, ts="1.1", said=Said())

    second = await scene.subscriptions.subscribe(CHANNEL, replace(AT_RISK, at=time(10)), by=ANA)

    assert [one.at for one in await scene.subscriptions.all()] == [time(10)]
    assert await scene.ledger.last_delivered(second, now=SUNDAY) is not None


async def test_unsubscribing_ends_it(scene):
    await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)

    await scene.subscriptions.unsubscribe(CHANNEL, "at-risk", by=ANA)

    assert await scene.subscriptions.all() == ()
    with pytest.raises(NotFound, match="launch-week"):
        await scene.subscriptions.unsubscribe(CHANNEL, "launch-week", by=ANA)


async def test_resuming_starts_with_the_next_hour_and_explains_the_pause(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    await scene.subscriptions.pause(made.id, reason="That channel is archived.")
    scene.now = MONDAY_NINE + timedelta(hours=1)

    resumed = await scene.subscriptions.resume(made.id, by=ANA)

    assert await scene.subscriptions.all(active_only=True) == (resumed,)
    assert await scene.ledger.due(resumed, now=scene.now, grace=GRACE) is None
    assert [row.reason for row in await scene.ledger.recent(made)] == ["paused"]


async def test_what_is_not_paused_cannot_be_resumed(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)

    with pytest.raises(UserError, match="not paused"):
        await scene.subscriptions.resume(made.id, by=ANA)


async def test_who_subscribed_what_is_kept_with_where_it_came_from(scene):
    await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA, source="modal", reference="ABC")
    later = replace(AT_RISK, at=time(10), filters="mine", mentions=True, quiet=False, holidays="DE", on_holiday=SKIP)

    await scene.subscriptions.subscribe(CHANNEL, later, by=ANA)

    second, first = await scene.store.audit.list()
    assert (first.action, first.outcome, first.title) == (SUBSCRIBE, "done", "at-risk digest")
    assert (first.slack_id, first.source, first.reference) == (ANA.slack_id, "modal", "ABC")
    assert (first.before, first.after) == ("", "C0ONBOARD: mon-fri 09:00 Europe/Berlin")
    assert second.before == first.after
    assert second.after == (
        "C0ONBOARD: mon-fri 10:00 Europe/Berlin, mine, mentions on, posted when empty too, holidays of DE: skip"
    )


@pytest.mark.parametrize("actor", [DEVON, GUEST])
async def test_refused_attempts_are_kept_with_their_reason(scene, actor):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    attempts = [
        lambda: scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=actor),
        lambda: scene.subscriptions.edit(made.id, AT_RISK, by=actor),
        lambda: scene.subscriptions.pause_by(made.id, by=actor),
        lambda: scene.subscriptions.resume(made.id, by=actor),
        lambda: scene.subscriptions.unsubscribe(CHANNEL, "at-risk", by=actor),
    ]

    for attempt in attempts:
        with pytest.raises(Forbidden):
            await attempt()

    kept = await scene.audit()
    assert kept[1:] == [(action, "refused") for action in (SUBSCRIBE, EDIT, PAUSE, RESUME, UNSUBSCRIBE)]
    assert all(row.reason and not row.after for row in (await scene.store.audit.list())[:5])
    assert await scene.subscriptions.all() == (made,)


@pytest.mark.parametrize("wish", [replace(AT_RISK, holidays="XX"), replace(AT_RISK, on_holiday="cry")])
async def test_unreadable_holidays_are_refused(scene, wish):
    with pytest.raises(UserError):
        await scene.subscriptions.subscribe(CHANNEL, wish, by=ANA)

    assert await scene.subscriptions.all() == ()


async def test_ones_own_direct_message_takes_no_right(scene):
    made = await scene.subscriptions.subscribe(DEVONS, AT_RISK, by=DEVON)

    assert made.direct
    assert allowed(made, DEVON)
    edited = await scene.subscriptions.edit(made.id, replace(AT_RISK, at=time(8)), by=DEVON)
    assert edited.at == time(8)
    await scene.subscriptions.pause_by(made.id, by=DEVON)
    await scene.subscriptions.resume(made.id, by=DEVON)
    await scene.subscriptions.delete(made.id, by=DEVON)
    assert await scene.subscriptions.all() == ()


async def test_somebody_elses_own_digest_is_theirs_and_the_admins(scene):
    made = await scene.subscriptions.subscribe(DEVONS, AT_RISK, by=DEVON)

    for attempt in (scene.subscriptions.pause_by, scene.subscriptions.delete):
        with pytest.raises(Forbidden, match="somebody else’s"):
            await attempt(made.id, by=ANA)
    with pytest.raises(Forbidden, match="somebody else’s"):
        await scene.subscriptions.subscribe(DEVONS, AT_RISK, by=ANA)

    assert (allowed(made, ANA), allowed(made, CARA), allowed(made, GUEST)) == (False, True, False)
    await scene.subscriptions.delete(made.id, by=CARA)
    assert await scene.subscriptions.all() == ()


async def test_guest_gets_no_digest_of_their_own(scene):
    with pytest.raises(Forbidden):
        await scene.subscriptions.subscribe("D0GUEST01", AT_RISK, by=GUEST)

    assert await scene.subscriptions.all() == ()


async def test_edited_subscription_keeps_its_creator_its_ledger_and_its_pause(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    await scene.subscriptions.pause_by(made.id, by=ANA)
    scene.now = SUNDAY + timedelta(hours=1)

    edited = await scene.subscriptions.edit(made.id, replace(AT_RISK, filters="phase:review", mentions=True), by=CARA)

    assert edited == replace(made, filters="phase:review", mentions=True, paused="Paused by Ana Ruiz.")
    assert await scene.subscriptions.all() == (edited,)
    assert (await scene.audit())[-1] == (EDIT, "done")
    assert scene.changes == 3


async def test_new_hours_count_from_now_on(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    scene.now = MONDAY_NINE + timedelta(hours=2)
    await scene.ledger.claim(made, "2026-09-07", now=MONDAY_NINE)

    edited = await scene.subscriptions.edit(made.id, replace(AT_RISK, at=time(10)), by=ANA)

    assert edited.created_at == scene.now
    assert await scene.ledger.due(edited, now=scene.now, grace=GRACE) is None


@pytest.mark.parametrize("change", ["edit", "subscribe"])
async def test_slot_that_new_hours_leave_open_is_explained(scene, change):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    scene.now = MONDAY_NINE + timedelta(hours=2)
    earlier = replace(AT_RISK, at=time(8))

    if change == "edit":
        await scene.subscriptions.edit(made.id, earlier, by=ANA)
    else:
        await scene.subscriptions.subscribe(CHANNEL, earlier, by=ANA)

    (row,) = await scene.ledger.recent(made)
    assert (row.slot, row.status, row.reason) == ("2026-09-07", DeliveryStatus.SKIPPED, "its hours were changed")


async def test_slot_that_new_hours_make_up_for_stays_open(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    scene.now = MONDAY_NINE + timedelta(hours=2)

    edited = await scene.subscriptions.edit(made.id, replace(AT_RISK, at=time(12)), by=ANA)

    assert await scene.ledger.recent(made) == ()
    assert await scene.ledger.due(edited, now=MONDAY_NINE + timedelta(hours=3), grace=GRACE) is not None


async def test_kind_is_not_edited(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)

    with pytest.raises(UserError, match="at-risk"):
        await scene.subscriptions.edit(made.id, replace(AT_RISK, kind="launch-week"), by=ANA)

    assert await scene.subscriptions.all() == (made,)


async def test_paused_by_a_person_it_says_by_whom_and_cannot_be_paused_again(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)

    paused = await scene.subscriptions.pause_by(made.id, by=ANA)

    assert paused.paused == "Paused by Ana Ruiz."
    assert await scene.subscriptions.all(active_only=True) == ()
    with pytest.raises(UserError, match="paused already"):
        await scene.subscriptions.pause_by(made.id, by=ANA)


async def test_what_was_ended_cannot_be_changed(scene):
    made = await scene.subscriptions.subscribe(CHANNEL, AT_RISK, by=ANA)
    await scene.subscriptions.delete(made.id, by=ANA)

    for attempt in (scene.subscriptions.pause_by, scene.subscriptions.resume, scene.subscriptions.delete):
        with pytest.raises(NotFound, match="deleted already"):
            await attempt(made.id, by=ANA)


async def test_a_bot_killed_while_it_posts_a_digest_leaves_one_that_was_begun(scene):
    with pytest.raises(KeyboardInterrupt):
        async with scene.subscriptions.posting_now("at-risk", channel=CHANNEL, by=ANA, reference="ABC"):
            raise KeyboardInterrupt

    (row,) = await scene.store.audit.list()
    assert (row.action, row.outcome, row.after) == (NOW, BEGUN, f"posted in {CHANNEL}")


async def test_a_digest_asked_for_is_told_once_with_what_came_of_it(scene):
    async with scene.subscriptions.posting_now("at-risk", channel=CHANNEL, by=ANA, reference="ABC"):
        pass
    with pytest.raises(Forbidden):
        async with scene.subscriptions.posting_now("at-risk", channel=CHANNEL, by=DEVON, reference="DEF"):
            raise Forbidden("Not you.")

    assert await scene.audit() == [(NOW, "done"), (NOW, "refused")]
