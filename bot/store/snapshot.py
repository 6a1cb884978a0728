"""The snapshot: the newest known version of every onboarding and customer, and how new it is."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.history import changes
from bot.domain.records import Observation
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.store.database import Database
from bot.store.observations import ORDER
from bot.store.tables import customers, observations, onboardings, snapshot

_CHUNK = 2_000
"""Rows read or written at once: other tasks get their turn in between."""

_ONBOARDING = tuple(OnboardingRow.model_fields)
_CUSTOMER = tuple(CustomerRow.model_fields)
_ROW = 1
_MET = "met_at"
"""When a row was stored first: an upsert leaves it as it is."""


class _Row(Protocol):
    """A slim row of the API: it has an id."""

    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Walked:
    """When the snapshot's parts were last walked: the open phases, everything, the customers."""

    as_of: datetime
    full_at: datetime | None = None
    customers_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What storing a walk came to."""

    changes: list[Observation]
    newer: list[OnboardingRow]
    """The rows that were stored while the walk ran, which it left as they were."""
    customers: list[CustomerRow] = field(default_factory=list)
    """The customers, likewise."""


class SnapshotRows:
    """The stored snapshot, and the observations that its changes amount to.

    Every write has a running number, and its rows keep it: that says what is newer than what, whatever the clocks of
    replicas say. Numbers are committed in their order, for writers hold the lock `ORDER`.
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
        walked. Whatever was put after the write numbered `begun` is newer than the walk's copy and stays. `met` says of
        new rows when they were seen first, where that was before this walk.
        """
        waiting = {row.id: row for row in rows}
        named = None if gone is None else frozenset(gone)
        async with self._database.writing() as connection:
            await self._database.alone(connection, key=ORDER)
            changed, removed, kept = await _compare(
                connection, waiting, named, begun=begun, seen_at=as_of, source=source
            )
            number = await self._number(connection)
            await self._write(connection, onboardings, _stored(changed, written=number, at=as_of, met=met or {}))
            await _delete(connection, onboardings, removed)
            await _observe(connection, kept.changes)
            if customer_rows is not None:
                kept.customers.extend(
                    await self._refresh_customers(connection, customer_rows, begun=begun, number=number)
                )
            walked = Walked(
                as_of=as_of,
                full_at=as_of if named is None else None,
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
            stored = await _select_onboardings(connection, onboardings.c.id == row.id)
            if stored and _older(row, stored[0]):
                return stored[0], []
            found = changes(stored[0] if stored else None, row, seen_at=now, source=source)
            number = await self._number(connection)
            await self._write(connection, onboardings, _stored([row], written=number, at=now, met={}))
            await _observe(connection, found)
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
            await self._write(connection, customers, iter([_values(row, _CUSTOMER) | {"written": number}]))

    async def remove(self, onboarding_id: str) -> bool:
        """Take an onboarding out that no longer exists; what was observed of it stays. False when it was not there."""
        async with self._database.writing() as connection:
            gone = delete(onboardings).where(onboardings.c.id == onboarding_id)
            return (await connection.execute(gone)).rowcount == 1

    async def load(self) -> tuple[tuple[OnboardingRow, ...], dict[str, CustomerRow], datetime | None]:
        """The stored onboardings, the customers by id, and as of when; None when there was no walk yet."""
        async with self._database.reading() as connection:
            rows = await _select_onboardings(connection)
            known = {row.id: row for row in await _select_customers(connection)}
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
            rows = await _select_onboardings(connection, onboardings.c.written > number)
            return newest, rows, await _select_customers(connection, customers.c.written > number)

    async def _refresh_customers(
        self, connection: AsyncConnection, rows: Iterable[CustomerRow], *, begun: int, number: int
    ) -> list[CustomerRow]:
        """Write what the walk's rows change; gives those that were put since it began, which stay."""
        seen = {row.id: _values(row, _CUSTOMER) for row in rows}
        newer, missing = [], []
        stored = await connection.stream(select(*(customers.c[name] for name in _CUSTOMER), customers.c.written))
        async for part in stored.partitions(_CHUNK):
            for *values, written in part:
                row = dict(zip(_CUSTOMER, values, strict=True))
                if written > begun:
                    seen.pop(row["id"], None)
                    newer.append(CustomerRow.model_construct(**row))
                elif row["id"] not in seen:
                    missing.append(row["id"])
                elif seen[row["id"]] == row:
                    del seen[row["id"]]
        await self._write(connection, customers, ({**row, "written": number} for row in seen.values()))
        await _delete(connection, customers, missing)
        return newer

    async def _write(self, connection: AsyncConnection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
        statement = self._database.upsert(table, kept=(_MET,))
        for part in _chunks(rows):
            await connection.execute(statement, part)

    async def _number(self, connection: AsyncConnection) -> int:
        """The number of the write that is being made."""
        first = self._database.insert(snapshot).values(id=_ROW, written=1)
        next_one = first.on_conflict_do_update(index_elements=["id"], set_={"written": snapshot.c.written + 1})
        return int((await connection.execute(next_one.returning(snapshot.c.written))).scalar_one())

    async def _note(self, connection: AsyncConnection, walked: Walked) -> None:
        known = {name: instant for name, instant in asdict(walked).items() if instant is not None}
        await connection.execute(update(snapshot).values(**known))


async def _compare(
    connection: AsyncConnection,
    waiting: dict[str, OnboardingRow],
    gone: Collection[str] | None,
    *,
    begun: int,
    seen_at: datetime,
    source: str,
) -> tuple[list[OnboardingRow], set[str], Kept]:
    """What the walk's rows change in the stored ones: rows to write, ids to remove, and what that comes to.

    Of the rows `waiting` those are left that are not stored yet.
    """
    changed: list[OnboardingRow] = []
    removed: set[str] = set()
    kept = Kept([], [])
    columns = [onboardings.c[name] for name in _ONBOARDING]
    stored = await connection.stream(select(*columns, onboardings.c.written))
    async for part in stored.partitions(_CHUNK):
        for *values, written in part:
            row = waiting.pop(values[0], None)
            if written > begun:
                kept.newer.append(_row(values))
            elif row is None:
                if gone is None or values[0] in gone:
                    removed.add(values[0])
            elif tuple(values) != OnboardingRow.values(row):
                changed.append(row)
                kept.changes.extend(changes(_row(values), row, seen_at=seen_at, source=source))
    return [*changed, *waiting.values()], removed, kept


def _row(values: Sequence[Any]) -> OnboardingRow:
    return OnboardingRow.model_construct(**dict(zip(_ONBOARDING, values, strict=True)))


def _older(row: OnboardingRow, stored: OnboardingRow) -> bool:
    """Whether a record was changed since it was read, as far as it tells when it was changed."""
    return bool(row.updated_at and stored.updated_at and row.updated_at < stored.updated_at)


async def _select_onboardings(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[OnboardingRow]:
    query = select(*(onboardings.c[name] for name in _ONBOARDING)).where(*conditions).order_by(onboardings.c.id)
    rows: list[OnboardingRow] = []
    shared: dict[Any, Any] = {}
    stored = await connection.stream(query)
    async for part in stored.mappings().partitions(_CHUNK):
        rows += [OnboardingRow.model_construct(**row).lean(shared) for row in part]
    return rows


async def _select_customers(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[CustomerRow]:
    query = select(*(customers.c[name] for name in _CUSTOMER)).where(*conditions)
    return [CustomerRow.model_construct(**row) for row in (await connection.execute(query)).mappings()]


async def _delete(connection: AsyncConnection, table: Table, ids: Iterable[str]) -> None:
    statement = delete(table).where(table.c.id == bindparam("gone"))
    for part in _chunks({"gone": one} for one in ids):
        await connection.execute(statement, part)


async def _observe(connection: AsyncConnection, found: Sequence[Observation]) -> None:
    for part in _chunks(asdict(observation) for observation in found):
        await connection.execute(insert(observations), part)


def _stored(
    rows: Iterable[OnboardingRow], *, written: int, at: datetime, met: Mapping[str, datetime]
) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {**_values(row, _ONBOARDING), "written": written, _MET: met.get(row.id, at)}


def _values(row: _Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == _CHUNK:
            yield part
            part = []
    if part:
        yield part
