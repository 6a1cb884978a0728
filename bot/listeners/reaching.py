"""Reaches Slack at the start: who the bot is there, and where its web socket is; or why not, in words."""

from collections.abc import Awaitable
from datetime import datetime

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery import refusal
from bot.domain import findings
from bot.domain.errors import StartError
from bot.domain.findings import Part
from bot.listeners import manifest
from bot.listeners.bolt import Identity

log = structlog.get_logger()


async def identify(client: AsyncWebClient, token: str) -> Identity:
    """Ask Slack once who the bot is; every request is authorised with this answer. Raises StartError."""
    answer = await _asked(client.auth_test(), "the bot token ({}). Check SLACK_BOT_TOKEN, or install the app again.")
    who = {name: answer.get(name) for name in ("team_id", "user_id", "bot_id")}
    if not all(who.values()):
        raise StartError("Slack names no bot for SLACK_BOT_TOKEN. Copy the bot token, which starts with xoxb-.")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    granted = headers.get("x-oauth-scopes")
    scopes = None if granted is None else frozenset(scope.strip() for scope in granted.split(","))
    for feature in manifest.off(scopes).values():
        log.debug("optional feature is off", feature=feature)
    return Identity(
        team=str(who["team_id"]),
        user=str(who["user_id"]),
        bot=str(who["bot_id"]),
        token=token,
        scopes=scopes,
        enterprise=answer.get("enterprise_id") or None,
        date=headers.get("date"),
    )


def check(identity: Identity, *, now: datetime) -> None:
    """Raise StartError for want of a scope that the bot always needs. A wrong clock is told of, and lived with.

    `now` is when Slack answered.
    """
    clock = findings.clock(Part.SLACK, date=identity.date, now=now)
    if clock.remedy:
        log.warning("the clock is wrong", found=clock.found, remedy=clock.remedy)
    missing = [scope for scope in manifest.SCOPES if identity.scopes is not None and scope not in identity.scopes]
    if missing:
        raise StartError(
            f"Slack has not granted the scope{'s' if len(missing) > 1 else ''} {', '.join(missing)}. Paste what "
            f"`{manifest.command(manifest.begun(identity.scopes))}` prints under App Manifest in Slack, "
            "and install the app again."
        )


async def socket_address(client: AsyncWebClient, app_token: str) -> str:
    """Ask Slack where to connect; raises StartError. Its own client would ask for ever, however wrong the token is."""
    answer = await _asked(
        client.apps_connections_open(app_token=app_token),
        "the app token ({}). Check SLACK_APP_TOKEN: it needs the scope connections:write.",
    )
    return str(answer["url"])


async def _asked(call: Awaitable[AsyncSlackResponse], refused: str) -> AsyncSlackResponse:
    """The answer to a call; `refused` says what Slack refused, with its own word for why, and what to check."""
    try:
        return await call
    except SlackApiError as error:
        why = refusal(error)
        if why is None:
            raise _not_slack() from error
        raise StartError(f"Slack refused {refused.format(why)}") from error
    except AttributeError as error:  # what slack-sdk makes of an answer that is not a JSON object
        raise _not_slack() from error
    except (ClientError, TimeoutError, OSError) as error:
        raise StartError(f"Slack could not be reached: {error}. Check the network, and SLACK_API_URL.") from error


def _not_slack() -> StartError:
    return StartError(
        "What answers at SLACK_API_URL is not Slack’s Web API, which is at https://slack.com/api/. "
        "Check that address, and any proxy in between."
    )
