"""Who is admin, manager or reader, as the settings name them: by id, by user group, or as Slack's own admins.

User groups need the optional scope `usergroups:read` (https://docs.slack.dev/reference/methods/usergroups.users.list).
Without it a group gives nobody a role, and the bot says so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import refusal
from bot.domain.errors import BotError, UpstreamError, UserError
from bot.domain.records import Policy, Writes

KEEP = timedelta(minutes=5)
PATIENCE = timedelta(hours=1)
"""How long a group's members are believed while Slack does not answer."""
MOST = 500
"""Groups that are remembered: people can ask of any."""
WORKSPACE = "workspace"
WORKSPACE_ADMINS = "workspace-admins"
PAGE = 200
_MOST_PAGES = 50
_HOPELESS = ("missing_scope", "no_such_subteam", "not_allowed_token_type")


@dataclass(frozen=True, slots=True)
class Access:
    """The settings about rights: user ids, ids of user groups (`S…`), or the two words above."""

    admins: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    readers: str = WORKSPACE
    writes: Writes = Writes.OWNERS

    @property
    def policy(self) -> Policy:
        """What rights are judged by."""
        return Policy(self.writes, managers=bool(self.managers))


@dataclass(frozen=True, slots=True)
class Held:
    """The roles one person holds."""

    admin: bool
    manager: bool
    reader: bool
    unread: str = ""
    """Why nobody knows whether they are a reader."""


@dataclass(frozen=True, slots=True)
class Known:
    """What Slack said of a user group: who is in it, or why it will not say."""

    at: datetime
    members: frozenset[str]
    refused: str = ""

    def told(self) -> frozenset[str]:
        """Its members; raises UserError where Slack will not say."""
        if self.refused:
            raise UserError(self.refused, hint="An admin of this bot can mend that, or name people in its place.")
        return self.members


class Roles:
    """Looks roles up in Slack; keeps a group's members for five minutes."""

    def __init__(self, client: AsyncWebClient, access: Access, *, clock: Callable[[], datetime]) -> None:
        self._client = client
        self.access = access
        self._clock = clock
        self._groups: dict[str, Known] = {}
        self._troubles: dict[str, str] = {}

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why a user group could not be read, a sentence each."""
        return tuple(dict.fromkeys(self._troubles.values()))

    async def of(self, user: Mapping[str, Any]) -> Held:
        """The roles of a member, from what `users.info` says of them."""
        slack_id = str(user.get("id"))
        own = bool(user.get("is_admin") or user.get("is_owner"))
        readers = self.access.readers
        reader = readers == WORKSPACE or await self._among(slack_id, (readers,))
        return Held(
            admin=await self._among(slack_id, self.access.admins) or (own and WORKSPACE_ADMINS in self.access.admins),
            manager=await self._among(slack_id, self.access.managers),
            reader=reader,
            unread="" if reader else self._troubles.get(readers, ""),
        )

    async def admins(self) -> tuple[str, ...]:
        """The Slack user ids of all admins; those Slack could not name are left out."""
        found: dict[str, None] = {}
        for named in self.access.admins:
            if named == WORKSPACE_ADMINS:
                found |= dict.fromkeys(await self._workspace_admins())
            elif named.startswith("S"):
                found |= dict.fromkeys(sorted(await self._members(named)))
            else:
                found[named] = None
        return tuple(found)

    async def _among(self, slack_id: str, named: Iterable[str]) -> bool:
        for one in named:
            if one == slack_id or (one.startswith("S") and slack_id in await self._members(one)):
                return True
        return False

    async def _members(self, group: str) -> frozenset[str]:
        """Who has a role by a user group: nobody while Slack does not say, and then `troubles` tells why."""
        try:
            return await self.members(group)
        except BotError:
            return frozenset()

    async def members(self, group: str) -> frozenset[str]:
        """The Slack users in a user group, as they were at most an hour ago while Slack does not say.

        Raises UpstreamError when nobody knows them, for now; UserError when Slack will not say, until somebody changes
        something: there is no such group, or the scope is missing.
        """
        now = self._clock()
        if len(self._groups) + len(self._troubles) >= MOST:
            self._groups.clear()
            self._troubles.clear()
        known = self._groups.get(group)
        if known and abs(now - known.at) < KEEP:
            return known.told()
        try:
            answer = await self._client.usergroups_users_list(usergroup=group)
        except (SlackApiError, ClientError, OSError, TimeoutError) as error:
            trouble = self._troubles[group] = _trouble(group, error)
            if isinstance(error, SlackApiError) and refusal(error) in _HOPELESS:
                # It will not be otherwise in a moment: ask again in five minutes.
                self._groups[group] = Known(now, frozenset(), trouble)
            elif known is None or known.refused or abs(now - known.at) >= PATIENCE:
                raise UpstreamError(trouble, hint="Try again in a minute.") from error
            return self._groups[group].told()
        self._troubles.pop(group, None)
        self._groups[group] = Known(now, frozenset(answer["users"]))
        return self._groups[group].members

    async def _workspace_admins(self) -> tuple[str, ...]:
        """https://docs.slack.dev/reference/methods/users.list, page by page."""
        found: list[str] = []
        cursor = ""
        try:
            for _ in range(_MOST_PAGES):
                answer = await self._client.users_list(limit=PAGE, cursor=cursor)
                found += [
                    str(user["id"])
                    for user in answer["members"]
                    if (user.get("is_admin") or user.get("is_owner")) and not user.get("deleted")
                ]
                cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    break
        except (SlackApiError, ClientError, OSError, TimeoutError) as error:
            self._troubles[WORKSPACE_ADMINS] = _trouble(WORKSPACE_ADMINS, error)
        return tuple(found)


def _trouble(group: str, error: Exception) -> str:
    code = refusal(error) if isinstance(error, SlackApiError) else None
    if code == "missing_scope":
        return (
            f"User groups are off: without the scope usergroups:read Slack does not say who is in {group}. "
            "onboarding-bot doctor says which line adds it."
        )
    if code == "no_such_subteam":
        return f"Slack knows no user group {group}, so nobody is in it."
    return f"Slack could not say who is in {group}."
