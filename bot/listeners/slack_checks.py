"""Checks of Slack: the bot's token and its scopes, the clock, and the line that Slack's requests come by."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import refusal
from bot.domain import findings
from bot.domain.findings import Finding, Level, Part
from bot.listeners.manifest import EXTRAS, SCOPES, begun, command
from bot.listeners.sockets import Socket
from bot.services.checkup import Check

SILENCE = timedelta(seconds=45)
"""Without a word from Slack, which answers a ping every ten seconds."""
_WHO = ("team_id", "team", "user", "user_id", "bot_id", "enterprise_id")

Found = tuple[Finding, ...]


class NoAnswer(Exception):
    """Slack did not say who the bot is; the message says why, and `remedy` what to do."""

    def __init__(self, found: str, remedy: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(found)
        self.remedy = remedy
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Told:
    """Who Slack says the bot is, what stood above that answer, and when it came."""

    who: Mapping[str, Any]
    headers: Mapping[str, str]
    at: datetime


class SlackChecks:
    """Asks Slack who the bot is, once; `line` looks at what Slack's requests come by.

    `client` is None where there is no token that can be used. `groups` says that the settings name user groups.
    """

    def __init__(
        self,
        client: AsyncWebClient | None,
        *,
        line: Callable[[], Awaitable[Iterable[Finding]]],
        groups: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._line = line
        self._groups = groups
        self._clock = clock
        self._turn = asyncio.Lock()
        self._known: Told | NoAnswer | None = None

    def checks(self) -> tuple[Check, ...]:
        """All of them."""
        return (Check(Part.SLACK, "token", self._token), Check(Part.SLACK, "line", self._line))

    async def identity(self) -> Mapping[str, Any]:
        """What `auth.test` says of the bot; raises NoAnswer."""
        return (await self._asked()).who

    async def _asked(self) -> Told:
        """Ask once, whoever wants to know; raises NoAnswer, to each of them."""
        async with self._turn:
            if self._known is None:
                try:
                    self._known = await self._ask()
                except NoAnswer as error:
                    self._known = error
        if isinstance(self._known, NoAnswer):
            raise self._known
        return self._known

    async def _ask(self) -> Told:
        if self._client is None:
            raise NoAnswer("not asked: there is no token to ask with", "Mend “Settings” first.")
        try:
            answer = await self._client.auth_test()
        except SlackApiError as error:
            raise _refused(error) from error
        except AttributeError as error:  # what slack-sdk makes of an answer that is not a JSON object
            raise _not_slack() from error
        except (ClientError, TimeoutError, OSError) as error:
            why = str(error) or "no answer in time"
            raise NoAnswer(
                f"Slack does not answer: {why}", "Check the network, SLACK_API_URL, and any proxy."
            ) from error
        return Told({name: answer.get(name) for name in _WHO}, _lower(answer.headers), self._clock())

    async def _token(self) -> Found:
        try:
            told = await self._asked()
        except NoAnswer as error:
            level = Level.FAIL if self._client else Level.WARN
            unknown = _slack("scopes", Level.WARN, "not known without an answer from Slack", "Mend “token” first.")
            date = error.headers.get("date")
            clock = (findings.clock(Part.SLACK, date=date, now=self._clock()),) if date else ()
            return (_slack("token", level, str(error), error.remedy), unknown, *clock)
        granted = told.headers.get("x-oauth-scopes")
        scopes = None if granted is None else {scope.strip() for scope in granted.split(",")}
        clock = (findings.clock(Part.SLACK, date=told.headers.get("date"), now=told.at),)
        return (_bot(told.who), *_scopes(scopes, groups=self._groups), *clock)


async def asked_for(client: AsyncWebClient, app_token: str) -> Found:
    """Whether Slack would let a web socket be opened; none is."""
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        remedy = "Check SLACK_APP_TOKEN: it is the app-level token, and needs the scope connections:write."
        if refusal(error) is None:
            remedy = "Check SLACK_API_URL, and any proxy in between."
        return (_slack("socket", Level.FAIL, f"Slack refuses the app token ({refusal(error) or 'not Slack'})", remedy),)
    except AttributeError:
        failed = _not_slack()
        return (_slack("socket", Level.FAIL, str(failed), failed.remedy),)
    except (ClientError, TimeoutError, OSError):
        remedy = "Check the network, SLACK_API_URL, and any proxy in between."
        return (_slack("socket", Level.FAIL, "Slack does not answer", remedy),)
    return (_slack("socket", Level.OK, "Slack takes the app token and has a web socket for the bot"),)


async def connected(socket: Socket | None, address: str | None, *, clock: Callable[[], datetime]) -> Found:
    """How the line of a running bot is: its web socket, or the address that Slack calls."""
    if socket is None:
        return (_slack("address", Level.OK, f"Slack’s requests come to {address}, by way of your own TLS"),)
    health, now = socket.health, clock()
    if health.connected_since is None:
        remedy = "The bot connects by itself; if it does not within a minute, check the network and any proxy."
        return (_slack("socket", Level.FAIL, "this process has no connection to Slack", remedy),)
    since = f"connected since {health.connected_since:%d %b %H:%M} UTC"
    if health.last_traffic is not None and now - health.last_traffic > SILENCE:
        silent = int((now - health.last_traffic).total_seconds())
        remedy = "The bot connects anew by itself; if this stays, check the network and any proxy."
        return (_slack("socket", Level.WARN, f"{since}, but silent for {silent} s", remedy),)
    return (_slack("socket", Level.OK, since),)


def _bot(who: Mapping[str, Any]) -> Finding:
    if not who.get("bot_id"):
        remedy = "Put the Bot User OAuth Token into SLACK_BOT_TOKEN: it starts with xoxb-."
        return _slack("token", Level.FAIL, "it is no bot’s token", remedy)
    return _slack("token", Level.OK, f"xoxb-…, {who.get('user')} in {who.get('team')}")


def _scopes(granted: set[str] | None, *, groups: bool) -> Found:
    if granted is None:
        return (_slack("scopes", Level.OK, "not known: Slack does not tell"),)
    wrong = tuple(_wrong(granted, groups=groups))
    extras = [name for name, extra in EXTRAS.items() if granted.issuperset(extra.scopes)]
    told = f" and those for {', '.join(extras)}" if extras else ""
    return wrong or (_slack("scopes", Level.OK, f"all {len(SCOPES)} that are needed{told}"),)


def _wrong(granted: set[str], *, groups: bool) -> Iterable[Finding]:
    """The scopes that are missing, those of optional features that are half there, and those never used."""
    wanted = {*begun(granted), *(["groups"] if groups else [])}
    again = f"Paste what `{command(wanted)}` prints under App Manifest in Slack, and install the app again."
    if missing := [scope for scope in SCOPES if scope not in granted]:
        yield _slack("scopes", Level.FAIL, f"missing: {', '.join(missing)}", again)
    for name, extra in EXTRAS.items():
        lacking = [scope for scope in extra.scopes if scope not in granted]
        if lacking and name in wanted:
            yield _slack("scopes", Level.WARN, f"missing for {extra.title}: {', '.join(lacking)}", again)
    known = {*SCOPES, *(scope for extra in EXTRAS.values() for scope in extra.scopes)}
    if unneeded := sorted(granted - known):
        remedy = f"Take them away: the bot never uses them. {again}"
        yield _slack("scopes", Level.WARN, f"not needed: {', '.join(unneeded)}", remedy)


def _refused(error: SlackApiError) -> NoAnswer:
    why = refusal(error)
    if why is None:
        return _not_slack()
    headers = _lower(getattr(error.response, "headers", None) or {})
    if why in ("ratelimited", "rate_limited"):
        return NoAnswer("Slack asks to wait", "Try again in a minute.", headers)
    remedy = "Check SLACK_BOT_TOKEN, or install the app again and copy the new token."
    return NoAnswer(f"Slack refuses the bot token ({why})", remedy, headers)


def _not_slack() -> NoAnswer:
    remedy = "Check that address, which usually is https://slack.com/api/, and any proxy in between."
    return NoAnswer("what answers at SLACK_API_URL is not Slack’s Web API", remedy)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _slack(name: str, level: Level, found: str, remedy: str = "") -> Finding:
    return Finding(Part.SLACK, name, level, found, remedy)
