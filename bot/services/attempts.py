"""Keeps every attempt in the audit, done or refused: for what is decided here and not in Pivotal."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import BotError, OutcomeUnknown, UpstreamError
from bot.domain.records import Actor, AuditEntry
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
            attempt.after = ""
            attempt.reason = error.message if isinstance(error, BotError) else type(error).__name__
            await self._record(attempt, outcome=_outcome(error))
            raise
        await self._record(attempt, outcome="done")

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


def _outcome(error: BotError | PivotalError) -> str:
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    return "failed" if isinstance(error, UpstreamError | PivotalError) else "refused"
