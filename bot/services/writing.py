"""One PATCH to Pivotal, made once: where its effect is unknown, the record is looked at instead of written again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, cast

from bot.domain.errors import OutcomeUnknown, UpstreamError
from bot.domain.moves import Move
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import PivotalError, TimedOut
from bot.pivotal.models import Onboarding

LATEST = timedelta(seconds=30)
"""A write that has not begun by then is not made: with all the client's patience it would outlast its lease."""
AGAIN = timedelta(seconds=5)
"""After a time-out the change may still be on its way: so long after the first look there is a second one."""


class Writing:
    """Writes moves. `since` is when their lease began: long after that nothing is begun any more."""

    def __init__(
        self,
        pivotal: AsyncPivotalApi,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pivotal = pivotal
        self._clock = clock
        self._sleep = sleep

    async def write(self, onboarding_id: str, move: Move, *, since: datetime) -> Onboarding:
        """PATCH once; when it may have been applied, look instead of repeating.

        Raises UpstreamError when nothing was changed, OutcomeUnknown when nobody knows, and the client's errors.
        """
        # A clock that was set back since says nothing of how long it took.
        if abs(self._clock() - since) > LATEST:
            raise UpstreamError("Pivotal is very slow, so nothing was changed.", hint="Try again in a minute.")
        try:
            return await self._pivotal.onboardings.update(onboarding_id, **cast("dict[str, Any]", move.changes))
        except PivotalError as error:
            if not error.maybe_applied:
                raise
            made = await self._look(onboarding_id, move, error)
            if made is None and isinstance(error, TimedOut):
                made = await self._look_again(onboarding_id, move, error, since=since)
            if made is None:
                raise UpstreamError(
                    "Pivotal did not answer, and the change was not made.",
                    hint="Nothing was changed. Try again in a minute.",
                ) from error
            return made

    async def _look(self, onboarding_id: str, move: Move, error: PivotalError) -> Onboarding | None:
        """Read what is there now: the record if it is as the change would leave it, else None."""
        try:
            now_there = await self._pivotal.onboardings.get(onboarding_id)
        except PivotalError:
            raise OutcomeUnknown(
                "Pivotal stopped answering, so it is not known whether the change was made.",
                hint="Look at the onboarding again in a minute before you repeat it.",
            ) from error
        made = all(getattr(now_there, field) == value for field, value in move.changes.items())
        return now_there if made else None

    async def _look_again(self, onboarding_id: str, move: Move, error: PivotalError, *, since: datetime) -> Onboarding:
        """A request that timed out may still be worked on: look once more while the lease keeps others out."""
        if abs(self._clock() - since) < LATEST:
            await self._sleep(AGAIN.total_seconds())
            made = await self._look(onboarding_id, move, error)
            if made is not None:
                return made
        raise OutcomeUnknown(
            "Pivotal did not answer, and had not made the change when I looked; it may still do so.",
            hint="Look at the onboarding again in a minute before you repeat it.",
        ) from error
