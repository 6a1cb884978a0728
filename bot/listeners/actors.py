"""Who is asking: a Slack user, looked up once in a while and joined with what the bot knows of them."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import refusal
from bot.domain.errors import NotFound, UpstreamError
from bot.domain.records import Actor
from bot.listeners.roles import Roles
from bot.listeners.rooms import Rooms
from bot.services.people import NOW, RECENT, People
from bot.services.shared import shared

KEEP = timedelta(minutes=5)
MOST = 5_000
ADMINS = 10
"""Admins that are written to at most."""


class Actors:
    """Looks people up in Slack; keeps each answer for five minutes, and at most 5,000 of them."""

    def __init__(
        self,
        client: AsyncWebClient,
        people: People,
        roles: Roles,
        *,
        team: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._people = people
        self._roles = roles
        self._team = team
        self._clock = clock
        self._seen: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self._asked: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self.rooms = Rooms(client, clock=clock)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What could not be found out about roles, a sentence each."""
        return self._roles.troubles

    async def members(self, group: str) -> frozenset[str]:
        """The Slack users in a user group; raises UpstreamError while Slack does not say, UserError if it will not."""
        return await self._roles.members(group)

    async def actor(self, slack_id: str, *, team: str | None, looks: bool = False) -> Actor:
        """Say who this is; `team` is the workspace the request came from.

        Who only `looks` goes by links that are seconds old; for anything else they are read now.

        Raises UpstreamError when Slack cannot say: nobody gets a right that was not looked up. NotFound when Slack
        knows nobody of that id.
        """
        user = await self._user(slack_id)
        await self._people.load(max_age=RECENT if looks else NOW)
        profile = user.get("profile") or {}
        home = user.get("team_id") == self._team and team in (self._team, None) and not user.get("is_stranger")
        guest = bool(user.get("is_restricted") or user.get("is_ultra_restricted"))
        held = await self._roles.of(user) if home and not guest else None
        confirmed = self._people.directory.confirmed(slack_id)
        return Actor(
            slack_id=slack_id,
            team_id=str(user.get("team_id") or team or ""),
            name=user.get("real_name") or profile.get("real_name") or user.get("name") or slack_id,
            zone=_zone(user.get("tz")),
            home=home,
            guest=guest,
            bot=bool(user.get("is_bot")) or slack_id == "USLACKBOT",
            admin=bool(held and held.admin),
            manager=bool(held and held.manager),
            reader=bool(held and held.reader),
            unread=held.unread if held else "",
            pivotal_ids=confirmed,
            guessed_ids=self._people.directory.of_slack(slack_id) - confirmed,
            policy=self._roles.access.policy,
        )

    async def admins(self) -> tuple[str, ...]:
        """The Slack user ids of the bot's admins, at most ten of them."""
        return (await self._roles.admins())[:ADMINS]

    async def _user(self, slack_id: str) -> dict[str, Any]:
        now = self._clock()
        known = self._seen.get(slack_id)
        if known and abs(now - known[0]) < KEEP:  # a clock that was set back makes nobody's rights last longer
            return known[1]
        # Who presses several times at once is asked about once.
        asking = self._asked.get(slack_id)
        if asking is None:
            asking = self._asked[slack_id] = shared(self._ask(slack_id, now))
            asking.add_done_callback(lambda _: self._asked.pop(slack_id, None))
        return await asyncio.shield(asking)

    async def _ask(self, slack_id: str, now: datetime) -> dict[str, Any]:
        try:
            answer = await self._client.users_info(user=slack_id)
        except (SlackApiError, ClientError, OSError, TimeoutError) as error:
            if isinstance(error, SlackApiError) and refusal(error) == "user_not_found":
                raise NotFound("Slack knows nobody of that id.", hint="Mention the person: `@name`.") from error
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
