import asyncio
from datetime import date, datetime, timedelta
from itertools import product

import pytest

from bot.domain.records import Claim, Delivery, DeliveryStatus, Said, SaidRow
from bot.store import Store

SAID = Said(
    rows={
        "onb_1": SaidRow("Aurora & Söhne", "review", "at_risk", date(2026, 9, 18), date(2026, 9, 1)),
        "onb_2": SaidRow("📦", "launch", "waiting", None, date(2026, 9, 7)),
    },
    rules="abc",
)

ALLOWED = {
    ("claimed", "posted"),
    ("claimed", "failed"),
    ("claimed", "uncertain"),
    ("claimed", "skipped"),
    ("uncertain", "posted"),
    ("uncertain", "failed"),
    ("posted", "threaded"),
    ("posted", "done"),
    ("threaded", "done"),
}

WAY_TO = {
    "claimed": [],
    "posted": ["posted"],
    "threaded": ["posted", "threaded"],
    "done": ["posted", "done"],
    "failed": ["failed"],
    "uncertain": ["uncertain"],
    "skipped": ["skipped"],
}


async def claim_of(store: Store, slot: str) -> Claim:
    """The claim that a slot of S1 is under."""
    found = await store.deliveries.get("S1", slot)
    assert found is not None
    return found.claim


async def claimed(store: Store, slot: str, now: datetime, subscription: str = "S1", channel: str = "C1") -> Claim:
    """A claim that nobody had before."""
    claim = await store.deliveries.claim(subscription, slot, channel=channel, now=now)
    assert claim is not None
    return claim


async def step(store: Store, slot: str, status: str, reason: str | None = None) -> bool:
    claim = await claim_of(store, slot)
    if status == "posted":
        return await store.deliveries.posted(claim, ts="1.2", said=SAID)
    return await store.deliveries.mark(claim, DeliveryStatus(status), reason)


async def test_of_ten_at_once_exactly_one_claims_the_slot(store: Store, now: datetime) -> None:
    answers = await asyncio.gather(
        *(store.deliveries.claim("S1", "2026-09-07", channel="C1", now=now) for _ in range(10))
    )

    assert len([answer for answer in answers if answer]) == 1


async def test_what_was_posted_comes_back_whole(store: Store, now: datetime) -> None:
    claim = await claimed(store, "2026-09-07", now)
    await store.deliveries.posted(claim, ts="17.001", said=SAID)

    found = await store.deliveries.get("S1", "2026-09-07")

    assert found == Delivery("S1", "2026-09-07", DeliveryStatus.POSTED, now, "C1", ts="17.001", said=SAID)


async def test_a_slot_only_moves_forward(store: Store, now: datetime) -> None:
    pairs = [(old, new) for old, new in product(WAY_TO, WAY_TO) if new != "claimed"]
    moved = set()

    for old, new in pairs:
        slot = f"{old} {new}"
        await store.deliveries.claim("S1", slot, channel="C1", now=now)
        for status in WAY_TO[old]:
            assert await step(store, slot, status)
        if await step(store, slot, new):
            moved.add((old, new))
        else:
            unmoved = await store.deliveries.get("S1", slot)
            assert unmoved is not None
            assert unmoved.status == old

    assert moved == ALLOWED


@pytest.mark.parametrize("status", [DeliveryStatus.CLAIMED, DeliveryStatus.POSTED])
async def test_claiming_and_posting_are_not_marks(store: Store, now: datetime, status: DeliveryStatus) -> None:
    claim = await claimed(store, "2026-09-07", now)

    with pytest.raises(ValueError, match="not marked"):
        await store.deliveries.mark(claim, status)


async def test_a_slot_nobody_claimed_cannot_be_posted(store: Store) -> None:
    moved = await store.deliveries.posted(Claim("S1", "2026-09-07", "0"), ts="1.2", said=SAID)

    assert not moved
    assert await store.deliveries.get("S1", "2026-09-07") is None


