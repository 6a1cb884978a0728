"""Alembic's side of a schema: runs the migrations, and knows which versions there are."""

from collections.abc import Callable
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.domain.errors import UserError
from bot.store.schema import Tell


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
    if tell and version in known():  # a new memory is made, and nobody has to wait for that
        config.attributes["applied"] = _counted(config, str(version), to=to, tell=tell)
    command.upgrade(config, to)


def _counted(config: Config, version: str, *, to: str, tell: Tell) -> Callable[..., None]:
    """Tell that it begins, where there is something to do; gives what Alembic is to call after each step."""
    total = len(list(ScriptDirectory.from_config(config).iterate_revisions(to, version)))
    if total:
        tell(0, total)
    done = 0

    def applied(**_: Any) -> None:
        nonlocal done
        done += 1
        tell(done, total)

    return applied


def upgrade_to_newest(connection: Connection, *, tell: Tell | None) -> None:
    """Run every migration there is. Raises UserError when a newer version of the bot has already changed the schema."""
    try:
        upgrade(connection, tell=tell)
    except CommandError as error:
        raise UserError(
            "The database was written by a newer version of the bot.",
            hint="Start that version again, or restore the backup made before it.",
        ) from error


def known() -> set[str]:
    """The versions of the schema that this version of the bot can bring up to date, and its own."""
    return {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
