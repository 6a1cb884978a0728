"""What was begun stands in the audit until there is a row that says how it ended."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.records import BEGUN, AuditEntry


def entry(now, **fields) -> AuditEntry:
    usual = AuditEntry(
        now, "U1", "Ana", "button in C1", "advance", "onb_1", "Aurora", "Review", "Launch", "done", "ABC"
    )
    return replace(usual, **fields)


async def test_a_change_that_ended_is_told_once(store, now):
    await store.audit.add(entry(now, outcome=BEGUN))
    await store.audit.add(entry(now))

    assert [one.outcome for one in await store.audit.list()] == ["done"]
    assert [one.outcome async for one in store.audit.between(now, now + timedelta(hours=1))] == ["done"]


async def test_a_change_whose_end_nobody_lived_to_tell_stays_in_the_audit(store, now):
    await store.audit.add(entry(now, outcome=BEGUN))
    for other in ({"reference": "DEF"}, {"slack_id": "U2"}, {"action": "pause"}):
        await store.audit.add(entry(now, **other))

    assert [one.outcome for one in await store.audit.list()] == ["done", "done", "done", BEGUN]
    assert [one.outcome for one in await store.audit.list(onboarding_id="onb_1", limit=10)][-1] == BEGUN


async def test_what_has_no_onboarding_yet_ends_with_one(store, now):
    await store.audit.add(entry(now, action="new", onboarding_id=None, outcome=BEGUN))
    await store.audit.add(entry(now, action="new"))

    assert [one.outcome for one in await store.audit.list()] == ["done"]
