"""A slot is claimed once, and what did not come says why."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.records import DeliveryStatus, Said, Subscription
from bot.services.ledger import INTENDED, NOTICE, Ledger, Skipped, unsent
from bot.store import Store

GRACE = timedelta(hours=4)
SUNDAY = datetime(2026, 9, 6, 12, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 9, 7, 7, tzinfo=UTC)
DIGEST = Subscription(
    "sub_1", "T0HOME001", "C0ONBOARD", "at-risk", "mon-fri", time(9), "Europe/Berlin", "U0ANA0001", SUNDAY
)


@pytest.fixture
async def store(database_url) -> AsyncIterator[Store]:
    store = await Store.open(database_url, clock=lambda: SUNDAY)
    yield store
    await store.close()


@pytest.fixture
def ledger(store) -> Ledger:
    return Ledger(store)


async def test_claimed_slot_is_neither_due_nor_claimed_again(ledger):
    slot = await ledger.due(DIGEST, now=MONDAY_NINE, grace=GRACE)
    assert slot is not None

    assert await ledger.claim(DIGEST, slot.key, now=MONDAY_NINE)

    assert not await ledger.claim(DIGEST, slot.key, now=MONDAY_NINE)
    assert await ledger.due(DIGEST, now=MONDAY_NINE, grace=GRACE) is None


async def test_claim_that_was_given_back_is_due_again(ledger):
    claim = await ledger.claim(DIGEST, "2026-09-07", now=MONDAY_NINE)

    assert await ledger.release(claim)

    assert await ledger.due(DIGEST, now=MONDAY_NINE, grace=GRACE) is not None


async def test_what_is_claimed_is_unsent_until_it_is_noted_as_being_sent(ledger):
    claim = await ledger.claim(DIGEST, "2026-09-07", now=MONDAY_NINE)
    (fresh,) = await ledger.unfinished()

    await ledger.prepare(claim, said=Said())

    (sending,) = await ledger.unfinished()
    assert (unsent(fresh), unsent(sending)) == (True, False)
    assert not unsent(replace(fresh, token="")), "an older version may still post it"


async def test_digest_asked_for_is_no_base_of_comparison(ledger):
    claim = await ledger.claim(DIGEST, "now:1", now=MONDAY_NINE)

    await ledger.posted(claim, ts="1.1", said=Said())

    assert await ledger.last_delivered(DIGEST, now=MONDAY_NINE) is None
    assert [row.slot for row in await ledger.recent(DIGEST)] == ["now:1"]


@pytest.mark.parametrize(("zone", "base"), [("Europe/Berlin", "2026-09-04"), ("Pacific/Kiritimati", "2026-09-08")])
async def test_what_a_clock_posted_that_was_ahead_is_no_base_of_comparison_before_its_day(ledger, zone, base):
    digest, monday_noon = replace(DIGEST, zone=zone), MONDAY_NINE + timedelta(hours=3)
    for slot in ("2026-09-04", "2026-09-08", "2026-10-07"):
        await ledger.posted(await ledger.claim(digest, slot, now=MONDAY_NINE), ts="1.1", said=Said())
    claim = await ledger.claim(digest, "2026-10-06", now=MONDAY_NINE)
    await ledger.mark(claim, DeliveryStatus.FAILED, reason="was down")

    last = await ledger.last_delivered(digest, now=monday_noon)

    assert last is not None
    assert last.slot == base
    assert await ledger.last_missed(digest, after=last, now=monday_noon) is None


async def test_missed_slots_are_settled_once_with_their_reason(ledger):
    tuesday_noon = MONDAY_NINE + timedelta(days=1, hours=3)

    (skipped,) = await ledger.skip_missed(DIGEST, now=tuesday_noon, grace=GRACE, reason="was down")

    assert skipped.slot.key == "2026-09-07"
    (row,) = await ledger.recent(DIGEST)
    assert (row.status, row.reason) == (DeliveryStatus.SKIPPED, "was down")
    assert await ledger.skip_missed(DIGEST, now=tuesday_noon, grace=GRACE, reason="was down") == ()


async def test_slot_that_was_put_off_keeps_why(ledger):
    notice = f"{NOTICE}2026-09-07"
    claim = await ledger.claim(DIGEST, notice, now=MONDAY_NINE)
    await ledger.posted(claim, ts="1.1", said=Said(), reason="Pivotal does not answer.")

    (skipped,) = await ledger.skip_missed(DIGEST, now=MONDAY_NINE + timedelta(hours=5), grace=GRACE)

    assert skipped == Skipped(skipped.slot, "Pivotal does not answer.")
    assert [row.slot for row in await ledger.recent(DIGEST)] == ["2026-09-07"]


async def test_last_missed_is_what_should_have_come_since_the_last_that_did(ledger):
    for slot, reason in [("2026-09-03", "was down"), ("2026-09-08", "was down"), ("2026-09-09", INTENDED[0])]:
        claim = await ledger.claim(DIGEST, slot, now=MONDAY_NINE)
        await ledger.mark(claim, DeliveryStatus.SKIPPED, reason=reason)
    claim = await ledger.claim(DIGEST, "2026-09-04", now=MONDAY_NINE)
    await ledger.posted(claim, ts="1.1", said=Said())

    wednesday = MONDAY_NINE + timedelta(days=2)
    last = await ledger.last_delivered(DIGEST, now=wednesday)

    missed = await ledger.last_missed(DIGEST, after=last, now=wednesday)
    assert missed is not None
    assert missed.slot == "2026-09-08"
