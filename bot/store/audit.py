"""The audit: every attempt to change something, only ever added to."""

from dataclasses import asdict, fields

from sqlalchemy import insert, select

from bot.domain.records import AuditEntry
from bot.store.database import Database
from bot.store.tables import audit

_COLUMNS = [audit.c[field.name] for field in fields(AuditEntry)]


class Audit:
    """Who tried what, and what came of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: AuditEntry) -> None:
        """Write one attempt down."""
        async with self._database.writing() as connection:
            await connection.execute(insert(audit).values(**asdict(entry)))

    async def list(self, *, onboarding_id: str | None = None, limit: int = 20) -> tuple[AuditEntry, ...]:
        """The newest attempts first, of one onboarding or of all."""
        query = select(*_COLUMNS).order_by(audit.c.number.desc()).limit(limit)
        if onboarding_id is not None:
            query = query.where(audit.c.onboarding_id == onboarding_id)
        async with self._database.reading() as connection:
            return tuple(AuditEntry(*row) for row in await connection.execute(query))
