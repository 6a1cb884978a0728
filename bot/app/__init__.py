"""Composition root: builds every part once, in start order; stops them in reverse.

Each stage builds on the one before it: `parts` → `abilities` → `watching` → `start`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from bot.app.abilities import DRAIN
from bot.app.parts import SLACK_TIMEOUT
from bot.app.start import Bot, Start
from bot.config import Settings
from bot.store.schema import Tell

__all__ = ["DRAIN", "SLACK_TIMEOUT", "Bot", "running", "utc_now"]


def utc_now() -> datetime:
    """The present instant, aware and UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def running(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now, tell: Tell | None = None
) -> AsyncIterator[Bot]:
    """Run the bot for as long as the context lasts. Raises StartError when it cannot start.

    `tell` is told how far its memory is brought up to date, where an older version wrote that.
    """
    async with AsyncExitStack() as stack:
        yield await Start(settings, clock, stack, tell).bot()
