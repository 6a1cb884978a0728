"""Subscriptions: which channel wants which digest, and when."""

from dataclasses import asdict, fields, replace

from sqlalchemy import ColumnElement, Delete, Update, delete, select, update

from bot.domain.records import AuditEntry, Subscription
from bot.store.audit import write_down
from bot.store.database import Database
from bot.store.tables import subscriptions

_ORDER = 7_301_003
"""Key of the lock under which replicas subscribe a channel one after the other."""

_COLUMNS = [subscriptions.c[field.name] for field in fields(Subscription)]
_KEPT = {"id", "team_id", "channel", "kind", "creator", "paused"}
"""What an edit leaves alone."""


class Subscriptions:
    """The channels' wishes, in the order they were made.

    Whoever changes one may give the audit's `entry` of that: both are kept, or neither.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, subscription: Subscription) -> bool:
        """Add a subscription; False when there is one with this id."""
        statement = (
            self._database.insert(subscriptions)
            .values(**asdict(subscription))
            .on_conflict_do_nothing()
            .returning(subscriptions.c.id)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(statement)).first() is not None

    async def edit(self, subscription: Subscription, *, entry: AuditEntry | None = None) -> Subscription | None:
        """Change what is sent and when; gives it back as it is then, None when there is none with this id.

        Whose it is stays as it is stored, and so does a pause: it may have been made since this one was read.
        """
        edited = {name: value for name, value in asdict(subscription).items() if name not in _KEPT}
        statement = update(subscriptions).where(subscriptions.c.id == subscription.id).values(edited)
        async with self._database.writing() as connection:
            row = (await connection.execute(statement.returning(*_COLUMNS))).first()
            if row:
                await write_down(connection, entry)
        return Subscription(*row) if row else None

    async def put_in_place(self, subscription: Subscription, *, entry: AuditEntry | None = None) -> Subscription:
        """Keep a subscription in place of its channel's earlier one of this kind, whose id it takes; gives it back.

        Of several at once the last stays, and there is never more than one.
        """
        same = (subscriptions.c.channel == subscription.channel) & (subscriptions.c.kind == subscription.kind)
        query = select(subscriptions.c.id).where(same).order_by(subscriptions.c.created_at, subscriptions.c.id).limit(1)
        async with self._database.writing() as connection:
            await self._database.alone(connection, key=_ORDER)
            earlier = await connection.scalar(query)
            kept = replace(subscription, id=earlier or subscription.id)
            await connection.execute(delete(subscriptions).where(same, subscriptions.c.id != kept.id))
            await connection.execute(self._database.upsert(subscriptions).values(**asdict(kept)))
            await write_down(connection, entry)
        return kept

    async def get(self, subscription_id: str) -> Subscription | None:
        """The subscription with this id, if there is one."""
        found = await self._select(subscriptions.c.id == subscription_id)
        return found[0] if found else None

    async def all(self, active_only: bool = False) -> tuple[Subscription, ...]:
        """Every subscription; with `active_only` those that are not paused."""
        return await self._select(*([subscriptions.c.paused.is_(None)] if active_only else []))

    async def of_channel(self, channel: str) -> tuple[Subscription, ...]:
        """The subscriptions of one channel, paused ones too."""
        return await self._select(subscriptions.c.channel == channel)

    async def pause(self, subscription_id: str, reason: str, *, entry: AuditEntry | None = None) -> bool:
        """Pause it, saying why; False when there is none."""
        return await self._change(_pausing(subscription_id, reason), entry)

    async def resume(self, subscription_id: str, *, entry: AuditEntry | None = None) -> bool:
        """Let it run again; False when there is none."""
        return await self._change(_pausing(subscription_id, None), entry)

    async def delete(self, subscription_id: str, *, entry: AuditEntry | None = None) -> bool:
        """Delete it; what it delivered stays in the ledger. False when there is none."""
        return await self._change(delete(subscriptions).where(subscriptions.c.id == subscription_id), entry)

    async def _select(self, *conditions: ColumnElement[bool]) -> tuple[Subscription, ...]:
        query = select(*_COLUMNS).where(*conditions).order_by(subscriptions.c.created_at, subscriptions.c.id)
        async with self._database.reading() as connection:
            return tuple(Subscription(*row) for row in await connection.execute(query))

    async def _change(self, statement: Update | Delete, entry: AuditEntry | None) -> bool:
        async with self._database.writing() as connection:
            changed = (await connection.execute(statement)).rowcount == 1
            if changed:
                await write_down(connection, entry)
        return changed


def _pausing(subscription_id: str, why: str | None) -> Update:
    return update(subscriptions).where(subscriptions.c.id == subscription_id).values(paused=why)
