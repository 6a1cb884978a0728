"""What arrives more than once and must be acted on once: Slack delivers an event again when it heard no answer."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.store import Store

KEEP = timedelta(hours=1)
"""Slack's last delivery comes about six minutes after the first: https://docs.slack.dev/apis/events-api."""


class Inbox:
    """Remembers the events that were seen."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def first_time(self, event_id: str) -> bool:
        """Whether this is the first delivery of an event, here or at any replica."""
        return await self._store.claims.first_time(f"event:{event_id}", now=self._clock(), keep=KEEP)
