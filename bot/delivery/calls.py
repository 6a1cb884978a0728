"""One call of Slack: waited for when Slack asks to, ended with what is known of it, reported and logged."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.delivery.refusals import ODD, NotPosted, Revoked, Uncertain, Unsent, meaning
from bot.domain.errors import BotError, cause

PATIENCE = 120.0
"""Seconds a post waits in all for Slack's rate limit."""
TRIES = 6
NOTHING: Mapping[str, type] = {}

log = structlog.get_logger()

_ENDINGS: dict[type[BotError], str] = {
    Revoked: "revoked",
    NotPosted: "refused",
    Unsent: "away",
    Uncertain: "uncertain",
}
"""What became of a call, by the error that it ended with."""
_SHOWN = frozenset(
    {
        "chat_postMessage",
        "chat_postEphemeral",
        "chat_unfurl",
        "chat_update",
        "chat_delete",
        "files_completeUploadExternal",
    }
)
"""The methods whose work somebody sees."""


class Sending(Protocol):
    """Somebody who has to know whether a message may be on its way, should this process end."""

    async def begins(self) -> None:
        """Right before each request that posts it, when all else is done; whatever this raises, nothing is sent."""

    async def refused(self) -> None:
        """Slack did not take it: it may be tried again after a while, or not at all."""


class Calls:
    """Calls Slack. `sleep` takes seconds, and `report` is told of every call by its method and how it ended."""

    def __init__(self, *, sleep: Callable[[float], Awaitable[None]], report: Callable[[str, str], None]) -> None:
        self._sleep = sleep
        self._report = report

    async def __call__(
        self,
        method: Callable[..., Awaitable[Any]],
        sending: Sending | None = None,
        *,
        again: Callable[[], Awaitable[None]] | None = None,
        needs: Mapping[str, type] = NOTHING,
        **arguments: Any,
    ) -> dict[str, Any]:
        """Call Slack: reported, and logged where somebody sees what comes of it.

        `again` is asked for after every wait, before the same is called once more; whatever it raises, it is not.
        The answer has what it `needs`, by name and kind, or is taken for none.
        """
        name = getattr(method, "__name__", "")
        shown = log.bind(method=name, channel=arguments.get("channel")) if name in _SHOWN else None
        try:
            body = await self._answered(method, sending, again, needs, **arguments)
        except (NotPosted, Unsent, Uncertain) as error:
            outcome = next(word for kind, word in _ENDINGS.items() if isinstance(error, kind))
            self._report(name, outcome)
            if shown:
                shown.info("not delivered", outcome=outcome, why=cause(error))
            raise
        self._report(name, "ok")
        if shown:
            shown.info("delivered")
        return body

    async def _answered(
        self,
        method: Callable[..., Awaitable[Any]],
        sending: Sending | None,
        again: Callable[[], Awaitable[None]] | None,
        needs: Mapping[str, type],
        **arguments: Any,
    ) -> dict[str, Any]:
        waited = 0.0
        for attempt in range(1, TRIES + 1):
            if sending:
                await sending.begins()
            try:
                return _read((await method(**arguments)).data, needs)
            except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError, *ODD) as error:
                failure, wait = meaning(error)
                if sending and not isinstance(failure, Uncertain):
                    await sending.refused()
                waited += wait or 0.0
                if wait is None or waited > PATIENCE or attempt == TRIES:
                    raise failure from error
            await self._sleep(wait)
            if again:
                await again()
        raise AssertionError("the last try either returns or raises")


def _read(body: Any, needs: Mapping[str, type]) -> dict[str, Any]:
    """An answer that has what it needs; raises ValueError. Slack's words are plain ASCII."""
    found = body if isinstance(body, dict) else {}
    for name, kind in needs.items():
        value = found.get(name)
        if not isinstance(value, kind) or (
            isinstance(value, str) and not (value and value.isascii() and value.isprintable())
        ):
            raise ValueError(f"Slack’s answer has no {name!r} that can be read.")
    return found
