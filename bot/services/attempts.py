"""Keeps every attempt in the audit, done or refused: for what is decided here and not in Pivotal."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.domain import states
from bot.domain.errors import BotError, OutcomeUnknown, UserError
from bot.domain.phases import Phases
from bot.domain.records import Actor, AuditEntry, Standing
from bot.pivotal.errors import PivotalError
from bot.store import Store


@dataclass(slots=True)
class Attempt:
    """What somebody tries; how it was and became is filled in while it goes on."""

    action: str
    by: Actor
    source: str
    reference: str
    title: str = ""
    onboarding_id: str | None = None
    before: str = ""
    after: str = ""
    reason: str | None = None


class Attempts:
    """Writes one audit row for each attempt, however it ends."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    @asynccontextmanager
    async def keeping(self, attempt: Attempt) -> AsyncIterator[Attempt]:
        """Keep what is done within as done, or with what was raised, which goes on its way."""
        try:
            yield attempt
        except (BotError, PivotalError) as error:
            await self.ended(attempt, error)
            raise
        await self._record(attempt, outcome="done")

    async def ended(self, attempt: Attempt, error: BaseException) -> None:
        """Keep that nothing came of an attempt, and why."""
        attempt.after = ""
        attempt.reason = error.message if isinstance(error, BotError | PivotalError) else type(error).__name__
        await self._record(attempt, outcome=_outcome(error))

    async def _record(self, attempt: Attempt, *, outcome: str) -> None:
        await self._store.audit.add(
            AuditEntry(
                at=self._clock(),
                slack_id=attempt.by.slack_id,
                name=attempt.by.name,
                source=attempt.source,
                action=attempt.action,
                onboarding_id=attempt.onboarding_id,
                title=attempt.title,
                before=attempt.before,
                after=attempt.after,
                outcome=outcome,
                reference=attempt.reference,
                reason=attempt.reason,
            )
        )


def stands(standing: Standing, *, phases: Phases) -> str:
    """How an onboarding was before an attempt: its phase and its state."""
    state = " and ".join(map(states.label, states.held(standing.onboarding) or (states.ACTIVE,)))
    return f"{phases.label(standing.onboarding.phase)}, {state}"


def _outcome(error: BaseException) -> str:
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    return "refused" if isinstance(error, UserError) else "failed"
