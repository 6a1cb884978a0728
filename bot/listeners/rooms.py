"""Which channels somebody may be told of: the public ones, and of the private ones those they are in."""

from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.records import Actor

KEEP = timedelta(minutes=5)
MOST = 1_000
"""Channels that are remembered."""
PAGE = 200
_MOST_PAGES = 50

Members = frozenset[str] | None
"""The people of a private channel; None of a public one, which is everybody's to see."""


class Rooms:
    """Asks Slack, and remembers for five minutes. Of a channel that Slack does not tell of, nobody is told."""

    def __init__(self, client: AsyncWebClient, *, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[str, tuple[datetime, Members]] = {}

    async def shows(self, channel: str, actor: Actor) -> bool:
        """Whether this person may know what a channel has; managers and admins may of all."""
        if actor.admin or actor.manager:
            return True
        members = await self._members(channel)
        return members is None or actor.slack_id in members

    async def _members(self, channel: str) -> Members:
        now = self._clock()
        known = self._known.get(channel)
        if known and abs(now - known[0]) < KEEP:
            return known[1]
        try:
            members = await self._asked(channel)
        except (SlackApiError, ClientError, OSError, TimeoutError):
            return frozenset()
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[channel] = (now, members)
        return members

    async def _asked(self, channel: str) -> Members:
        """https://docs.slack.dev/reference/methods/conversations.members, page by page, of a private channel."""
        found = (await self._client.conversations_info(channel=channel))["channel"]
        if not found.get("is_private"):
            return None
        members: set[str] = set()
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await self._client.conversations_members(channel=channel, limit=PAGE, cursor=cursor)
            members |= set(answer["members"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return frozenset(members)
