"""Who is asking: a Slack user, looked up once in a while and joined with what the bot knows of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import UpstreamError
from bot.domain.records import Actor
from bot.services.people import People

KEEP = timedelta(minutes=5)
MOST = 5_000


class Actors:
    """Looks people up in Slack; keeps each answer for five minutes, and at most 5,000 of them."""

    def __init__(
        self,
        client: AsyncWebClient,
        people: People,
        *,
        team: str,
        admins: frozenset[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._people = people
        self._team = team
        self._admins = admins
        self._clock = clock
        self._seen: dict[str, tuple[datetime, dict[str, Any]]] = {}

    async def actor(self, slack_id: str, *, team: str | None) -> Actor:
        """Say who this is; `team` is the workspace the request came from.

        Raises UpstreamError when Slack cannot say: nobody gets a right that was not looked up.
        """
        user = await self._user(slack_id)
        directory = self._people.directory
        confirmed = directory.confirmed(slack_id)
        profile = user.get("profile") or {}
        home = user.get("team_id") == self._team and team in (self._team, None) and not user.get("is_stranger")
        return Actor(
            slack_id=slack_id,
            team_id=str(user.get("team_id") or team or ""),
            name=user.get("real_name") or profile.get("real_name") or user.get("name") or slack_id,
            zone=_zone(user.get("tz")),
            home=home,
            guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            admin=home and slack_id in self._admins,
            pivotal_ids=confirmed,
            guessed_ids=directory.of_slack(slack_id) - confirmed,
        )

    async def _user(self, slack_id: str) -> dict[str, Any]:
        now = self._clock()
        known = self._seen.get(slack_id)
        if known and now - known[0] < KEEP:
            return known[1]
        try:
            answer = await self._client.users_info(user=slack_id)
        except (SlackApiError, ClientError, OSError, TimeoutError) as error:
            raise UpstreamError(
                "Slack could not tell me who is who, so nothing was done.", hint="Try again in a moment."
            ) from error
        user: dict[str, Any] = answer["user"]
        if len(self._seen) >= MOST:
            self._seen.clear()
        self._seen[slack_id] = (now, user)
        return user


def _zone(name: object) -> str:
    """A person's zone, UTC where Slack names one that this machine does not know."""
    try:
        return ZoneInfo(str(name)).key if name else "UTC"
    except (KeyError, ValueError, OSError):
        return "UTC"
