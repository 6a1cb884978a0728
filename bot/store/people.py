"""People: which Slack user is which Pivotal user."""

from dataclasses import asdict, fields

from sqlalchemy import func, select

from bot.domain.records import Directory, Person
from bot.store.database import Database
from bot.store.tables import people

_COLUMNS = [people.c[field.name] for field in fields(Person)]


class People:
    """The links; a Pivotal user has at most one, a Slack user may have several."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def link(self, person: Person) -> None:
        """Link a Pivotal user, or change the link; what `person` leaves open stays as it was known."""
        insert = self._database.insert(people).values(**asdict(person))
        known = {name: func.coalesce(insert.excluded[name], people.c[name]) for name in ("slack_id", "name", "email")}
        statement = insert.on_conflict_do_update(
            index_elements=["pivotal_id"], set_={**known, "learned": insert.excluded.learned}
        )
        async with self._database.writing() as connection:
            await connection.execute(statement)

    async def directory(self) -> Directory:
        """Everybody who is known."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*_COLUMNS))
            return Directory({row.pivotal_id: Person(*row) for row in rows})
