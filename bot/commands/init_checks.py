"""What `init` finds out about a value before it is written: its kind by its looks, the rest from Slack and Pivotal."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession
from pydantic import ValidationError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import config
from bot.app import SLACK_TIMEOUT
from bot.commands.terminal import plain
from bot.config import Settings
from bot.delivery import refusal
from bot.domain.errors import BotError, MemoryAway, StartError
from bot.listeners import reaching
from bot.listeners.bolt import Identity
from bot.listeners.manifest import EXTRAS, SCOPES, begun, command
from bot.listeners.roles import WORKSPACE_ADMINS, Access, Roles
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import AuthenticationFailed, PivotalError

ValueT = TypeVar("ValueT")

KEY_NAME = "Slack onboarding bot"
KINDS = (
    ("xoxb-", "the bot token"),
    ("xapp-", "an app-level token"),
    ("xoxp-", "a user token, which would act in your own name"),
    ("xoxe", "a token of Slack’s token rotation, which this app does not use"),
    ("xox", "another of Slack’s tokens"),
    ("https://hooks.slack.com/", "the address of an incoming webhook"),
    ("pivotal_", "a Pivotal API key"),
    ("whsec_", "the secret of Pivotal’s webhooks"),
)
"""What a secret is by how it begins: https://docs.slack.dev/authentication/tokens, and Pivotal’s own page on keys."""
_SIGNING = re.compile(r"[0-9a-f]{32}")
SIGNING = "0" * 32
"""What a signing secret looks like."""
_UNKNOWN = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
"""How Slack says that it does not know a token."""
WANTED = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-", "pivotal_api_key": "pivotal_"}


class Unfit(Exception):
    """A value cannot be used; the message says why. `again` says that the same may do a moment later."""

    def __init__(self, message: str, *, again: bool = False) -> None:
        super().__init__(message)
        self.again = again


@dataclass(frozen=True, slots=True)
class Workspace:
    """Who the bot is in the Slack workspace of a token, and what to say of it."""

    identity: Identity
    told: str


def kind(value: str) -> str:
    """What somebody has pasted, in words; nothing when that cannot be told."""
    told = next((told for prefix, told in KINDS if value.startswith(prefix)), "")
    return told or ("the signing secret, or another of 32 letters and digits" if _SIGNING.fullmatch(value) else "")


def looks(name: str, value: str) -> None:
    """Raise Unfit for a value that the setting cannot have, by its looks alone; it is never repeated."""
    wanted, found = WANTED.get(name, SIGNING), kind(value)
    if name in (*WANTED, "slack_signing_secret") and found and found != kind(wanted):
        raise Unfit(f"That is {found}, and {kind(wanted)} is wanted here.")
    try:
        Settings(_env_file=None, **{name: value})  # type: ignore[arg-type]
    except ValidationError as error:
        for detail in error.errors():
            if detail["loc"][0] == name and detail["type"] == "value_error":
                raise Unfit(f"It {detail['msg'].removeprefix('Value error, ').rstrip('.')}.") from None


def outcome(work: Coroutine[Any, Any, ValueT], *, command: str) -> ValueT:
    """What a check finds out; raises Unfit, in words, for whatever it could not. `command` is what people type."""
    try:
        return asyncio.run(work)
    except StartError as error:
        raise Unfit(plain(str(error)), again=not _of_no_use(error.__cause__)) from error
    except BotError as error:
        raise Unfit(plain(f"{error.message} {error.advice(command)}").strip(), again=True) from error
    except MemoryAway as error:
        raise Unfit("The bot’s memory does not answer. Check DATABASE_URL.", again=True) from error
    except SlackApiError as error:
        raise Unfit(f"Slack refused to say ({refusal(error) or 'no answer'}).", again=True) from error
    except (ClientError, TimeoutError, OSError) as error:
        raise Unfit(f"There is no answer: {error}.", again=True) from error


def _of_no_use(cause: BaseException | None) -> bool:
    """Whether Slack does not know a token, and will not a moment later either."""
    return isinstance(cause, SlackApiError) and refusal(cause) in _UNKNOWN


def one_of(*words: str) -> Callable[[str], str]:
    """A check that a value is one of these words."""

    def check(value: str) -> str:
        if value.lower() not in words:
            raise Unfit(f"It is {', '.join(words[:-1])} or {words[-1]}.")
        return ""

    return check


def public(value: str) -> str:
    """Check that Slack can call an address, by its looks; raises Unfit."""
    try:
        config.public(value)
    except ValueError as error:
        raise Unfit(f"It {error}.") from None
    return ""


