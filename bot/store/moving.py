"""Moves everything that is remembered into an empty PostgreSQL: in one transaction, and checked row for row."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, func, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import MemoryAway, UserError
from bot.store.columns import String, storable
from bot.store.database import Database
from bot.store.schema import LOCK, migrate
from bot.store.tables import metadata
from bot.store.upgrading import upgrade

_CHUNK = 1_000
_TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)


@dataclass(frozen=True, slots=True)
class Step:
    """How far one table is: so many of its rows are copied, or checked."""

    table: str
    rows: int
    total: int
    checked: bool = False

    @property
    def done(self) -> bool:
        """Whether all of them are."""
        return self.rows == self.total


async def check(target: Database) -> None:
    """See that `target` answers and is empty: raises UserError, as `move` does."""
    with _in_words():
        async with target.reading() as new:
            await _must_be_empty(new)


async def move(source: Database, target: Database, *, tell: Callable[[Step], None]) -> int:
    """Copy every row of `source`, brought up to date first, into the empty database `target`; gives how many.

    Whatever happens before the end, `target` stays as empty as it was. `source` is changed: it had better be a copy.
    Raises UserError when `target` is not empty, when what arrived is not what was sent, and when a database refuses.
    """
    with _in_words():
        await migrate(source)
        async with AsyncExitStack() as stack:
            old = await stack.enter_async_context(source.reading())
            new = await stack.enter_async_context(target.writing())
            await target.alone(new, key=LOCK)
            await _must_be_empty(new)
            await new.run_sync(upgrade)
            totals = {table: await _count(old, table) for table in _TABLES}
            for table, total in totals.items():
                await _copy(table, old, new, total=total, tell=tell)
            for table, total in totals.items():
                await _check(table, old, new, total=total, tell=tell)
    return sum(totals.values())


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except MemoryAway as error:
        raise UserError(f"{error}.") from error
    except SQLAlchemyError as error:
        raise UserError(f"The database refuses: {getattr(error, 'orig', None) or error}.") from error


async def _must_be_empty(new: AsyncConnection) -> None:
    if there := await new.run_sync(lambda connection: inspect(connection).get_table_names()):
        raise UserError(f"It is not empty: it has the table {sorted(there)[0]}.", hint="Name a new database.")


async def _copy(
    table: Table, old: AsyncConnection, new: AsyncConnection, *, total: int, tell: Callable[[Step], None]
) -> None:
    copied = 0
    async for rows in _rows(table, old):
        await new.execute(insert(table), [row._asdict() for row in rows])
        copied += len(rows)
        tell(Step(table.name, copied, total))
    numbered = table.autoincrement_column
    if copied and numbered is not None:
        # Copied numbers do not move the sequence that the next ones come from.
        sequence = text("SELECT setval(pg_get_serial_sequence(:name, :number), :newest)")
        newest = await old.scalar(select(func.max(numbered)))
        await new.execute(sequence, {"name": table.name, "number": numbered.name, "newest": newest})


async def _check(
    table: Table, old: AsyncConnection, new: AsyncConnection, *, total: int, tell: Callable[[Step], None]
) -> None:
    """Read both again in the same order, and compare every value."""
    checked, arrived = 0, _rows(table, new)
    async for rows in _rows(table, old):
        # A file of an earlier version may have texts in it that are made storable on the way.
        sent = [tuple(storable(value) if isinstance(value, str) else value for value in row) for row in rows]
        if sent != await anext(arrived, []):
            raise UserError(f"What arrived in the table {table.name} is not what was sent. Nothing was kept.")
        checked += len(rows)
        tell(Step(table.name, checked, total, checked=True))
    if checked != total or checked != await _count(new, table):
        raise UserError(f"The table {table.name} did not arrive with all its rows. Nothing was kept.")


async def _rows(table: Table, connection: AsyncConnection) -> AsyncIterator[Sequence[Row[Any]]]:
    """All rows, in the order of their keys' bytes, which both databases have in common."""
    sqlite = connection.dialect.name == "sqlite"
    key = [
        column.collate("C") if isinstance(column.type, String) and not sqlite else column
        for column in table.primary_key.columns
    ]
    stored = await connection.stream(select(table).order_by(*key))
    async for part in stored.partitions(_CHUNK):
        yield part


async def _count(connection: AsyncConnection, table: Table) -> int:
    return int(await connection.scalar(select(func.count()).select_from(table)) or 0)
