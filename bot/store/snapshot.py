"""The snapshot: the newest known version of every onboarding and customer, and how new it is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.history import changes
from bot.domain.records import Observation
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.store.database import Database
from bot.store.observations import ORDER
from bot.store.snapshot_rows import (
    MET,
    Kept,
    chunks,
    compare_customers,
    compare_onboardings,
    customer_values,
    delete_rows,
    observe,
    older,
    onboarding_values,
    select_customers,
    select_onboardings,
)
from bot.store.tables import customers, onboardings, removals, snapshot

_ROW = 1


@dataclass(frozen=True, slots=True)
class Walked:
    """When the snapshot's parts were last walked: the open phases, everything, the customers."""

    as_of: datetime
    full_at: datetime | None = None
    customers_at: datetime | None = None


class SnapshotRows:
    """The stored snapshot, and the observations that its changes amount to.

    Every write has a running number, and its rows keep it, as a removal leaves it: that says what is newer than what,
    whatever the clocks of replicas say. Numbers are committed in their order, for writers hold the lock `ORDER`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refresh(
        self,
        rows: Iterable[OnboardingRow],
        customer_rows: Iterable[CustomerRow] | None,
        *,
        begun: int,
        as_of: datetime,
        source: str,
        gone: Iterable[str] | None = None,
        met: Mapping[str, datetime] | None = None,
    ) -> Kept:
        """Make the snapshot what a walk begun at `as_of` saw; the changes this shows are stored too.

        A walk of everything leaves `gone` out: what it did not see no longer exists. A walk of some phases names
        in `gone` what no longer exists; the rest stays as stored. `customer_rows` is None when customers were not
        walked. Whatever was put or removed after the write numbered `begun` is newer than the walk's copy and stays so.
        `met` says of new rows when they were seen first, where that was before this walk.
        """
        async with self._database.writing() as connection:
            await self._database.alone(connection, key=ORDER)
            changed, removed, kept = await compare_onboardings(
                connection, rows, gone, begun=begun, seen_at=as_of, source=source
            )
            number = await self._number(connection)
            await self._write(
                connection, onboardings, onboarding_values(changed, written=number, at=as_of, met=met or {})
            )
            await self._remove(connection, removed, written=number, at=as_of)
            await observe(connection, kept.changes)
            if customer_rows is not None:
                kept.customers.extend(
                    await self._refresh_customers(connection, customer_rows, begun=begun, number=number)
                )
            walked = Walked(
                as_of=as_of,
                full_at=as_of if gone is None else None,
                customers_at=as_of if customer_rows is not None else None,
            )
            await self._note(connection, walked)
        return kept

    async def put(self, row: OnboardingRow, *, now: datetime, source: str) -> tuple[OnboardingRow, list[Observation]]:
        """Store one fresh row, and return it with the changes it shows, which are stored too.

        Of two readings the one begun first may come last: what is stored already and newer is returned instead.
        """
        async with self._database.writing() as connection:
            await self._database.alone(connection, key=ORDER)
            stored = await select_onboardings(connection, onboardings.c.id == row.id)
            if stored and older(row, stored[0]):
                return stored[0], []
            found = changes(stored[0] if stored else None, row, seen_at=now, source=source)
            number = await self._number(connection)
            await self._write(connection, onboardings, onboarding_values([row], written=number, at=now, met={}))
            await observe(connection, found)
        return row, found

    async def refresh_customers(self, rows: Iterable[CustomerRow], *, begun: int, at: datetime) -> list[CustomerRow]:
        """Make the stored customers what a walk of theirs alone saw; there was one of the onboardings before.

        Whatever was put after the write numbered `begun` is newer than the walk's copy, stays, and is given back.
        """
        async with self._database.writing() as connection:
            await self._database.alone(connection, key=ORDER)
            number = await self._number(connection)
            newer = await self._refresh_customers(connection, rows, begun=begun, number=number)
            await connection.execute(update(snapshot).values(customers_at=at))
        return newer

    async def put_customer(self, row: CustomerRow) -> None:
        """Store one fresh customer."""
        async with self._database.writing() as connection:
            await self._database.alone(connection, key=ORDER)
            number = await self._number(connection)
            await self._write(connection, customers, customer_values([row], written=number))

    async def remove(self, onboarding_id: str, *, now: datetime) -> bool:
        """Take an onboarding out that no longer exists; what was observed of it stays. False when it was not there.

        What was not there leaves no trace: people may ask for anything.
        """
        async with self._database.writing() as connection:
            await self._database.alone(connection, key=ORDER)
            there = bool(await select_onboardings(connection, onboardings.c.id == onboarding_id))
            if there:
                await self._remove(connection, {onboarding_id}, written=await self._number(connection), at=now)
        return there

    async def load(self) -> tuple[tuple[OnboardingRow, ...], dict[str, CustomerRow], datetime | None]:
        """The stored onboardings, the customers by id, and as of when; None when there was no walk yet."""
        async with self._database.reading() as connection:
            rows = await select_onboardings(connection)
            known = {row.id: row for row in await select_customers(connection)}
            as_of = await connection.scalar(select(snapshot.c.as_of))
        return tuple(rows), known, as_of

    async def met(self) -> dict[str, datetime]:
        """When each stored onboarding was seen first, by id."""
        query = select(onboardings.c.id, onboardings.c.met_at).where(onboardings.c.met_at.is_not(None))
        async with self._database.reading() as connection:
            return {row.id: row.met_at for row in await connection.execute(query)}

    async def count(self) -> int:
        """How many onboardings are stored."""
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(func.count()).select_from(onboardings)) or 0)

    async def walked(self) -> Walked | None:
        """When the parts of the snapshot were last walked, by any replica; None when there was no walk yet."""
        query = select(snapshot.c.as_of, snapshot.c.full_at, snapshot.c.customers_at)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return Walked(*row) if row and row.as_of else None

    async def newest(self) -> int:
        """The number of the newest write; 0 before the first."""
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(snapshot.c.written)) or 0)

    async def after(self, number: int) -> tuple[int, list[OnboardingRow], list[CustomerRow]]:
        """What was stored after the write with this number, by any replica, and the number of the newest write first.

        What was removed is not among it.
        """
        async with self._database.reading() as connection:
            newest = int(await connection.scalar(select(snapshot.c.written)) or 0)
            if newest == number:
                return newest, [], []
            rows = await select_onboardings(connection, onboardings.c.written > number)
            return newest, rows, await select_customers(connection, customers.c.written > number)

    async def _refresh_customers(
        self, connection: AsyncConnection, rows: Iterable[CustomerRow], *, begun: int, number: int
    ) -> list[CustomerRow]:
        """Write what the walk's rows change; gives those that were put since it began, which stay."""
        changed, missing, newer = await compare_customers(connection, rows, begun=begun)
        await self._write(connection, customers, customer_values(changed, written=number))
        await delete_rows(connection, customers, missing)
        return newer

    async def _remove(self, connection: AsyncConnection, ids: set[str], *, written: int, at: datetime) -> None:
        await delete_rows(connection, onboardings, ids)
        await self._write(connection, removals, ({"onboarding_id": one, "written": written, "at": at} for one in ids))

    async def _write(self, connection: AsyncConnection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
        statement = self._database.upsert(table, kept=(MET,))
        for part in chunks(rows):
            await connection.execute(statement, part)

    async def _number(self, connection: AsyncConnection) -> int:
        """The number of the write that is being made."""
        first = self._database.insert(snapshot).values(id=_ROW, written=1)
        next_one = first.on_conflict_do_update(index_elements=["id"], set_={"written": snapshot.c.written + 1})
        return int((await connection.execute(next_one.returning(snapshot.c.written))).scalar_one())

    async def _note(self, connection: AsyncConnection, walked: Walked) -> None:
        known = {name: instant for name, instant in asdict(walked).items() if instant is not None}
        await connection.execute(update(snapshot).values(**known))