async def test_the_next_comparison_starts_from_the_newest_scheduled_slot_that_was_delivered(
    store: Store, now: datetime
) -> None:
    for slot, status in [
        ("2026-09-03", "done"),
        ("2026-09-04", "threaded"),
        ("2026-09-05", "failed"),
        ("2026-09-07", "uncertain"),
        ("now:T1", "posted"),
    ]:
        await store.deliveries.claim("S1", slot, channel="C1", now=now)
        for way in WAY_TO[status]:
            await step(store, slot, way)
    claim = await claimed(store, "2026-09-06", now, subscription="S2")
    await store.deliveries.posted(claim, ts="9.9", said=SAID)

    found = await store.deliveries.last_delivered("S1", until="2026-12-31")

    assert found is not None
    assert found.slot == "2026-09-04"
    assert await store.deliveries.last_delivered("S3", until="2026-12-31") is None


async def test_what_is_claimed_or_posted_and_not_done_is_unfinished(store: Store, now: datetime) -> None:
    for number, status in enumerate(WAY_TO):
        await store.deliveries.claim("S1", status, channel="C1", now=now + timedelta(minutes=number))
        for way in WAY_TO[status]:
            await step(store, status, way)
    await store.deliveries.claim("S0", "later", channel="C1", now=now + timedelta(hours=1))

    found = await store.deliveries.unfinished()

    assert [delivery.slot for delivery in found] == [
        *(status for status in WAY_TO if status in ("claimed", "posted", "threaded")),
        "later",
    ]


async def test_recent_ones_come_newest_first_and_bounded(store: Store, now: datetime) -> None:
    for number in range(5):
        await store.deliveries.claim("S1", f"slot {number}", channel="C1", now=now + timedelta(days=number))

    found = await store.deliveries.recent("S1", 3)

    assert [delivery.slot for delivery in found] == ["slot 4", "slot 3", "slot 2"]


async def in_status(store: Store, now: datetime, slot: str, status: str) -> None:
    await store.deliveries.claim("S1", slot, channel="C1", now=now)
    for way in WAY_TO[status]:
        assert await step(store, slot, way)


async def status_of(store: Store, slot: str) -> str | None:
    found = await store.deliveries.get("S1", slot)
    return found.status.value if found else None


async def test_what_will_be_said_is_known_of_a_slot_that_became_uncertain(store: Store, now: datetime) -> None:
    claim = await claimed(store, "2026-09-07", now)
    assert await store.deliveries.prepare(claim, said=SAID)
    await step(store, "2026-09-07", "uncertain")

    arrived = await store.deliveries.arrived("S1", "2026-09-07")

    found = await store.deliveries.last_delivered("S1", until="2026-12-31")
    assert arrived
    assert found == Delivery("S1", "2026-09-07", DeliveryStatus.DONE, now, "C1", said=SAID)


@pytest.mark.parametrize("status", [status for status in WAY_TO if status != "claimed"])
async def test_only_a_claim_is_prepared_or_given_back(store: Store, now: datetime, status: str) -> None:
    await in_status(store, now, "slot", status)
    claim = await claim_of(store, "slot")

    answers = [await store.deliveries.prepare(claim, said=SAID), await store.deliveries.release(claim)]

    assert answers == [False, False]
    assert await status_of(store, "slot") == status


async def test_what_a_clock_skipped_that_was_ahead_is_claimed_by_exactly_one_and_what_another_skipped_is_not(
    store: Store, now: datetime
) -> None:
    slots, ahead = ("2026-09-07", "2026-09-08"), now + timedelta(days=30)
    await store.deliveries.skip("S1", {slots[0]: "was down"}, channel="C1", now=ahead)
    await store.deliveries.skip("S1", {slots[1]: "was down"}, channel="C1", now=now + timedelta(minutes=1))

    known = await store.deliveries.known({("S1", slot) for slot in slots}, now=now)
    won = [await store.deliveries.claim("S1", slot, channel="C2", now=now) for slot in (*slots, *slots)]

    assert known == {("S1", slots[1])}
    assert [claim.slot for claim in won if claim] == [slots[0]]
    row = await store.deliveries.get("S1", slots[0])
    assert row is not None
    assert (row.status, row.claimed_at, row.channel, row.reason) == ("claimed", now, "C2", None)


