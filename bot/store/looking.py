"""Looks at a database as it is, without bringing it up to date: its schema, and the file and disk it is on."""

import os
import shutil
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import MemoryAway
from bot.store.database import Database
from bot.store.engines import address
from bot.store.schema import NEEDED, version

_OTHERS = 0o077
"""The rights of everybody but the owner, in a file's mode."""


class Schema(Enum):
    """How a database's schema stands to the one this version of the bot needs."""

    EMPTY = auto()
    """Nothing was ever stored."""
    BEHIND = auto()
    CURRENT = auto()
    AHEAD = auto()


@dataclass(frozen=True, slots=True)
class Look:
    """What a database has, and what this version of the bot needs."""

    schema: Schema
    version: str
    needed: str
    standby: bool = False
    """A PostgreSQL that only repeats what another one is told."""


@dataclass(frozen=True, slots=True)
class File:
    """The file of an SQLite database, or where it would be made; sizes are bytes."""

    path: Path
    there: bool
    writable: bool
    """And so is its folder, where SQLite keeps the file's companions."""
    private: bool
    size: int
    free: int
    """On its disk, for this user."""


class Unread(Exception):
    """The database cannot be looked at; the message says why."""


async def look(database: Database) -> Look:
    """Look without changing anything. Raises Unread."""
    try:
        async with database.reading() as connection:
            found = await connection.run_sync(version)
            standby = not database.is_sqlite and bool(await connection.scalar(text("SELECT pg_is_in_recovery()")))
    except (SQLAlchemyError, MemoryAway, OSError) as error:
        cause = error.__cause__ if isinstance(error, MemoryAway) else error
        raise Unread(str(getattr(cause, "orig", None) or cause)) from error
    return Look(_schema(found), found, NEEDED, standby)


def _schema(found: str) -> Schema:
    if found in ("", NEEDED):
        return Schema.CURRENT if found else Schema.EMPTY
    # Hardly ever needed: a bot that runs has the schema it needs.
    from bot.store.upgrading import known

    return Schema.BEHIND if found in known() else Schema.AHEAD


def file(url: str) -> File | None:
    """The file a URL names, or None for PostgreSQL. Raises OSError where nothing can be told of it."""
    place = address(url)
    if place.get_backend_name() != "sqlite":
        return None
    path = Path(str(place.database)).resolve()
    folder = next(one for one in path.parents if one.exists())  # the missing ones are made
    there = path.exists()
    return File(
        path=path,
        there=there,
        writable=os.access(folder, os.W_OK | os.X_OK) and (not there or os.access(path, os.W_OK)),
        private=not there or not path.stat().st_mode & _OTHERS,
        size=path.stat().st_size if there else 0,
        free=shutil.disk_usage(folder).free,
    )


def named(url: str) -> str:
    """What a database is called: `SQLite`, or a PostgreSQL by name and host, and never with a password."""
    place = address(url)
    if place.get_backend_name() == "sqlite":
        return "SQLite"
    return f"PostgreSQL, {place.database or 'a database without a name'} on {place.host or 'this computer'}"
