"""Which schema this version of the bot needs, which one a database has, and bringing it from the one to the other."""

from collections.abc import Callable

from sqlalchemy import Connection, text

from bot.store.database import Database

NEEDED = "v14"
"""That of the newest migration."""
LOCK = 7_301_001
"""Key of the lock under which replicas that start together migrate one after the other."""

Tell = Callable[[int, int], None]
"""Told how many steps of how many are done, where an older version's memory is brought up to date."""


def version(connection: Connection) -> str:
    """The schema a database has; empty when nothing was ever stored in it."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


async def migrate(database: Database, *, tell: Tell | None = None) -> None:
    """Bring the database up to date, all or nothing.

    Raises UserError when a newer version of the bot has already changed it.
    """
    async with database.writing() as connection:
        await database.alone(connection, key=LOCK, patient=True)
        if await connection.run_sync(version) == NEEDED:
            return
        # Alembic takes a tenth of the start, and only the first start of a version needs it.
        from bot.store.upgrading import upgrade_to_newest

        await connection.run_sync(upgrade_to_newest, tell=tell)
