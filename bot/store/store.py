"""The bot's memory as one object: opens the database, brings it up to date and names its parts."""

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import MemoryAway, UserError
from bot.store.audit import Audit
from bot.store.cards import Cards
from bot.store.claims import Claims
from bot.store.database import Database
from bot.store.deliveries import Deliveries
from bot.store.erasure import Erasure
from bot.store.follows import Follows
from bot.store.inbox import Inbox
from bot.store.observations import Observations
from bot.store.people import People
from bot.store.posts import Posts
from bot.store.retention import Retention
from bot.store.schema import Tell, migrate
from bot.store.snapshot import SnapshotRows
from bot.store.snoozes import Snoozes
from bot.store.subscriptions import Subscriptions


class Store:
    """Everything the bot remembers. Each method of a part is one transaction."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock
        self.claims = Claims(database, token=_token)
        self.audit = Audit(database)
        self.people = People(database)
        self.cards = Cards(database)
        self.posts = Posts(database)
        self.subscriptions = Subscriptions(database)
        self.deliveries = Deliveries(database, token=_token)
        self.inbox = Inbox(database)
        self.follows = Follows(database)
        self.snoozes = Snoozes(database)
        self.snapshot = SnapshotRows(database)
        self.observations = Observations(database)
        self.retention = Retention(database)
        self.erasure = Erasure(database)

    @classmethod
    async def open(cls, url: str, *, clock: Callable[[], datetime], tell: Tell | None = None) -> "Store":
        """Open the database at a SQLAlchemy URL and migrate it; a SQLite file and its folder are made if missing.

        Raises ValueError for a URL of another kind of database, OSError when it cannot be reached, UserError when it
        refuses or a newer bot has already changed it.
        """
        database = Database.at(url)
        try:
            await migrate(database, tell=tell)
        except (SQLAlchemyError, MemoryAway) as error:
            await database.close()
            if isinstance(error.__cause__, OSError):
                raise error.__cause__ from error
            found = error.__cause__ if isinstance(error, MemoryAway) else error
            raise UserError(f"The database refuses: {getattr(found, 'orig', None) or found}.") from error
        except BaseException:
            await database.close()
            raise
        return cls(database, clock=clock)

    @property
    def shared(self) -> bool:
        """Whether other replicas may be at work on it: SQLite serves one process."""
        return not self.database.is_sqlite

    async def ping(self) -> bool:
        """Say whether the database answers."""
        try:
            async with self.database.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, MemoryAway):
            return False
        return True

    async def close(self) -> None:
        """Close every connection."""
        await self.database.close()


def _token() -> str:
    return secrets.token_hex(8)
