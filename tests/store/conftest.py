"""A store on each database: SQLite in a file, PostgreSQL from the embedded wheel."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import Store

DATABASES = ("sqlite", "postgresql")


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
