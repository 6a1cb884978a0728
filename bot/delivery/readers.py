"""Who can read a channel: asked of Slack afresh, for what others would see there must never be a customer's to read."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.calls import Calls
from bot.delivery.refusals import Gone, NotPosted, Revoked, Uncertain, no
from bot.domain.audience import Audience
from bot.domain.audience import audience as judged
from bot.domain.customer_channels import of_channel
from bot.domain.errors import BotError, cause
from bot.pivotal.errors import PivotalError

REMEMBER = timedelta(minutes=10)
"""How long a person is taken to be what they were: guests rarely become members, or the other way round."""
PAGE, PAGES = 200, 500
"""Members on a page, as https://docs.slack.dev/apis/web-api/pagination recommends, and pages that are read."""
NEW, CHANGED = timedelta(minutes=15), timedelta(hours=6)
"""How old it may be which channels are customers' own, for what is posted there and for what is changed there."""
AT_ONCE = 8
"""People asked about at the same time."""
BREATH = 8.0
"""Seconds between them where nobody waits: half of what https://docs.slack.dev/apis/web-api/rate-limits allows."""
PENDING = ("is_pending_ext_shared", "pending_shared", "pending_connected_team_ids")
"""What tells of an invitation to another organisation; Slack leaves out some of it."""

log = structlog.get_logger()


