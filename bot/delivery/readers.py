"""Who can read a channel: asked of Slack afresh, for what others would see there must never be a customer's to read."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.calls import Calls
from bot.delivery.refusals import NotPosted, no
from bot.domain.audience import Audience
from bot.domain.audience import audience as judged
from bot.domain.customer_channels import of_channel
from bot.domain.errors import BotError, cause
from bot.pivotal.errors import PivotalError

REMEMBER = timedelta(minutes=10)
"""How long a person is taken to be what they were: guests rarely become members, or the other way round."""
PAGE = 200
"""Members on a page, as https://docs.slack.dev/apis/web-api/pagination recommends."""
NEW, CHANGED = timedelta(minutes=15), timedelta(hours=6)
"""How old it may be which channels are customers' own, for what is posted there and for what is changed there."""
AT_ONCE = 8
"""People asked about at the same time."""
BREATH = 8.0
"""Seconds between them where nobody waits: half of what https://docs.slack.dev/apis/web-api/rate-limits allows."""

log = structlog.get_logger()


class Kind(Enum):
    """What somebody in a channel is to the team."""

    MEMBER = auto()
    GUEST = auto()
    STRANGER = auto()


class Readers:
    """Says who reads a channel; only what people are is remembered. What it is given is as `Delivery` has it."""

    def __init__(
        self,
        client: AsyncWebClient,
        call: Calls,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        team: str,
        customer_channels: Callable[[timedelta], Awaitable[Collection[str]]],
        guests_allowed: Collection[str],
        enterprise: str | None,
    ) -> None:
        self._client = client
        self._call = call
        self._clock = clock
        self._sleep = sleep
        self._team = team
        self._customer_channels = customer_channels
        self._guests_allowed = frozenset(guests_allowed)
        self._enterprise = enterprise
        self._kinds: dict[str, tuple[Kind, datetime]] = {}

    async def audience(
        self,
        channel: str,
        *,
        age: timedelta = NEW,
        customers: Collection[str] | None = None,
        since: datetime | None = None,
    ) -> Audience:
        """Say who can read a channel, asking Slack afresh; only what its people are is remembered for `REMEMBER`.

        With `since`, for a look that nobody waits for, only from then on, and a few are asked about at a time.
        `age` is how old it may be which channels are customers' own; `customers` are these, where that needs not be
        asked. Raises NotPosted when Slack does not show the channel; whatever else fails makes the audience unknown.
        """
        try:
            return judged(await self.facts(channel, age=age, customers=customers, since=since))
        except NotPosted:
            raise
        except (BotError, PivotalError) as error:
            log.warning("readers not known", channel=channel, why=cause(error))
            return judged({"unknown": True})

    async def facts(
        self,
        channel: str,
        *,
        age: timedelta,
        customers: Collection[str] | None = None,
        since: datetime | None = None,
    ) -> dict[str, bool | None]:
        """What Slack and Pivotal say of who reads a channel, as `audience` judges it; raises what the calls do."""
        if channel.startswith("D"):
            opened = await self._call(self._client.conversations_open, channel=channel, return_im=True)
            peer = opened["channel"].get("user")
            guest = bool(await self._outsiders([peer])) if peer else None
            return {"shared": False, "has_guest": guest, "customer_channel": False}
        # Both at once, for somebody waits; who is in a channel that is shared is of no interest then.
        answer, members = await asyncio.gather(
            self._call(self._client.conversations_info, channel=channel), self._members(channel), return_exceptions=True
        )
        if isinstance(answer, BaseException):
            raise answer
        found = answer["channel"]
        if found.get("is_member") is False:
            raise no("not_in_channel")
        facts: dict[str, bool | None] = {
            "shared": bool(found.get("is_ext_shared") or (found.get("is_shared") and not found.get("is_org_shared"))),
            "pending_shared": bool(found.get("is_pending_ext_shared") or found.get("pending_shared")),
            "customer_channel": not {channel, *of_channel(found)}.isdisjoint(
                await self._customer_channels(age) if customers is None else customers
            ),
            "has_guest": None,
        }
        if not any(facts.values()):
            if isinstance(members, BaseException):
                raise members
            outsiders = await self._outsiders(members, since=since)
            facts["shared"] = Kind.STRANGER in outsiders
            facts["has_guest"] = Kind.GUEST in outsiders and channel not in self._guests_allowed
        return facts

    async def _members(self, channel: str) -> list[str]:
        members: list[str] = []
        cursor = ""
        while True:
            page = await self._call(self._client.conversations_members, channel=channel, limit=PAGE, cursor=cursor)
            members += page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return members

    async def _outsiders(self, people: Collection[str], *, since: datetime | None = None) -> frozenset[Kind]:
        """What those among them are who are not plainly of the team."""
        now = self._clock()
        self._kinds = {person: kept for person, kept in self._kinds.items() if abs(now - kept[1]) < REMEMBER}
        remembered = ((person, self._kinds.get(person)) for person in people)
        found = {person: kept[0] for person, kept in remembered if kept and (since is None or kept[1] >= since)}
        unknown = [person for person in people if person not in found]
        for start in range(0, len(unknown), AT_ONCE):
            if since is not None and start:
                await self._sleep(BREATH)
            batch = unknown[start : start + AT_ONCE]
            answers = await asyncio.gather(*(self._call(self._client.users_info, user=person) for person in batch))
            for person, answer in zip(batch, answers, strict=True):
                found[person] = self._kind(answer["user"])
                self._kinds[person] = (found[person], now)
        return frozenset(found.values()) - {Kind.MEMBER}

    def _kind(self, user: Mapping[str, Any]) -> Kind:
        """Whether somebody is a guest, or of another organisation; apps count as members."""
        if user.get("is_bot") or user.get("id") == "USLACKBOT":
            return Kind.MEMBER
        organisation = (user.get("enterprise_user") or {}).get("enterprise_id")
        ours = user.get("team_id") == self._team or (organisation and organisation == self._enterprise)
        if user.get("is_stranger") or not ours:
            return Kind.STRANGER
        return Kind.GUEST if user.get("is_restricted") or user.get("is_ultra_restricted") else Kind.MEMBER
