"""People: which Slack user is which Pivotal user, and whether that is confirmed or a guess."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields

from sqlalchemy import ColumnElement, Delete, Update, and_, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.records import AuditEntry, Directory, Person
from bot.store.audit import write_down
from bot.store.database import Database
from bot.store.tables import people

_COLUMNS = [people.c[field.name] for field in fields(Person)]


class People:
    """The links; a Pivotal user has at most one, a Slack user may have several.

    Whoever changes one may give the audit's `entry` of that: both are kept, or neither.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def link(self, *links: Person, entry: AuditEntry | None = None) -> None:
        """Link Pivotal users, or change their links, all or none; what a link leaves open stays as it was known.

        A name goes with its Slack user: it does not stay when somebody else takes the place.
        """
        async with self._database.writing() as connection:
            for person in links:
                await self._link(connection, person)
            await write_down(connection, entry)

    async def take_in(self, links: Sequence[tuple[Person, AuditEntry]], *, tell: Callable[[int], None]) -> None:
        """Link many, each with its row in the audit: all or none. `tell` is told how many are through."""
        async with self._database.writing() as connection:
            # In one order: two who take in the same people would wait for each other in a circle.
            for number, (person, entry) in enumerate(sorted(links, key=lambda link: link[0].pivotal_id), 1):
                await self._link(connection, person)
                await write_down(connection, entry)
                tell(number)

    async def _link(self, connection: AsyncConnection, person: Person) -> None:
        added = self._database.insert(people).values(**asdict(person))
        new = added.excluded
        same = or_(new.slack_id.is_(None), people.c.slack_id.is_(None), new.slack_id == people.c.slack_id)
        known = {
            name: case((same, func.coalesce(new[name], people.c[name])), else_=new[name])
            for name in ("slack_id", "name", "email")
        }
        await connection.execute(
            added.on_conflict_do_update(
                index_elements=["pivotal_id"],
                set_={**known, "learned": new.learned, "confirmed": new.confirmed},
            )
        )

    async def guess(self, person: Person, *, entry: AuditEntry | None = None) -> Person:
        """Keep a guess where nobody is linked yet, in place of this person's earlier unconfirmed claim.

        Gives the link as it stands then, which may be another person's, or confirmed: then `entry` is not kept.
        """
        added = self._database.insert(people).values(**asdict(person))
        new = added.excluded
        taken = added.on_conflict_do_update(
            index_elements=["pivotal_id"],
            set_={name: new[name] for name in ("slack_id", "name", "email", "learned", "confirmed")},
            where=people.c.slack_id.is_(None),
        )
        earlier = and_(
            people.c.slack_id == person.slack_id,
            people.c.pivotal_id != person.pivotal_id,
            people.c.learned == person.learned,
            people.c.confirmed.is_(False),
        )
        async with self._database.writing() as connection:
            await connection.execute(taken)
            row = (await connection.execute(select(*_COLUMNS).where(people.c.pivotal_id == person.pivotal_id))).one()
            stands = Person(*row)
            if stands.slack_id == person.slack_id:
                await connection.execute(delete(people).where(earlier))
                if not stands.confirmed:
                    await write_down(connection, entry)
            return stands

    async def confirm(self, pivotal_id: str, *, slack_id: str, entry: AuditEntry | None = None) -> bool:
        """Confirm a guess; False when it is no longer there, or no guess any more."""
        return await self._settle(update(people).where(_guessed(pivotal_id, slack_id)).values(confirmed=True), entry)

    async def reject(self, pivotal_id: str, *, slack_id: str, entry: AuditEntry | None = None) -> bool:
        """Forget a guess; False when it is no longer there, or no guess any more."""
        return await self._settle(delete(people).where(_guessed(pivotal_id, slack_id)), entry)

    async def _settle(self, statement: Update | Delete, entry: AuditEntry | None) -> bool:
        async with self._database.writing() as connection:
            settled = (await connection.execute(statement)).rowcount > 0
            if settled:
                await write_down(connection, entry)
        return settled

    async def directory(self) -> Directory:
        """Everybody who is known."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*_COLUMNS))
            return Directory({row.pivotal_id: Person(*row) for row in rows})


def _guessed(pivotal_id: str, slack_id: str) -> ColumnElement[bool]:
    return and_(people.c.pivotal_id == pivotal_id, people.c.slack_id == slack_id, people.c.confirmed.is_(False))
