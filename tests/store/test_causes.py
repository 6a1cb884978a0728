"""What the log says of a database that refuses is why, and never what was to be written."""

import pytest
from sqlalchemy import event, text

from bot.domain.errors import MemoryAway, cause
from bot.domain.records import AuditEntry
from bot.store import Store
from bot.store.database import Database

REASON = "Their CFO is about to cancel. "


def entry(now):
    told = {"action": "flag", "onboarding_id": "o1", "title": "Aurora", "before": "", "after": "at risk"}
    who = {"slack_id": "U0ANA0001", "name": "Ana Ruiz", "source": "command in C0ONBOARD"}
    return AuditEntry(now, **who, **told, outcome="done", reference="R", reason=REASON * 1000)


async def refusal(store, now):
    with pytest.raises(MemoryAway) as refused:
        await store.audit.add(entry(now))
    return cause(refused.value)


async def test_a_full_file_is_the_cause_without_the_text_that_did_not_fit(tmp_path, now):
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", clock=lambda: now)
    async with store.database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")

    why = await refusal(store, now)

    await store.close()
    assert "database or disk is full" in why
    assert [typed for typed in ("Ana Ruiz", REASON, "Aurora") if typed in why] == []


async def test_a_lock_of_postgresql_is_the_cause_without_the_text_that_waited(postgres, now):
    url = postgres()
    store, other = await Store.open(url, clock=lambda: now), Database.at(url)

    def at_once(connection):
        connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")

    event.listen(store.database.engine.sync_engine, "begin", at_once)
    async with other.writing() as connection:
        await connection.execute(text("LOCK TABLE audit"))
        why = await refusal(store, now)

    await store.close()
    await other.close()
    assert "lock timeout" in why
    assert [typed for typed in ("Ana Ruiz", REASON, "Aurora") if typed in why] == []