async def test_a_claim_that_was_given_back_can_be_claimed_again(store: Store, now: datetime) -> None:
    claim = await claimed(store, "slot", now)

    assert await store.deliveries.release(claim)

    assert await store.deliveries.claim("S1", "slot", channel="C1", now=now)


async def test_what_is_being_posted_is_given_back_only_once_it_was_refused(store: Store, now: datetime) -> None:
    claim = await claimed(store, "slot", now)
    await store.deliveries.prepare(claim, said=SAID)

    assert not await store.deliveries.release(claim)

    assert await store.deliveries.prepare(claim, said=None)
    assert await store.deliveries.release(claim)


async def test_whoever_lost_the_claim_moves_nothing_of_who_has_it_now(store: Store, now: datetime) -> None:
    slow = await claimed(store, "slot", now)
    await store.deliveries.release(slow)
    await claimed(store, "slot", now)

    moved = [
        await store.deliveries.prepare(slow, said=SAID),
        await store.deliveries.posted(slow, ts="1.2", said=SAID),
        await store.deliveries.release(slow),
        *[await store.deliveries.mark(slow, status) for status in (DeliveryStatus.FAILED, DeliveryStatus.UNCERTAIN)],
    ]

    assert moved == [False] * 5
    found = await store.deliveries.get("S1", "slot")
    assert found is not None
    assert (found.status, found.said) == (DeliveryStatus.CLAIMED, None)


async def test_what_was_asked_about_and_is_claimed_anew_is_not_on_its_way_yet(store: Store, now: datetime) -> None:
    claim = await claimed(store, "slot", now)
    await store.deliveries.prepare(claim, said=SAID)
    await step(store, "slot", "uncertain")

    again = await store.deliveries.reclaim("S1", "slot", now=now)

    assert again is not None
    assert not await store.deliveries.posted(claim, ts="1.2", said=SAID)
    assert await store.deliveries.release(again)


@pytest.mark.parametrize("status", list(WAY_TO))
async def test_what_did_not_come_is_claimed_anew_by_exactly_one(store: Store, now: datetime, status: str) -> None:
    await in_status(store, now, "slot", status)
    later = now + timedelta(hours=1)

    answers = await asyncio.gather(*(store.deliveries.reclaim("S1", "slot", now=later) for _ in range(5)))

    unsent = status in ("failed", "skipped", "uncertain")
    assert len([answer for answer in answers if answer]) == unsent
    found = await store.deliveries.get("S1", "slot")
    assert found is not None
    assert (found.status, found.claimed_at) == (
        (DeliveryStatus.CLAIMED, later) if unsent else (DeliveryStatus(status), now)
    )


@pytest.mark.parametrize("status", list(WAY_TO))
async def test_only_what_is_uncertain_has_arrived_because_somebody_says_so(
    store: Store, now: datetime, status: str
) -> None:
    await in_status(store, now, "slot", status)

    assert await store.deliveries.arrived("S1", "slot") == (status == "uncertain")

    assert await status_of(store, "slot") == ("done" if status == "uncertain" else status)


async def test_the_last_unsent_is_the_newest_that_should_have_come(store: Store, now: datetime) -> None:
    for slot, status, reason in [
        ("2026-09-01", "skipped", "was down"),
        ("2026-09-02", "done", None),
        ("2026-09-03", "failed", None),
        ("2026-09-04", "uncertain", "interrupted"),
        ("2026-09-05", "skipped", "nothing to say"),
        ("2026-09-06", "claimed", None),
        ("now:T1", "failed", "was down"),
        ("notice:2026-09-08", "failed", "was down"),
    ]:
        await store.deliveries.claim("S1", slot, channel="C1", now=now)
        for way in WAY_TO[status]:
            await step(store, slot, way, reason)

    async def last(**asked: object) -> str | None:
        found = await store.deliveries.last_unsent("S1", until="2026-12-31", meant=["nothing to say"], **asked)
        return found.slot if found else None

    assert await last(after="2026-09-02") == "2026-09-04"
    assert await last(after="2026-09-04") is None
    assert await store.deliveries.last_unsent("S2", until="2026-12-31") is None


