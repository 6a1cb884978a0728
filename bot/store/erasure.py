"""Erasure: a person is taken out of everything that is remembered, and a pseudonym stands where they acted.

This is the one change ever made to audit rows. What mirrors Pivotal (onboardings, customers) is Pivotal's to change.
"""

import asyncio
import hashlib
import hmac
import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Table, cast, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.records import AuditEntry, is_direct
from bot.store.audit import write_down
from bot.store.columns import String, Text
from bot.store.database import Database
from bot.store.engines import BUSY_TIMEOUT
from bot.store.tables import (
    audit,
    cards,
    claims,
    customers,
    deliveries,
    follows,
    inbox,
    metadata,
    observations,
    onboardings,
    people,
    salt,
    snoozes,
    subscriptions,
)
from bot.store.traces import Known, replacer, tells, walked

_SALT = 1
_LINKED = re.compile(r"(.+) \(([UW][A-Z0-9]{5,}|erased_\w+)\)")
"""Who was linked, or was until then, as the audit names them."""
_NAMELESS = "somebody"
_DIRECT = re.compile(r"\bD[A-Z0-9]{6,}\b")
_NOT_OURS = {onboardings, customers, salt}
_KEPT = {
    *(snoozes.c.seen, follows.c.told),  # what is compared with Pivotal's records, and has their ids
    *(subscriptions.c[name] for name in ("kind", "days", "zone", "holidays", "on_holiday")),
    *(audit.c.action, audit.c.outcome, deliveries.c.status, people.c.learned, inbox.c.type, follows.c.zone),
    *(observations.c.field, observations.c.source),
}
"""What nobody's name is in, but may be there by chance: somebody called Sun does not act on `sun`."""

Spelled = Callable[[str], Iterable[str]]
"""How else a name stands in what was posted, by the name."""


@dataclass(frozen=True, slots=True)
class Erased:
    """The pseudonym a person has from now on, and how many rows were deleted and changed."""

    pseudonym: str
    deleted: int
    changed: int


