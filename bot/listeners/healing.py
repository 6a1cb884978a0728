"""Heals posted cards: whatever kept one from following its onboarding, a minute later it is looked at again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.errors import BotError, NotFound, cause
from bot.pivotal.errors import PivotalError
from bot.services.cards import Behind, PostedCards
from bot.services.onboardings import Onboardings

EVERY = timedelta(minutes=1)
"""Between two looks, and until a card that is still behind is drawn again; then longer and longer."""
LONGEST = timedelta(hours=1)
MOST = 50
"""Onboardings whose cards are drawn after one look: Slack counts the calls of an app."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Try:
    """How often the cards of one onboarding were drawn in vain, and when that is tried again."""

    made: int
    due_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether that is so; a clock that was set back puts it off no longer."""
        return not now < self.due_at <= now + LONGEST


class Healing:
    """Looks every minute, and at the start, which posted cards do not show their onboarding as it is.

    `redraw` has those of one onboarding drawn again. Nothing of this rests on having seen the change: a card whose
    drawing Slack refused, or that the bot did not live to draw, is behind, and that can be seen. Every replica looks;
    which of them draws a card is decided when it is drawn.
    """

    def __init__(
        self,
        posted: PostedCards,
        onboardings: Onboardings,
        redraw: Callable[[str, Behind], None],
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._posted = posted
        self._onboardings = onboardings
        self._redraw = redraw
        self._clock = clock
        self._looked: datetime | None = None
        self._tries: dict[str, _Try] = {}

    async def look_if_due(self) -> float:
        """Have what is behind drawn again, if nobody looked lately; gives the seconds until the next look."""
        now = self._clock()
        if self._looked is None or abs(now - self._looked) >= EVERY:
            self._looked = now
            await self._look(now)
        return EVERY.total_seconds()

    async def _look(self, now: datetime) -> None:
        behind = await self._posted.behind()
        self._tries = {key: tried for key, tried in self._tries.items() if key in behind}
        due = [key for key in behind if key not in self._tries or self._tries[key].is_due(now)]
        for onboarding_id in due[:MOST]:
            made = self._tries[onboarding_id].made if onboarding_id in self._tries else 0
            self._tries[onboarding_id] = _Try(made + 1, now + min(EVERY * 2 ** min(made, 10), LONGEST))
            found = behind[onboarding_id]
            if found.standing is not None or await self._gone(onboarding_id):
                self._redraw(onboarding_id, found)

    async def _gone(self, onboarding_id: str) -> bool:
        """Whether Pivotal, too, has no such onboarding; one that it has after all is known from now on."""
        try:
            await self._onboardings.read(onboarding_id)
        except NotFound:
            return True
        except (BotError, PivotalError) as error:
            log.info("card not looked up", why=cause(error))
        return False
