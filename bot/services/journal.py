"""The journal: what was tried through this bot, what was seen to happen elsewhere, and notes; read newest first."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.domain import rights, states
from bot.domain.errors import UserError
from bot.domain.journal import NOTE, Happening, Story
from bot.domain.records import Actor, AuditEntry, Standing
from bot.services.attempts import Attempt, Attempts
from bot.services.portfolio import Portfolio
from bot.store import Store

NEWEST = 100
"""So many of each kind are read at the most; `onboarding-bot audit` reads everything."""
NOTES = 5
LONGEST_NOTE = 1000


class Journal:
    """Reads what the audit and the observations hold, and adds notes to the audit."""

    def __init__(self, store: Store, portfolio: Portfolio, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._portfolio = portfolio
        self._attempts = Attempts(store, clock=clock)
        self._clock = clock

    async def read(self, *, by: Actor, onboarding_id: str | None = None) -> Story:
        """What happened to one onboarding, or to any: the newest first, at most 200 lines. Raises Forbidden.

        What this bot wrote is told by the audit, so only changes that came from elsewhere are taken as seen.
        """
        rights.check(rights.Right.LOG, by)
        entries = await self._store.audit.list(onboarding_id=onboarding_id, limit=NEWEST + 1)
        seen = await self._store.observations.elsewhere(onboarding_id=onboarding_id, limit=NEWEST + 1)
        lines = [Happening(entry.at, entry.title, entry=entry) for entry in entries[:NEWEST]]
        lines += [Happening(one.seen_at, self._title(one.onboarding_id), seen=one) for one in seen[:NEWEST]]
        lines.sort(key=lambda line: line.at, reverse=True)
        return Story(tuple(lines), cut=max(len(entries), len(seen)) > NEWEST)

    async def note(self, standing: Standing, text: str, *, by: Actor, source: str, reference: str) -> AuditEntry:
        """Keep a note on an onboarding, here and not in Pivotal. Raises Forbidden, and UserError for a bad length."""
        rights.check(rights.Right.NOTE, by, onboarding=standing.onboarding)
        said = " ".join(text.split())
        if not said:
            raise UserError(
                "What shall I note?", hint="Put the words after the customer: `/onboarding note #89 waits for legal`."
            )
        if len(said) > LONGEST_NOTE:
            raise UserError(f"A note has {LONGEST_NOTE} characters at the most; this one has {len(said)}.")
        entry = AuditEntry(
            at=self._clock(),
            slack_id=by.slack_id,
            name=by.name,
            source=source,
            action=NOTE,
            onboarding_id=standing.onboarding.id,
            title=standing.title,
            before="",
            after="",
            outcome="done",
            reference=reference,
            reason=said,
        )
        await self._store.audit.add(entry)
        return entry

    async def unheard(self, attempt: Attempt, error: BaseException) -> None:
        """Keep an attempt that an error has ended, unless what it was to be done with has kept it already."""
        if not await self._store.audit.kept(attempt.reference, slack_id=attempt.by.slack_id):
            await self._attempts.ended(attempt, error)

    async def refused(
        self, action: str, *, by: Actor, source: str, reference: str, why: str, standing: Standing | None = None
    ) -> None:
        """Keep that somebody was refused something, on an onboarding where one was meant, before anything was tried."""
        await self._store.audit.add(
            AuditEntry(
                at=self._clock(),
                slack_id=by.slack_id,
                name=by.name,
                source=source,
                action=action,
                onboarding_id=standing.onboarding.id if standing else None,
                title=standing.title if standing else "",
                before="",
                after="",
                outcome="refused",
                reference=reference,
                reason=why,
            )
        )

    async def set_by(self, standings: Iterable[Standing]) -> dict[str, AuditEntry]:
        """Who set the state that each is in through this bot, when and why, by onboarding id; active ones are left out.

        Whether nobody has set it elsewhere since is for the reader to judge.
        """
        held = [one.onboarding.id for one in standings if states.held(one.onboarding)]
        return await self._store.audit.newest_of_state(held) if held else {}

    async def notes(self, onboarding_id: str) -> tuple[AuditEntry, ...]:
        """The newest five notes on an onboarding, newest first."""
        return await self._store.audit.list(onboarding_id=onboarding_id, action=NOTE, outcome="done", limit=NOTES)

    def _title(self, onboarding_id: str) -> str:
        known = self._portfolio.known(onboarding_id)
        return known.title if known else "an onboarding no longer known"
