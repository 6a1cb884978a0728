"""Every table is bounded: a row that is old and about nothing goes in the night, but where what it is about is few."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Boolean, Date, DateTime, Integer, LargeBinary, Time, func, insert, select
from sqlalchemy.types import JSON

from bot.store.retention import Spans
from bot.store.tables import metadata

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BOUNDED = {
    "subscriptions": "one of a kind in a channel",
    "people": "one row for each Pivotal user",
    "onboardings": "one row for each in Pivotal",
    "customers": "one row for each in Pivotal",
    "snapshot": "one row",
    "salt": "one row",
}
"""Tables that nothing is swept from, and why they do not grow without end."""


def old(table, number):
    """A row of long ago that names nothing there is."""
    return {column.name: _value(column, f"{table.name}{number}", number) for column in table.columns}


def _value(column, word, number):
    kind = column.type.impl if hasattr(column.type, "impl") else column.type
    if column.nullable:
        return None
    for types, value in (
        (Boolean, False),
        (DateTime, LONG_AGO),
        (Date, date(2020, 1, number)),
        (Time, time(9)),
        (Integer, number),
        (JSON, {}),
        (LargeBinary, word.encode()),
    ):
        if isinstance(kind, types):
            return value
    return word


async def test_what_is_old_goes_from_every_table_that_is_not_bounded_by_what_it_holds(store, now):
    async with store.database.writing() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(table.delete())
            await connection.execute(insert(table), [old(table, number) for number in (1, 2)])

    day = timedelta(days=1)
    await store.retention.sweep(now, spans=Spans(history=400 * day, events=7 * day, unread=30 * day))

    async with store.database.reading() as connection:
        left = {
            name: await connection.scalar(select(func.count()).select_from(table))
            for name, table in metadata.tables.items()
        }
    assert {name for name, rows in left.items() if rows == 2} == set(BOUNDED)
    assert {name for name, rows in left.items() if rows == 1} == {"observations"}, "the newest number stays"
