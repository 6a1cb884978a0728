"""Texts that PostgreSQL cannot keep: both databases keep the same of them, and find it by the text as it came."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.domain.records import AuditEntry, Event
from bot.pivotal.models import CustomerRow, OnboardingRow, Page
from bot.store.columns import storable
from bot.store.tables import follows

ODD = "Bad\0Name \ud800 \udc00 half"
KEPT = "BadName \ufffd \ufffd half"


@pytest.mark.parametrize("text", ["", "plain", "two\nlines", "👩‍🚀", "\u202e", "\x01\x7f\ufeff"])
def test_what_every_database_keeps_stays_as_it_is(text):
    assert storable(text) == text


async def test_an_act_with_odd_text_is_in_the_audit(store, now):
    await store.audit.add(AuditEntry(now, "U1", ODD, "command", "note", "o\0", ODD, "", ODD, "failed", "R", ODD))

    (entry,) = await store.audit.list()

    assert (entry.name, entry.onboarding_id, entry.title, entry.after, entry.reason) == (KEPT, "o", KEPT, KEPT, KEPT)


async def test_a_key_is_found_by_the_text_it_was_kept_with(store, now):
    first = await store.claims.first_time("press:\0\ud800", now=now, keep=timedelta(hours=1))
    again = await store.claims.first_time("press:\0\ud800", now=now, keep=timedelta(hours=1))

    seen = await store.claims.seen("press:\0\ud800", now=now)

    assert (first, again, seen) == (True, False, True)


async def test_an_event_with_an_odd_id_is_taken_once_and_worked_off(store, now):
    await store.inbox.add([Event("msg\0", "x\0", "onboarding:\0", received_at=now, due_at=now)])
    await store.inbox.add([Event("msg\0", "x\0", "onboarding:\0", received_at=now, due_at=now)])
    kept = await store.inbox.of("onboarding:\0")

    await store.inbox.done(["msg\0"], now=now)

    assert [event.id for event in kept] == ["msg"]
    assert await store.inbox.waiting() == 0


async def test_what_is_kept_as_json_comes_back_as_it_was(store, now):
    """It is written with escapes, which both databases keep."""
    row = {"slack_id": "U1", "onboarding_id": "o\0", "title": ODD, "since": now, "zone": "UTC", "told": {"title": ODD}}
    async with store.database.writing() as connection:
        await connection.execute(insert(follows), row)

    async with store.database.reading() as connection:
        kept = (await connection.execute(select(follows.c.told, follows.c.title))).one()

    assert tuple(kept) == ({"title": ODD}, KEPT)


async def test_a_walk_of_odd_rows_is_stored_and_the_next_one_sees_no_change(store, now):
    onboarding = (
        rb'{"id":"onb\u0000_1","display_id":1,"customer_id":"cus_\ud800","phase":"rev\u0000iew","state":"active"'
    )
    page = b'{"has_more":false,"data":[%s,"name":"%s"}]}' % (onboarding, rb"Bad\u0000Name \udc00" + b"x" * 500_000)
    customer = rb'{"id":"cus_\ud800","display_id":2,"name":"Bad\u0000Name \\u0000 \ud83d\ude00"}'
    theirs = b'{"has_more":false,"data":[%s]}' % customer

    async def walk(at):
        rows, customers = Page[OnboardingRow].read(page).data, Page[CustomerRow].read(theirs).data
        begun = await store.snapshot.newest()
        await store.snapshot.refresh(rows, customers, begun=begun, as_of=at, source="poll")
        return rows, {one.id: one for one in customers}

    await walk(now)
    number = await store.snapshot.newest()
    seen, known = await walk(now + timedelta(hours=1))

    assert await store.snapshot.load() == (seen, known, now + timedelta(hours=1))
    assert (await store.snapshot.after(number))[1] == []
    assert next(iter(known.values())).name == "BadName \\u0000 😀"
