"""Bolt's app, set up once: who the bot is comes from one `auth.test`, and no request is printed by the framework."""

import logging
from dataclasses import dataclass, field

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in its workspace, as `auth.test` said at start."""

    team: str
    user: str
    bot: str
    token: str = field(repr=False)
    scopes: frozenset[str] | None = None
    """What the token may do; None when Slack did not say."""
    enterprise: str | None = None
    """The organisation its workspace belongs to, where it belongs to one."""
    date: str | None = None
    """The time on Slack's answer, as it came."""


def application(identity: Identity, *, signing_secret: str, session: ClientSession) -> AsyncApp:
    """Make Bolt's app around one `auth.test` answer, so that no request asks Slack who the bot is."""
    authorized = AuthorizeResult(
        enterprise_id=identity.enterprise,
        team_id=identity.team,
        bot_user_id=identity.user,
        bot_id=identity.bot,
        bot_token=identity.token,
    )

    logging.getLogger("slack_bolt.AsyncApp").addFilter(_without_body)

    async def authorize() -> AuthorizeResult:
        return authorized

    return AsyncApp(
        name="onboarding-bot",
        process_before_response=True,
        signing_secret=signing_secret,
        authorize=authorize,
        client=AsyncWebClient(session=session, retry_handlers=[]),
    )


def _without_body(record: logging.LogRecord) -> bool:
    """Keep to ourselves what a request says: Bolt prints those that nothing here listens to."""
    if str(record.msg).startswith("Unhandled request"):
        record.msg, record.args = "Unhandled request", ()
    return True
