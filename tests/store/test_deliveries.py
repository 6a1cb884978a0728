import asyncio
from datetime import date, datetime, timedelta
from itertools import product

import pytest

from bot.domain.records import Delivery, DeliveryStatus, Said, SaidRow
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


async def step(store: Store, slot: str, status: str) -> bool:
    if status == "posted":
        return await store.deliveries.posted("S1", slot, ts="1.2", said=SAID)
    return await store.deliveries.mark("S1", slot, DeliveryStatus(status), reason=None)


async def test_of_ten_at_once_exactly_one_claims_the_slot(store: Store, now: datetime) -> None:
    answers = await asyncio.gather(
        *(store.deliveries.claim("S1", "2026-09-07", channel="C1", now=now) for _ in range(10))
    )

    assert sorted(answers) == [False] * 9 + [True]


async def test_what_was_posted_comes_back_whole(store: Store, now: datetime) -> None:
    await store.deliveries.claim("S1", "2026-09-07", channel="C1", now=now)
    await store.deliveries.posted("S1", "2026-09-07", ts="17.001", said=SAID)

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
    await store.deliveries.claim("S1", "2026-09-07", channel="C1", now=now)

    with pytest.raises(ValueError, match="not marked"):
        await store.deliveries.mark("S1", "2026-09-07", status)


async def test_a_slot_nobody_claimed_cannot_be_posted(store: Store) -> None:
    moved = await store.deliveries.posted("S1", "2026-09-07", ts="1.2", said=SAID)

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
    await store.deliveries.claim("S2", "2026-09-06", channel="C1", now=now)
    await store.deliveries.posted("S2", "2026-09-06", ts="9.9", said=SAID)

    found = await store.deliveries.last_delivered("S1")

    assert found is not None
    assert found.slot == "2026-09-04"
    assert await store.deliveries.last_delivered("S3") is None


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
