"""The audit: every attempt to change something, only ever added to."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import func, insert, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import states
from bot.domain.records import BEGUN, AuditEntry
from bot.domain.verbs import Verb
from bot.store.database import Database
from bot.store.tables import audit

_COLUMNS = [audit.c[field.name] for field in fields(AuditEntry)]
_PAGE = 1000
_SOON = 10_000
"""Rows after which it is not looked for any more how something ended: it lasts seconds."""
_OF_STATE = (Verb.PAUSE, Verb.RESUME, Verb.FLAG, Verb.CLEAR, Verb.WAITING, Verb.UPDATE, Verb.UNDO)
"""What may set the state; what it was set to is in `after`."""

_later = audit.alias()
_ENDED = (
    select(_later.c.number)
    .where(_later.c.number.between(audit.c.number + 1, audit.c.number + _SOON))
    .where(_later.c.reference == audit.c.reference, _later.c.action == audit.c.action)
    .where(_later.c.slack_id == audit.c.slack_id)
    .exists()
)
_TOLD = or_(audit.c.outcome != BEGUN, not_(_ENDED))
"""A row that says what was begun is left out once there is one that says how it ended."""


class Audit:
    """Who tried what, and what came of it.

    A change of what the bot itself remembers is written in one transaction with its row. What is about to be written to
    Pivotal or posted in Slack has a row before that: a process killed just then leaves nothing untold.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: AuditEntry) -> None:
        """Write one attempt down."""
        async with self._database.writing() as connection:
            await write_down(connection, entry)

    async def list(
        self,
        *,
        onboarding_id: str | None = None,
        action: str | None = None,
        outcome: str | None = None,
        limit: int = 20,
    ) -> tuple[AuditEntry, ...]:
        """The newest attempts first: of one onboarding, of one kind, or with one outcome; else of all."""
        query = select(*_COLUMNS).where(_TOLD).order_by(audit.c.number.desc()).limit(limit)
        if onboarding_id is not None:
            query = query.where(audit.c.onboarding_id == onboarding_id)
        if action is not None:
            query = query.where(audit.c.action == action)
        if outcome is not None:
            query = query.where(audit.c.outcome == outcome)
        async with self._database.reading() as connection:
            return tuple(AuditEntry(*row) for row in await connection.execute(query))

    async def kept(self, reference: str, *, slack_id: str) -> bool:
        """Whether there is a row of this request: its reference is by chance alone that of another one by now."""
        last = select(func.max(audit.c.number)).scalar_subquery()
        found = select(audit.c.number).where(
            audit.c.number > last - _PAGE, audit.c.reference == reference, audit.c.slack_id == slack_id
        )
        async with self._database.reading() as connection:
            return (await connection.execute(found.limit(1))).first() is not None

    async def newest_of_state(self, onboarding_ids: Iterable[str]) -> dict[str, AuditEntry]:
        """What was last done to the state of each of these onboardings, by id; nothing for one it was not done to."""
        told = or_(*(audit.c.after.contains(label, autoescape=True) for label in states.LABELS.values()))
        newest = (
            select(func.max(audit.c.number))
            .where(audit.c.outcome == "done", audit.c.action.in_(_OF_STATE), told)
            .where(audit.c.onboarding_id.in_(list(onboarding_ids)))
            .group_by(audit.c.onboarding_id)
        )
        query = select(*_COLUMNS).where(audit.c.number.in_(newest))
        async with self._database.reading() as connection:
            found = [AuditEntry(*row) for row in await connection.execute(query)]
        return {one.onboarding_id: one for one in found if one.onboarding_id}

    async def count(self, since: datetime, until: datetime) -> int:
        """How many rows `between` reads, at most: what is only begun and what came of it count twice here."""
        query = select(func.count()).select_from(audit).where(audit.c.at >= since, audit.c.at < until)
        async with self._database.reading() as connection:
            return int(await connection.scalar(query) or 0)

    async def between(self, since: datetime, until: datetime) -> AsyncIterator[AuditEntry]:
        """Every attempt from `since` on and before `until`, oldest first, read a thousand rows at a time."""
        query = select(audit.c.number, *_COLUMNS).where(_TOLD, audit.c.at >= since, audit.c.at < until)
        newest = 0
        while True:
            page = query.where(audit.c.number > newest).order_by(audit.c.number).limit(_PAGE)
            async with self._database.reading() as connection:
                rows = (await connection.execute(page)).all()
            for row in rows:
                yield AuditEntry(*row[1:])
            if len(rows) < _PAGE:
                return
            newest = rows[-1][0]


async def write_down(connection: AsyncConnection, entry: AuditEntry | None) -> None:
    """Add a row in the transaction of the change that it tells of; None: no row is wanted of it."""
    if entry is not None:
        await connection.execute(insert(audit).values(**asdict(entry)))
