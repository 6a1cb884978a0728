"""Brings a database to the schema this version of the bot needs, from whatever older one it has."""

from collections.abc import Callable
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.domain.errors import UserError
from bot.store.database import Database

LOCK = 7_301_001
"""Key of the lock under which replicas that start together migrate one after the other."""

Tell = Callable[[int, int], None]
"""Told how many steps of how many are done, where an older version's memory is brought up to date."""


def configuration() -> Config:
    """Alembic's settings, made here: an installed bot has no ini file."""
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection, *, to: str = "head", tell: Tell | None = None) -> None:
    """Run the migrations up to `to` inside the connection's own transaction."""
    config = configuration()
    config.attributes["connection"] = connection
    version = MigrationContext.configure(connection).get_current_revision() if tell else None
    if tell and version:  # a new memory is made, and nobody has to wait for that
        config.attributes["applied"] = _counted(config, version, to=to, tell=tell)
    command.upgrade(config, to)


def _counted(config: Config, version: str, *, to: str, tell: Tell) -> Callable[..., None]:
    """Tell that it begins, where there is something to do; gives what Alembic is to call after each step.

    Raises CommandError for a version that is not known.
    """
    total = len(list(ScriptDirectory.from_config(config).iterate_revisions(to, version)))
    if total:
        tell(0, total)
    done = 0

    def applied(**_: Any) -> None:
        nonlocal done
        done += 1
        tell(done, total)

    return applied


async def migrate(database: Database, *, tell: Tell | None = None) -> None:
    """Bring the database up to date, all or nothing.

    Raises UserError when a newer version of the bot has already changed it.
    """
    async with database.writing() as connection:
        await database.alone(connection, key=LOCK, patient=True)
        try:
            await connection.run_sync(upgrade, tell=tell)
        except CommandError as error:
            raise UserError(
                "The database was written by a newer version of the bot.",
                hint="Start that version again, or restore the backup made before it.",
            ) from error
