"""The one table from error to words: what happened, whether anything was changed, and what to do next."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.domain.errors import COMMAND, BotError, FieldErrors, MemoryAway, UpstreamError
from bot.pivotal import errors as pivotal
from bot.views import text
from bot.views.message import Message, context, section

_SENTENCE = 600
_FIELDS = 10


@dataclass(frozen=True, slots=True)
class Words:
    """What to say, in plain text; `ours` is true when a reference helps whoever looks into it."""

    message: str
    hint: str = ""
    ours: bool = False


def explain(error: BaseException, *, reference: str, now: datetime, command: str = COMMAND) -> Message:
    """Put an error into words for the person who met it.

    `reference` is the short one in the log beside the traceback; `now` turns "not before" into "in 12 s"; `command` is
    what the slash command is called here, in the place of what hints call it.
    """
    words = _words(error, now, command)
    message = text.name(words.message, _SENTENCE)
    hint = text.name(words.hint, _SENTENCE) if words.hint else ""
    quoted = f"Reference {text.name(reference, 40)}" if words.ours else ""
    blocks: list[Block] = [section(message)]
    small = tuple(filter(None, (hint, quoted)))
    if small:
        blocks.append(context(*small))
    return Message(" ".join((message, *(f"{part}." if part == quoted else part for part in small))), tuple(blocks))


def sentence(error: BaseException, *, now: datetime) -> str:
    """What happened and no more, as markup: for a message that says by itself what was changed and what to do."""
    return text.name(_words(error, now, COMMAND).message, _SENTENCE)


def _words(error: BaseException, now: datetime, command: str) -> Words:
    for kind in type(error).__mro__:
        if kind in _TABLE:
            words = _TABLE[kind](error, now)
            return replace(words, hint=error.advice(command)) if isinstance(error, BotError) and error.hint else words
    return Words(
        "Something went wrong on our side.", "Nothing you did wrong. Please pass the reference to an admin.", ours=True
    )


def _forgetful(error: MemoryAway, now: datetime) -> Words:
    return Words(
        "My memory is not answering at the moment. This is not your fault.",
        "Try again in a minute; look first whether it was done.",
        ours=True,
    )


def _own(error: BotError, now: datetime) -> Words:
    return Words(error.message, error.hint)


def _fields(error: FieldErrors, now: datetime) -> Words:
    told = tuple(error.fields.values())
    return Words(error.message, text.listed(told, limit=_FIELDS))


def _upstream(error: UpstreamError, now: datetime) -> Words:
    seconds = (error.retry_at - now).total_seconds() if error.retry_at else None
    return Words(error.message, error.hint or _again(seconds), ours=True)


def _gone(error: pivotal.PivotalError, now: datetime) -> Words:
    return Words("Pivotal no longer has this record.", "It was probably deleted there. Nothing was changed.")


def _busy(error: pivotal.PivotalError, now: datetime) -> Words:
    wait = f", try again in {_wait(error.retry_after)}" if error.retry_after else ", try again in a minute"
    return Words(f"Pivotal is busy{wait}.", _unchanged(error))


def _locked_out(error: pivotal.PivotalError, now: datetime) -> Words:
    return Words(
        "Pivotal does not accept the bot’s key. This is not your fault.",
        "An admin of this bot must check its key. Nothing was changed.",
        ours=True,
    )


def _not_permitted(error: pivotal.PivotalError, now: datetime) -> Words:
    return Words(
        "Pivotal does not let the bot’s key do this. This is not your fault.",
        "An admin of this bot must check what its key may do. Nothing was changed.",
        ours=True,
    )


def _invalid(error: pivotal.PivotalError, now: datetime) -> Words:
    field = f" in “{error.field}”" if error.field else ""
    return Words(f"Pivotal did not accept the value{field}: {error.message}", "Nothing was changed.", ours=True)


def _conflict(error: pivotal.PivotalError, now: datetime) -> Words:
    return Words(
        "Pivotal refused this because it clashes with another change.",
        "Nothing was changed. Open the onboarding again to see it as it is now.",
        ours=True,
    )


def _garbled(error: pivotal.PivotalError, now: datetime) -> Words:
    if error.maybe_applied:
        return _away(error, now)
    return Words("Pivotal gave an answer that I do not understand.", _again(error.retry_after), ours=True)


def _away(error: pivotal.PivotalError, now: datetime) -> Words:
    if error.maybe_applied:
        return Words(
            "It is not known whether the change was made: Pivotal did not answer.",
            "Open the onboarding again and look before you try once more.",
            ours=True,
        )
    hint = " ".join(filter(None, (_unchanged(error), _again(error.retry_after))))
    return Words("Pivotal is not answering.", hint, ours=True)


def _unchanged(error: pivotal.PivotalError) -> str:
    return "" if error.method in ("", "GET") else "Nothing was changed."


def _again(seconds: float | None) -> str:
    return f"Try again in {_wait(seconds)}." if seconds else "Try again in a minute."


def _wait(seconds: float) -> str:
    whole = max(1, math.ceil(seconds))
    return f"{whole} s" if whole < 100 else f"{math.ceil(whole / 60)} min"


_TABLE: dict[type, Callable[..., Words]] = {
    BotError: _own,
    FieldErrors: _fields,
    UpstreamError: _upstream,
    MemoryAway: _forgetful,
    pivotal.NotFound: _gone,
    pivotal.RateLimited: _busy,
    pivotal.AuthenticationFailed: _locked_out,
    pivotal.PermissionDenied: _not_permitted,
    pivotal.InvalidRequest: _invalid,
    pivotal.Conflict: _conflict,
    pivotal.UnexpectedResponse: _garbled,
    pivotal.PivotalError: _away,
}
