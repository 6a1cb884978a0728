"""Brings a database to the schema this version of the bot needs, from whatever older one it has."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.domain.errors import UserError
from bot.store.database import Database

LOCK = 7_301_001
"""Key of the lock under which replicas that start together migrate one after the other."""


def configuration() -> Config:
    """Alembic's settings, made here: an installed bot has no ini file."""
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection, *, to: str = "head") -> None:
    """Run the migrations up to `to` inside the connection's own transaction."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


async def migrate(database: Database) -> None:
    """Bring the database up to date, all or nothing.

    Raises UserError when a newer version of the bot has already changed it.
    """
    async with database.writing() as connection:
        await database.alone(connection, key=LOCK, patient=True)
        try:
            await connection.run_sync(upgrade)
        except CommandError as error:
            raise UserError(
                "The database was written by a newer version of the bot.",
                hint="Start that version again, or restore the backup made before it.",
            ) from error