class Erasure:
    """Takes people out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(
        self,
        slack_id: str,
        *,
        spelled: Spelled,
        entry: Callable[[str], AuditEntry] | None = None,
    ) -> Erased:
        """Delete somebody's link, follows, own digests and claims, and put a pseudonym wherever else they stand.

        The pseudonym is the same however often this person is erased from this database, and tells nobody who has no
        access to it who they were. `entry` makes the audit's row of it from that: where anything was there to erase,
        both are done, or neither. What was posted is kept as it was posted: `spelled` says how names stand there.
        """
        async with self._database.writing() as connection:
            pseudonym = await self._pseudonym(connection, slack_id)
            known = await _known(connection, slack_id, pseudonym, spelled=spelled)
            deleted = await _delete(connection, slack_id, known)
            named = update(audit).where(audit.c.slack_id == slack_id)
            await connection.execute(named.values(name=pseudonym))
            await connection.execute(update(snoozes).where(snoozes.c.by == slack_id).values(name=pseudonym))
            changed = 0
            for table in metadata.tables.values():
                if table not in _NOT_OURS:
                    changed += await _redact(connection, table, known, pseudonym)
            if entry and (deleted or changed):
                await write_down(connection, entry(pseudonym))
        return Erased(pseudonym, deleted, changed)

    async def scrub(self) -> bool:
        """Overwrite what was deleted in an SQLite file; False when others use it now, and it is left for later.

        PostgreSQL does the like by itself: https://www.postgresql.org/docs/current/routine-vacuuming.html.
        """
        place = self._database.engine.url.database
        if not self._database.is_sqlite or place is None:
            return True
        return await asyncio.to_thread(_scrub, place)

    async def _pseudonym(self, connection: AsyncConnection, slack_id: str) -> str:
        made = self._database.insert(salt).values(id=_SALT, value=secrets.token_hex(32)).on_conflict_do_nothing()
        await connection.execute(made)
        key = await connection.scalar(select(salt.c.value))
        return "erased_" + hmac.new(bytes.fromhex(str(key)), slack_id.encode(), hashlib.sha256).hexdigest()[:12]


async def _known(connection: AsyncConnection, slack_id: str, pseudonym: str, *, spelled: Spelled) -> Known:
    acts = (await connection.execute(select(audit.c.name, audit.c.source).where(audit.c.slack_id == slack_id))).all()
    links = (await connection.execute(select(people).where(people.c.slack_id == slack_id))).all()
    slept = (await connection.execute(select(snoozes.c.name).where(snoozes.c.by == slack_id))).scalars()
    rooms = select(follows.c.channel).where(follows.c.slack_id == slack_id)
    own = select(subscriptions.c.channel).where(subscriptions.c.creator == slack_id)
    channels = [one for query in (rooms, own) for one in (await connection.execute(query)).scalars()]
    said = [room for act in acts for room in _DIRECT.findall(act.source)]
    linked = await _linked(connection)
    beside = {name for name, whose in linked if whose in (slack_id, pseudonym)} - {pseudonym, _NAMELESS}
    names = {act.name for act in acts} | {name for link in links for name in (link.name, link.email)}
    names |= {*slept} | beside
    others = select(people.c.name).where(or_(people.c.slack_id != slack_id, people.c.slack_id.is_(None)))
    shared = {*(await connection.execute(others)).scalars()}
    shared |= {*(await connection.execute(select(audit.c.name).where(audit.c.slack_id != slack_id))).scalars()}
    shared |= {name for name, whose in linked if whose not in (slack_id, pseudonym)}
    shared -= {None, ""}
    taken = {name.casefold() for name in shared}
    theirs = {name for name in names if name and tells(name) and name.casefold() not in taken}
    theirs |= {way for name in theirs for way in spelled(name)}
    around = [one for one in shared if any(name.casefold() in one.casefold() for name in theirs)]
    return Known(
        ids=frozenset({slack_id, *said, *(one for one in channels if one and is_direct(one))}),
        pivotal_ids=frozenset(link.pivotal_id for link in links if link.confirmed),
        names=frozenset(theirs),
        others=frozenset(way.casefold() for one in around for way in spelled(one)),
        beside=frozenset(beside),
    )


async def _linked(connection: AsyncConnection) -> set[tuple[str, str]]:
    """The names and ids of all who were ever linked, as far as the audit goes back."""
    query = select(audit.c.before, audit.c.after).distinct()
    query = query.where(or_(audit.c.before.endswith(")"), audit.c.after.endswith(")")))
    told = {cell for row in (await connection.execute(query)).all() for cell in row}
    return {(found[1], found[2]) for cell in told if (found := _LINKED.fullmatch(cell))}


async def _delete(connection: AsyncConnection, slack_id: str, known: Known) -> int:
    rooms = [one for one in known.ids if one != slack_id]
    gone = (
        delete(people).where(people.c.slack_id == slack_id),
        delete(follows).where(follows.c.slack_id == slack_id),
        delete(subscriptions).where(subscriptions.c.channel.in_(rooms)),
        delete(deliveries).where(deliveries.c.channel.in_(rooms)),
        delete(cards).where(cards.c.channel.in_(rooms)),
        delete(claims).where(claims.c.key.contains(slack_id, autoescape=True)),
    )
    return sum([(await connection.execute(statement)).rowcount for statement in gone])


async def _redact(connection: AsyncConnection, table: Table, known: Known, pseudonym: str) -> int:
    """Put the pseudonym into every text of a table that has a term of the person's; gives the rows changed."""
    terms = known.ids | known.names
    if table in (audit, observations):
        terms |= known.pivotal_ids
    key = tuple(table.primary_key.columns)
    texts = [one for one in table.columns if isinstance(one.type, String | JSON) and one not in {*key, *_KEPT}]
    if not texts:
        return 0
    replaced = replacer(terms, known, pseudonym)
    query = select(*key, *texts).where(or_(*(_has(column, term) for column in texts for term in terms)))
    changed = 0
    for row in (await connection.execute(query)).mappings().all():
        values = {
            column.name: new for column in texts if (new := walked(row[column.name], replaced)) != row[column.name]
        }
        if values:
            same = [column == row[column.name] for column in key]
            await connection.execute(update(table).where(*same).values(values))
            changed += 1
    return changed


def _has(column: Column[Any], term: str) -> Any:
    """Whether a column may have a term in it, in whatever case; in JSON it may stand escaped."""
    in_json = isinstance(column.type, JSON)
    # SQLite knows the two cases of the letters from A to Z only: any other may be anything here.
    parts = (
        "%"
        if not one.isascii() and one.swapcase() != one
        else re.sub(r"([\\%_])", r"\\\1", json.dumps(one)[1:-1] if in_json else one)
        for one in term
    )
    return cast(column, Text).ilike(f"%{''.join(parts)}%", escape="\\")


def _scrub(place: str) -> bool:
    try:
        with closing(sqlite3.connect(place, timeout=BUSY_TIMEOUT, isolation_level=None)) as connection:
            connection.execute("VACUUM")
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return not busy
