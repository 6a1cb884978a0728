"""A look that Slack sends again, to another replica, is not shown once more."""

from datetime import UTC, datetime

from bot.services.inbox import Inbox


async def test_a_look_replayed_at_another_replica_came_before(store):
    here, there = (Inbox(store, clock=lambda: datetime.now(UTC)) for _ in range(2))

    assert await here.first_time("T1", looks=True)
    assert not await there.first_time("T1", looks=True)
