"""Who is who: links between Pivotal users and Slack users."""

from bot.domain import rights
from bot.domain.errors import UserError
from bot.domain.records import Actor, Directory, Person
from bot.store import Store


class People:
    """The directory, kept in memory and in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.directory = Directory()

    async def load(self) -> None:
        """Read the directory from the store."""
        self.directory = await self._store.people.directory()

    async def link(self, pivotal_id: str, *, slack_id: str, name: str, by: Actor) -> Person:
        """Link a Pivotal user to a Slack user. Admins only: a link carries an owner's rights."""
        rights.check(rights.Right.LINK, by)
        if not pivotal_id or len(pivotal_id) > 100 or any(mark in pivotal_id for mark in " <>|&"):
            raise UserError(
                "That is not a Pivotal user id.", hint="Copy it from a card that says “unmapped owner (…)”."
            )
        person = Person(pivotal_id, slack_id=slack_id, name=name)
        await self._store.people.link(person)
        await self.load()
        return person
