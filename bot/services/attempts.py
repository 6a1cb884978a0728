"""Keeps every attempt in the audit, done or refused: for what is decided here and not in Pivotal."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.domain import states
from bot.domain.errors import BotError, OutcomeUnknown, UserError
from bot.domain.phases import Phases
from bot.domain.records import BEGUN, Actor, AuditEntry, Standing
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
    """Makes the audit's row of each attempt, however it ends; a change of what is remembered takes its row with it."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    @asynccontextmanager
    async def keeping(self, attempt: Attempt) -> AsyncIterator[Attempt]:
        """Keep with what was raised an attempt that comes to nothing within; that goes on its way.

        Of what is done within, the row is `done`'s, kept in one transaction with the change itself.
        """
        try:
            yield attempt
        except (BotError, PivotalError) as error:
            await self.ended(attempt, error)
            raise

    @asynccontextmanager
    async def posting(self, attempt: Attempt) -> AsyncIterator[Attempt]:
        """Keep an attempt whose work is Slack's to do: that it is begun, before it is, and what came of it."""
        await self._store.audit.add(self._entry(attempt, BEGUN))
        async with self.keeping(attempt):
            yield attempt
        await self._store.audit.add(self.done(attempt))

    def done(self, attempt: Attempt) -> AuditEntry:
        """The row of an attempt that succeeds."""
        return self._entry(attempt, "done")

    async def ended(self, attempt: Attempt, error: BaseException) -> None:
        """Keep that nothing came of an attempt, and why."""
        attempt.after = ""
        attempt.reason = error.message if isinstance(error, BotError | PivotalError) else type(error).__name__
        await self._store.audit.add(self._entry(attempt, _outcome(error)))

    def _entry(self, attempt: Attempt, outcome: str) -> AuditEntry:
        return AuditEntry(
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


def stands(standing: Standing, *, phases: Phases) -> str:
    """How an onboarding was before an attempt: its phase and its state."""
    state = " and ".join(map(states.label, states.held(standing.onboarding) or (states.ACTIVE,)))
    return f"{phases.label(standing.onboarding.phase)}, {state}"


def _outcome(error: BaseException) -> str:
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    return "refused" if isinstance(error, UserError) else "failed"