def channel_id(value: str) -> str:
    """A channel's id, alone or in a link to it; nothing for nothing. Raises Unfit."""
    found = re.search(r"(?:^|/archives/)([CG][A-Z0-9]{5,})\b", value)
    if value and not found:
        raise Unfit("That is no channel’s id, which is like C012AB3CD.")
    return found[1] if found else ""


class Checks:
    """Asks the Slack and the Pivotal at these addresses; each check stands alone and raises Unfit."""

    def __init__(self, *, slack: str, pivotal: str, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._slack = slack.rstrip("/") + "/"
        self._pivotal = pivotal

    async def bot_token(self, token: str) -> Workspace:
        """Whose token it is; it has every scope the bot needs."""
        async with self.client(token) as client:
            identity = await reaching.identify(client, token)
            who = await client.auth_test()
        granted = frozenset(SCOPES) if identity.scopes is None else identity.scopes
        if missing := [scope for scope in SCOPES if scope not in granted]:
            raise Unfit(
                f"Slack did not grant {', '.join(missing)}. Paste what {command(begun(granted))} prints under "
                "App Manifest, press Reinstall under Install App, and check this token again.",
                again=True,
            )
        told = f"“{who.get('user') or 'the app'}” in {who.get('team') or identity.team}, with every scope it needs."
        if more := [name for name, extra in EXTRAS.items() if set(extra.scopes) <= granted]:
            told += f" It has what these features need too: {', '.join(more)}."
        optional = {scope for extra in EXTRAS.values() for scope in extra.scopes}
        if unneeded := sorted(granted - set(SCOPES) - optional):
            told += f"\nNot needed: {', '.join(unneeded)}. OAuth & Permissions > Scopes takes them away."
        return Workspace(identity, told)

    async def extras(self, token: str) -> list[str]:
        """The optional features that the app of a token has, as far as Slack tells."""
        async with self.client(token) as client:
            return begun((await reaching.identify(client, token)).scopes)

    async def app_token(self, token: str) -> None:
        """Whether Slack opens a connection with it."""
        async with self.client("") as client:
            await reaching.socket_address(client, token)

    async def pivotal_key(self, key: str) -> str:
        """Whose key it is and which mode it has, in words, and what to call it where it is called otherwise."""
        async with self.pivotal(key) as pivotal:
            try:
                me = await pivotal.me()
            except AuthenticationFailed as error:
                raise Unfit(
                    f"Pivotal refused the key {pivotal.key_prefix}… ({error.code}). Make a new one: Admin > API Keys."
                ) from error
            except PivotalError as error:
                raise Unfit(f"{error.message} Check the network, and PIVOTAL_BASE_URL.") from error
            mode = (
                "a test key: Pivotal sends nothing to anybody, and cards say TEST"
                if pivotal.mode == "test"
                else "a live key: what people change through the bot is real, launches too"
            )
            where = f" of {me.organization.name}" if me.organization and me.organization.name else ""
            named = f"“{me.api_key.name}”" if me.api_key.name else "the key"
            told = f"{named}{where}, {pivotal.key_prefix}…, {mode}."
            if me.api_key.name and me.api_key.name != KEY_NAME:
                told += f"\nPivotal’s timeline will name {named} for what the bot does; "
                told += f"a key named “{KEY_NAME}” would tell people more."
            return told

    async def people(self, workspace: Workspace, ids: Collection[str]) -> tuple[str, ...]:
        """The names of people and user groups, by their ids."""
        async with self.client(workspace.identity.token) as client:
            roles = Roles(client, Access(), clock=self.clock)
            return tuple([await self._named(client, roles, one) for one in ids])

    async def _named(self, client: AsyncWebClient, roles: Roles, one: str) -> str:
        if one == WORKSPACE_ADMINS:
            return "the admins of the Slack workspace"
        if one.startswith("S"):
            return f"the user group {one} ({len(await roles.members(one))} people)"
        try:
            user = (await client.users_info(user=one))["user"]
        except SlackApiError as error:
            raise Unfit(f"Slack does not know {one} ({refusal(error) or 'no answer'}).") from error
        name = user.get("real_name") or user.get("name") or one
        if user.get("deleted") or user.get("is_bot"):
            raise Unfit(f"{one} is {name}, which is no account of a person at work here.")
        if user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger"):
            raise Unfit(f"{one} is {name}, a guest: the bot answers full members only.")
        return str(name)

    @asynccontextmanager
    async def client(self, token: str) -> AsyncIterator[AsyncWebClient]:
        """A client of Slack's Web API."""
        async with ClientSession(timeout=SLACK_TIMEOUT) as session:
            yield AsyncWebClient(token=token, base_url=self._slack, session=session, retry_handlers=[])

    def pivotal(self, key: str) -> AsyncPivotalApi:
        """A client of Pivotal, which asks once."""
        return AsyncPivotalApi(key, base_url=self._pivotal, retry=None)
