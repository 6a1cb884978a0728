"""How the snapshot's rows are read and written, and compared with a walk's. The snapshot itself is `snapshot.py`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.history import changes
from bot.domain.records import Observation
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.store.tables import customers, observations, onboardings, removals

MET = "met_at"
"""When a row was stored first: an upsert leaves it as it is."""

_CHUNK = 2_000
"""Rows read or written at once: other tasks get their turn in between."""

_ONBOARDING = tuple(OnboardingRow.model_fields)
_CUSTOMER = tuple(CustomerRow.model_fields)


@dataclass(frozen=True, slots=True)
class Kept:
    """What storing a walk came to."""

    changes: list[Observation]
    newer: list[OnboardingRow]
    """The rows that were stored while the walk ran, which it left as they were."""
    gone: frozenset[str] = frozenset()
    """The ids of those that were removed meanwhile, and stay so."""
    customers: list[CustomerRow] = field(default_factory=list)
    """The customers that were stored while the walk ran, likewise."""


async def compare_onboardings(
    connection: AsyncConnection,
    rows: Iterable[OnboardingRow],
    gone: Iterable[str] | None,
    *,
    begun: int,
    seen_at: datetime,
    source: str,
) -> tuple[list[OnboardingRow], set[str], Kept]:
    """What a walk's rows change in the stored ones: rows to write, ids to remove, and what that comes to."""
    waiting = {row.id: row for row in rows}
    named = None if gone is None else frozenset(gone)
    changed: list[OnboardingRow] = []
    removed: set[str] = set()
    found: list[Observation] = []
    newer: list[OnboardingRow] = []
    columns = [onboardings.c[name] for name in _ONBOARDING]
    stored = await connection.stream(select(*columns, onboardings.c.written))
    async for part in stored.partitions(_CHUNK):
        for *values, written in part:
            row = waiting.pop(values[0], None)
            if written > begun:
                newer.append(_row(values))
            elif row is None:
                if named is None or values[0] in named:
                    removed.add(values[0])
            elif tuple(values) != OnboardingRow.values(row):
                changed.append(row)
                found.extend(changes(_row(values), row, seen_at=seen_at, source=source))
    since = select(removals.c.onboarding_id).where(removals.c.written > begun)
    overtaken = frozenset((await connection.execute(since)).scalars()) - {row.id for row in newer}
    fresh = (row for row in waiting.values() if row.id not in overtaken)
    return [*changed, *fresh], removed, Kept(found, newer, overtaken)


async def compare_customers(
    connection: AsyncConnection, rows: Iterable[CustomerRow], *, begun: int
) -> tuple[list[CustomerRow], list[str], list[CustomerRow]]:
    """Likewise of customers: those to write, ids to remove, and those that were stored since the walk began."""
    seen = {row.id: row for row in rows}
    newer: list[CustomerRow] = []
    missing: list[str] = []
    stored = await connection.stream(select(*(customers.c[name] for name in _CUSTOMER), customers.c.written))
    async for part in stored.partitions(_CHUNK):
        for *values, written in part:
            row = seen.pop(values[0], None)
            if written > begun:
                newer.append(CustomerRow.model_construct(**dict(zip(_CUSTOMER, values, strict=True))))
            elif row is None:
                missing.append(values[0])
            elif [*_values(row, _CUSTOMER).values()] != values:
                seen[row.id] = row
    return [*seen.values()], missing, newer


async def select_onboardings(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[OnboardingRow]:
    """Those of the stored onboardings, in the order of their ids; equal texts in them are one object."""
    query = select(*(onboardings.c[name] for name in _ONBOARDING)).where(*conditions).order_by(onboardings.c.id)
    rows: list[OnboardingRow] = []
    shared: dict[Any, Any] = {}
    stored = await connection.stream(query)
    async for part in stored.mappings().partitions(_CHUNK):
        rows += [OnboardingRow.model_construct(**row).lean(shared) for row in part]
    return rows


async def select_customers(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[CustomerRow]:
    """Those of the stored customers."""
    query = select(*(customers.c[name] for name in _CUSTOMER)).where(*conditions)
    return [CustomerRow.model_construct(**row) for row in (await connection.execute(query)).mappings()]


async def delete_rows(connection: AsyncConnection, table: Table, ids: Iterable[str]) -> None:
    """Take those rows out."""
    statement = delete(table).where(table.c.id == bindparam("gone"))
    for part in chunks({"gone": one} for one in ids):
        await connection.execute(statement, part)


async def observe(connection: AsyncConnection, found: Sequence[Observation]) -> None:
    """Write changes down, oldest first."""
    for part in chunks(asdict(observation) for observation in found):
        await connection.execute(insert(observations), part)


def onboarding_values(
    rows: Iterable[OnboardingRow], *, written: int, at: datetime, met: Mapping[str, datetime]
) -> Iterator[dict[str, Any]]:
    """The onboardings as they are stored by the write with this number."""
    for row in rows:
        yield {**_values(row, _ONBOARDING), "written": written, MET: met.get(row.id, at)}


def customer_values(rows: Iterable[CustomerRow], *, written: int) -> Iterator[dict[str, Any]]:
    """The customers as they are stored by the write with this number."""
    for row in rows:
        yield {**_values(row, _CUSTOMER), "written": written}


def older(row: OnboardingRow, stored: OnboardingRow) -> bool:
    """Whether a record was changed since it was read, as far as it tells when it was changed."""
    return bool(row.updated_at and stored.updated_at and row.updated_at < stored.updated_at)


def chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The same rows, as many at a time as are written at once."""
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == _CHUNK:
            yield part
            part = []
    if part:
        yield part


def _row(values: Sequence[Any]) -> OnboardingRow:
    return OnboardingRow.model_construct(**dict(zip(_ONBOARDING, values, strict=True)))


def _values(row: OnboardingRow | CustomerRow, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
