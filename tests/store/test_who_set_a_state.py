from dataclasses import replace
from datetime import datetime

import pytest

from bot.domain.records import AuditEntry
from bot.store import Store


@pytest.fixture
def done(store: Store, now: datetime):
    """`await done("flag", "At risk")`: write down what somebody did to an onboarding."""

    async def writes(action: str, after: str, *, of: str = "onb_1", outcome: str = "done", by: str = "Ana") -> None:
        entry = AuditEntry(now, "U1", by, "button", action, of, "Acme", "Active", after, outcome, "K7")
        await store.audit.add(replace(entry, reason=f"{action} {after}"))

    return writes


async def test_the_newest_change_of_the_state_is_told_for_each(store, done):
    await done("flag", "At risk")
    await done("waiting", "Waiting on customer", by="Ben")
    await done("flag", "At risk", of="onb_2", by="Cara")
    await done("pause", "Paused", of="onb_3")

    found = await store.audit.newest_of_state(["onb_1", "onb_2", "onb_9"])

    assert {key: (entry.name, entry.action) for key, entry in found.items()} == {
        "onb_1": ("Ben", "waiting"),
        "onb_2": ("Cara", "flag"),
    }


async def test_what_was_refused_or_did_not_touch_the_state_hides_nothing(store, done):
    await done("update", "At risk; 2 Oct 2026")
    await done("flag", "At risk", outcome="refused", by="Ben")
    await done("update", "18 Oct 2026", by="Ben")
    await done("advance", "Internal QA", by="Ben")
    await done("note", "", by="Ben")

    found = await store.audit.newest_of_state(["onb_1"])

    assert found["onb_1"].after == "At risk; 2 Oct 2026"


async def test_of_nothing_nothing_is_told(store):
    assert await store.audit.newest_of_state([]) == {}
