"""What was seen before: events Slack delivers twice, links posted twice, people who are no longer new."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.store import Store

KEEP = timedelta(hours=1)
"""Slack's last delivery comes about six minutes after the first: https://docs.slack.dev/apis/events-api."""
MOST = 10_000
"""So many are remembered in this process alone: at ten a second, those of the last quarter of an hour."""


class Inbox:
    """Remembers what was seen."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._here: dict[str, None] = {}

    async def fresh(self, what: str, *, within: timedelta) -> bool:
        """Whether this was not seen within that time, here or at any replica; from now on it was."""
        return await self._store.claims.first_time(f"seen:{what}", now=self._clock(), keep=within)

    async def known_since(self, slack_id: str) -> datetime:
        """When this person first came; that is now for one who never did."""
        key, now = f"met:{slack_id}", self._clock()
        since = await self._store.claims.marked(key)
        if since is None:
            await self._store.claims.first_time(key, now=now, keep=None)
        return since or now

    async def first_time(self, event_id: str, *, looks: bool = False) -> bool:
        """Whether this is the first delivery of an event, here or at any replica.

        What only `looks` waits for no writer where nobody else works: this process's own memory of it is enough then.
        """
        if looks and not self._store.shared:
            return self._first_here(event_id)
        return await self._store.claims.first_time(f"event:{event_id}", now=self._clock(), keep=KEEP)

    def _first_here(self, event_id: str) -> bool:
        if event_id in self._here:
            return False
        self._here[event_id] = None
        if len(self._here) > MOST:
            del self._here[next(iter(self._here))]
        return True