async def test_notices_are_not_among_the_recent_ones(store: Store, now: datetime) -> None:
    for slot in ("2026-09-07", "now:T1", "notice:2026-09-07"):
        await store.deliveries.claim("S1", slot, channel="C1", now=now)

    assert {delivery.slot for delivery in await store.deliveries.recent("S1")} == {"2026-09-07", "now:T1"}


MESSAGE = {"text": "14 need attention", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Söhne 📦"}}]}


async def test_a_message_stays_open_until_it_is_sealed_by_exactly_one(store: Store, now: datetime) -> None:
    for number, slot in enumerate(["2026-09-04", "2026-09-07", "2026-09-08"]):
        claim = await claimed(store, slot, now + timedelta(days=number))
        message = MESSAGE if number else None
        await store.deliveries.posted(claim, ts=f"{number}.0", said=SAID, message=message)
    claim = await claimed(store, "2026-09-07", now, subscription="S2", channel="C2")
    await store.deliveries.posted(claim, ts="1.0", said=SAID, message=MESSAGE)

    found = await store.deliveries.open_messages("S1")
    sealed = await asyncio.gather(*(store.deliveries.seal("S1", "2026-09-07") for _ in range(3)))

    assert [(one.slot, one.message) for one in found] == [
        ("2026-09-08", MESSAGE),
        ("2026-09-07", MESSAGE),
    ]
    assert sorted(sealed) == [False, False, True]
    assert [one.slot for one in await store.deliveries.open_messages("S1")] == ["2026-09-08"]
    assert {one.subscription_id for one in await store.deliveries.open_messages()} == {"S1", "S2"}


async def test_a_message_is_amended_in_its_place_while_it_is_open(store: Store, now: datetime) -> None:
    claim = await claimed(store, "2026-09-07", now)
    await store.deliveries.posted(claim, ts="17.1", said=SAID, message=MESSAGE)
    noted = {**MESSAGE, "text": "13 need attention"}

    amended = await store.deliveries.amend("C1", "17.1", lambda _: noted)

    found = await store.deliveries.of_message("C1", "17.1")
    assert found is not None
    assert amended == found.message == noted
    assert await store.deliveries.of_message("C2", "17.1") is None
    await store.deliveries.seal("S1", "2026-09-07")
    assert await store.deliveries.amend("C1", "17.1", lambda _: MESSAGE) is None


async def test_what_is_being_sealed_is_amended_no_more_and_known_until_it_is(store: Store, now: datetime) -> None:
    claim = await claimed(store, "2026-09-07", now)
    await store.deliveries.posted(claim, ts="17.1", said=SAID, message=MESSAGE)

    begun = await store.deliveries.begin_seal("S1", "2026-09-07", newer=date(2026, 9, 8))

    (found,) = await store.deliveries.open_messages("S1")
    assert begun == found.message == MESSAGE
    assert found.sealed == date(2026, 9, 8)
    assert await store.deliveries.amend("C1", "17.1", lambda was: {**was, "text": "noted"}) is None
    await store.deliveries.seal("S1", "2026-09-07")
    assert await store.deliveries.begin_seal("S1", "2026-09-07", newer=date(2026, 9, 9)) is None


async def test_who_amends_at_the_same_time_leaves_what_the_others_have_written(store: Store, now: datetime) -> None:
    claim = await claimed(store, "2026-09-07", now)
    await store.deliveries.posted(claim, ts="17.1", said=SAID, message=MESSAGE)

    await asyncio.gather(
        *(store.deliveries.amend("C1", "17.1", lambda was, one=one: {**was, one: True}) for one in "abcdefgh")
    )

    found = await store.deliveries.of_message("C1", "17.1")
    assert found is not None
    assert found.message == {**MESSAGE, **dict.fromkeys("abcdefgh", True)}


async def test_the_days_the_ledger_knows_leave_out_what_was_asked_for(store: Store, now: datetime) -> None:
    for slot in ("2026-09-04", "2026-09-07", "2026-09-08", "now:T1", "notice:2026-09-08"):
        await store.deliveries.claim("S1", slot, channel="C1", now=now)

    assert await store.deliveries.slots("S1", since="2026-09-07", now=now) == {"2026-09-07", "2026-09-08"}
