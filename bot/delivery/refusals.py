"""What Slack's refusals mean: whether anything was posted, whether it may be tried again, and what to tell people."""

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.domain.errors import OutcomeUnknown, UpstreamError, UserError

PAUSE = 2.0
"""Seconds between tries to connect, and what `ratelimited` without a Retry-After asks for."""

_NO_EFFECT_KNOWN = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Slack's own words for "it may have been done"."""
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
_GONE = frozenset({"not_in_channel", "channel_not_found", "is_archived"})
_REVOKED = frozenset({"token_revoked", "invalid_auth", "account_inactive", "not_authed", "token_expired"})


ODD = (AttributeError, ValueError, RecursionError)
"""What an answer raises that is none of Slack's: slack-sdk takes every JSON for an object and reads on."""


class NotPosted(UserError):
    """Slack refused: nothing was posted. `pauses` says that it will refuse until somebody changes something."""

    def __init__(self, message: str, *, hint: str = "", code: str, pauses: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.pauses = pauses


class Revoked(NotPosted):
    """The bot's own token is no longer good: nothing works until an admin installs it again."""


class Gone(NotPosted):
    """The bot is not in that channel, or there is none, or nobody writes there any more."""


class Unsent(UpstreamError):
    """Slack could not be reached, or asks to wait for too long: nothing was posted."""


class Uncertain(OutcomeUnknown):
    """The line broke after sending: it may have been posted, or not. Never repeated."""


_INVITE = "Invite me there with `/invite`, then it works."
_ELSEWHERE = "Subscribe another channel, or `/onboarding unsubscribe` here."
_REFUSALS: dict[str, tuple[str, str, bool]] = {
    "not_in_channel": ("I am not in that channel.", _INVITE, False),
    "channel_not_found": ("That channel is gone, or it is private and I am not in it.", _INVITE, True),
    "is_archived": ("That channel is archived.", _ELSEWHERE, True),
    "restricted_action": ("This workspace does not let me post in that channel.", "Ask a Slack admin.", True),
    "restricted_action_read_only_channel": ("That channel is read-only for me.", "Ask a Slack admin.", True),
    "message_not_found": ("That message is no longer there.", "", True),
    "cant_update_message": ("That message is not mine to change.", "", True),
    "cannot_dm_bot": ("A bot takes no messages.", "", True),
    "user_not_found": ("That person is not in this workspace.", "", True),
    "user_disabled": ("That person’s account is deactivated.", "", True),
    "missing_scope": ("I lack a permission for that.", "Ask an admin to install the bot again.", False),
    "msg_too_long": ("The message is too long for Slack.", "", False),
    "msg_blocks_too_long": ("The message is too long for Slack.", "", False),
}


def refusal(error: SlackApiError) -> str | None:
    """Slack's word for what is wrong; None when the answer was not Slack's JSON, but some proxy's page."""
    body = getattr(error.response, "data", None)
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) else None


def passing(error: SlackApiError) -> bool:
    """Whether it is Slack's own trouble, or the token's: nothing is wrong with what was asked."""
    code = refusal(error)
    return code is None or code in _NO_EFFECT_KNOWN or code in _REVOKED or code in _RATE_LIMITED


def _wait(error: SlackApiError) -> float | None:
    """Seconds that Slack asks to wait before the same call; None when waiting does not help."""
    if refusal(error) not in _RATE_LIMITED:
        return None
    try:
        asked = float(error.response.headers.get("Retry-After", PAUSE))
    except ValueError:
        return PAUSE
    return asked if asked > 1.0 else 1.0  # so nan is none


def meaning(error: Exception) -> tuple[NotPosted | Unsent | Uncertain, float | None]:
    """What a failed call means, and after how many seconds the same may be tried again; None for not at all."""
    if isinstance(error, SlackApiError):
        wait = _wait(error)
        if wait is None:
            return _refused(error), None
        return Unsent("Slack asks to wait longer than I can.", hint="Nothing was posted. Try again later."), wait
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Unsent("Slack could not be reached.", hint="Nothing was posted. Try again in a minute."), PAUSE
    if isinstance(error, ODD):
        return Uncertain(
            "Slack gave an answer that I do not understand.", hint="It may have been posted, or not."
        ), None
    return Uncertain("The line to Slack broke.", hint="It may have been posted, or not."), None


def _refused(error: SlackApiError) -> NotPosted | Uncertain:
    code = refusal(error)
    if code is None or code in _NO_EFFECT_KNOWN:
        return Uncertain("Slack answered with an error of its own.", hint="It may have been posted, or not.")
    if code in _REVOKED:
        return Revoked("Slack no longer accepts my token.", hint="Ask an admin to install me again.", code=code)
    return no(code)


def no(code: str) -> NotPosted:
    """What Slack means by a word of refusal."""
    message, hint, pauses = _REFUSALS.get(code, (f"Slack refused it ({code}).", "", False))
    family = Gone if code in _GONE else NotPosted
    return family(message, hint=hint, code=code, pauses=pauses)