class Kind(Enum):
    """What somebody in a channel is to the team."""

    MEMBER = auto()
    GUEST = auto()
    STRANGER = auto()
    UNKNOWN = auto()


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
        me: str,
        customer_channels: Callable[[timedelta], Awaitable[Collection[str]]],
        guests_allowed: Collection[str],
        enterprise: str | None,
    ) -> None:
        self._client = client
        self._call = call
        self._clock = clock
        self._sleep = sleep
        self._team = team
        self._me = me
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
        asked. Raises Gone when the bot is not in the channel, and NotPosted when the bot may ask Slack nothing;
        whatever else fails makes the audience unknown.
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
        age: timedelta = NEW,
        customers: Collection[str] | None = None,
        since: datetime | None = None,
    ) -> dict[str, bool | None]:
        """What Slack and Pivotal say of who reads a channel, as `audience` judges it; raises what the calls do."""
        try:
            if channel.startswith("D"):
                return await self._of_direct(channel)
            return await self._of_channel(channel, age=age, customers=customers, since=since)
        except NotPosted as error:
            if isinstance(error, Gone | Revoked) or error.code == "missing_scope":  # the bot's own trouble
                raise
            log.warning("readers not known", channel=channel, why=cause(error))
            return {"unknown": True, "refused": True}

    async def _of_direct(self, channel: str) -> dict[str, bool | None]:
        opened = await self._call(
            self._client.conversations_open, needs={"channel": dict}, channel=channel, return_im=True
        )
        peer = opened["channel"].get("user")
        kinds = await self._kinds_of([peer]) if isinstance(peer, str) else frozenset({Kind.UNKNOWN})
        return {
            "shared": Kind.STRANGER in kinds,
            "pending_shared": False,
            "has_guest": None if Kind.UNKNOWN in kinds else Kind.GUEST in kinds,
            "customer_channel": False,
        }

    async def _of_channel(
        self, channel: str, *, age: timedelta, customers: Collection[str] | None, since: datetime | None
    ) -> dict[str, bool | None]:
        # Both at once, for somebody waits; who is in a channel that is shared is of no interest then.
        answer, members = await asyncio.gather(
            self._call(self._client.conversations_info, needs={"channel": dict}, channel=channel),
            self._members(channel),
            return_exceptions=True,
        )
        if isinstance(answer, BaseException):
            raise answer
        found = answer["channel"]
        if found.get("is_member") is False:
            raise no("not_in_channel")
        own = await self._customer_channels(age) if customers is None else customers
        facts = {**_told(found), "customer_channel": _is_one_of(own, channel, found), "has_guest": None}
        if any(facts.values()):
            return facts
        if isinstance(members, Gone):  # Slack has just shown the channel, and now says that there is none
            return {"unknown": True, "refused": True}
        if isinstance(members, BaseException):
            raise members
        kinds = await self._kinds_of(members, since=since)
        if Kind.STRANGER in kinds:
            facts["shared"] = True
        if Kind.GUEST in kinds and channel not in self._guests_allowed:
            facts["has_guest"] = True
        elif self._me in members and Kind.UNKNOWN not in kinds:  # a list without the bot is not that of its channel
            facts["has_guest"] = False
        return facts

    async def _members(self, channel: str) -> list[str]:
        """Who is in a channel; raises Uncertain when Slack does not say it to the end."""
        members: list[str] = []
        cursor: object = ""
        for _ in range(PAGES):
            page = await self._call(
                self._client.conversations_members,
                needs={"members": list},
                channel=channel,
                limit=PAGE,
                cursor=cursor,
            )
            more = page.get("response_metadata") or {}
            cursor = (more.get("next_cursor") or "") if isinstance(more, dict) else more
            if not isinstance(cursor, str) or not all(isinstance(one, str) for one in page["members"]):
                break
            members += page["members"]
            if not cursor:
                return members
        raise Uncertain("Slack does not say who is in that channel.")

    async def _kinds_of(self, people: Collection[str], *, since: datetime | None = None) -> frozenset[Kind]:
        """What there is among them."""
        now = self._clock()
        self._kinds = {person: kept for person, kept in self._kinds.items() if abs(now - kept[1]) < REMEMBER}
        remembered = ((person, self._kinds.get(person)) for person in people)
        found = {person: kept[0] for person, kept in remembered if kept and (since is None or kept[1] >= since)}
        unknown = [person for person in people if person not in found]
        for start in range(0, len(unknown), AT_ONCE):
            if since is not None and start:
                await self._sleep(BREATH)
            batch = unknown[start : start + AT_ONCE]
            answers = await asyncio.gather(
                *(self._call(self._client.users_info, needs={"user": dict}, user=person) for person in batch)
            )
            for person, answer in zip(batch, answers, strict=True):
                found[person] = self._kind(answer["user"])
                if found[person] is not Kind.UNKNOWN:
                    self._kinds[person] = (found[person], now)
        return frozenset(found.values())

    def _kind(self, user: Mapping[str, Any]) -> Kind:
        """Whether somebody is a guest, or of another organisation; apps count as members.

        Of who was deactivated, and reads nothing, https://docs.slack.dev/reference/objects/user-object/ says less.
        """
        if user.get("is_bot") is True or user.get("id") == "USLACKBOT":
            return Kind.MEMBER
        within = user.get("enterprise_user")
        organisation = within.get("enterprise_id") if isinstance(within, dict) else None
        ours = user.get("team_id") == self._team or (organisation and organisation == self._enterprise)
        if user.get("is_stranger") or not ours:
            return Kind.STRANGER if user.get("is_stranger") or user.get("team_id") else Kind.UNKNOWN
        limits = (user.get("is_restricted"), user.get("is_ultra_restricted"))
        if any(limits):
            return Kind.GUEST
        return Kind.MEMBER if limits == (False, False) or user.get("deleted") is True else Kind.UNKNOWN


def _told(found: Mapping[str, Any]) -> dict[str, bool | None]:
    """Whether a channel is shared or about to be, as `conversations.info` says it; None where it does not.

    Every channel has `is_shared`, `is_ext_shared` and some of `PENDING`:
    https://docs.slack.dev/reference/objects/conversation-object/.
    """
    external, shared = found.get("is_ext_shared"), found.get("is_shared")
    if external or (shared and found.get("is_org_shared") is not True):
        told: bool | None = True
    else:
        told = False if isinstance(external, bool) and isinstance(shared, bool) else None
    invited = [found.get(name) for name in PENDING]
    said = any(isinstance(one, bool | list) for one in invited)
    return {"shared": told, "pending_shared": any(invited) or (False if said else None)}


def _is_one_of(customers: Collection[str], channel: str, found: Mapping[str, Any]) -> bool | None:
    """Whether a channel is a customer's own, by its id or by a name that it has or had; None without its names."""
    if channel in customers:
        return True
    if not isinstance(found.get("name"), str) or not isinstance(found.get("previous_names") or [], list):
        return None
    return not of_channel(found).isdisjoint(customers)
