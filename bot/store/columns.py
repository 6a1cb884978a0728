"""The column types of our own: instants that are UTC in the database, and texts that every database can keep."""

import re
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import DateTime, Dialect, TypeDecorator

_HALF = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot keep: U+0000 is left out, and half a surrogate pair is U+FFFD."""
    # Nearly every text is printable, and the quickest to tell.
    return text if text.isprintable() else _HALF.sub("\ufffd", text.replace("\0", ""))


class String(TypeDecorator[str]):
    """A text, stored and looked up as `storable` makes it: SQLite keeps no more than PostgreSQL can."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make a text storable."""
        return None if value is None else storable(value)


class Text(String):
    """The same, for texts of any length."""

    impl = sa.Text
    cache_ok = True


class Instant(TypeDecorator[datetime]):
    """An aware instant; PostgreSQL keeps it with its zone, SQLite as UTC text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware instant to UTC. A naive one raises ValueError: nobody knows when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone, so it is not an instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return what was stored, aware and in UTC."""
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
