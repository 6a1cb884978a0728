"""Broken set-ups, as processes against local stand-ins: doctor and serve say what the README's table says."""

import re
import socket
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.records import Subscription
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import CARA, LAUNCHES, TEAM
from bot.store import Store
from bot.store.database import Database
from bot.store.schema import NEEDED
from bot.store.upgrading import upgrade
from tests.processes import Process, environment, until, wired

README = (Path(__file__).parents[2] / "README.md").read_text()
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in README.split("<!-- broken set-ups -->\n")[1].split("\n\n")[0].splitlines()[2:]
]
TABLE = {name: (doctor, serve) for name, doctor, serve in ROWS}
NOBODY = "http://127.0.0.1:1"
OLDER, NEWER = "v13", "v99"
"""Than `NEEDED`."""
WITHOUT_OVERRIDE = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(24, 1, 0, 0, 0); os.execv(sys.executable, sys.argv[1:])"
)
"""Drops what lets root write to any file (CAP_DAC_OVERRIDE) for good; nobody else has it to drop."""


def now():
    return datetime.now(UTC)


def said(cell):
    """The pattern of what a cell of the table quotes; `…` stands for anything."""
    (quoted,) = re.findall(r"`(.+)`", cell)
    return ".*".join(re.escape(part) for part in quoted.split("…"))


@asynccontextmanager
async def running(command, *, cwd, settings):
    process = Process(
        await create_subprocess_exec(
            *(sys.executable, "-c", WITHOUT_OVERRIDE, sys.executable, "-m", "bot", command),
            cwd=cwd,
            env=environment(cwd, settings),
            stdout=PIPE,
            stderr=PIPE,
        )
    )
    try:
        yield process
    finally:
        if process.alive:
            await process.killed()


@pytest.fixture
def clock(setup):
    """The stand-ins' clock: it goes ahead of this computer's where that is what is wrong."""
    ahead = timedelta(minutes=10 if setup == "skewed clock" else 0)
    return lambda: now() + ahead


@pytest.fixture
async def pivotal(clock):
    async with LocalPivotal(clock=clock) as local:
        yield local


@pytest.fixture
async def slack(setup, clock):
    installed = manifest()
    if setup == "missing scope":
        installed["oauth_config"]["scopes"]["bot"].remove("users:read")
    async with LocalSlack(installed, clock=clock) as local:
        yield local


@pytest.fixture
def taken():
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


@pytest.fixture
def file(tmp_path):
    return tmp_path / "bot.db"


@pytest.fixture
def settings(slack, pivotal, file):
    """What works, but for what is wrong."""
    own = {"BOT_ADMINS": CARA, "PORT": "0", "METRICS_ADDRESS": "off"}
    return wired(slack, pivotal, f"sqlite:///{file}") | own


async def subscribe(settings):
    """A digest of #launches that is due since two minutes ago, around noon of a zone where it is noon now."""
    offset = 12 - now().hour
    at = (now() + timedelta(hours=offset, minutes=-2)).time().replace(microsecond=0)
    store = await Store.open(settings["DATABASE_URL"], clock=now)
    zone, made = f"Etc/GMT{-offset:+d}", now() - timedelta(days=1)
    await store.subscriptions.add(
        Subscription("sub_1", TEAM, LAUNCHES, "at-risk", "mon-sun", at, zone, CARA, made, quiet=False)
    )
    await store.close()


async def version(settings, *, becomes=None):
    """Which version the database's schema is of, or becomes."""
    database = Database.at(settings["DATABASE_URL"])
    try:
        async with database.writing() as connection:
            if becomes == NEWER:
                await connection.run_sync(upgrade)
                await connection.execute(text(f"UPDATE alembic_version SET version_num = '{becomes}'"))
            elif becomes:
                await connection.run_sync(upgrade, to=becomes)
            return await connection.scalar(text("SELECT version_num FROM alembic_version"))
    finally:
        await database.close()


@pytest.fixture
async def broken(setup, settings, slack, pivotal, file, taken):
    """The settings of a set-up in which one thing is wrong."""
    match setup:
        case "wrong token kind":
            settings["SLACK_BOT_TOKEN"] = slack.app_token
        case "revoked key":
            pivotal.revoke(pivotal.live_key)
        case "archived channel":
            await subscribe(settings)
            slack.archives(LAUNCHES)
        case "bot not invited":
            await subscribe(settings)
            slack.removes_bot(LAUNCHES)
        case "read-only database":
            await version(settings, becomes=NEEDED)
            file.chmod(0o400)
        case "port taken":
            del settings["SLACK_APP_TOKEN"]
            settings |= {"SLACK_SIGNING_SECRET": slack.signing_secret, "PORT": taken}
        case "port of the metrics taken":
            settings["METRICS_ADDRESS"] = f"127.0.0.1:{taken}"
        case "`SLACK_CLIENT_ID` is set":
            settings["SLACK_CLIENT_ID"] = "1.2"
        case "folder of the memory missing":
            settings["DATABASE_URL"] = f"sqlite:///{file.parent / 'elsewhere' / file.name}"
        case "misspelled setting":
            settings["BOT_ADMIN"] = CARA
        case "wrong base URL":
            settings["PIVOTAL_BASE_URL"] = f"{pivotal.origin}/v1"
        case "old schema":
            await version(settings, becomes=OLDER)
        case "newer schema":
            await version(settings, becomes=NEWER)
        case "no network":
            settings |= {"SLACK_API_URL": f"{NOBODY}/api/", "PIVOTAL_BASE_URL": f"{NOBODY}/api/v1"}
        case _:
            assert setup in ("missing scope", "skewed clock"), "its stand-ins are made so"
    return settings


def test_the_table_has_them_all():
    assert len(TABLE) == 16


@pytest.mark.parametrize("setup", TABLE)
async def test_doctor_names_it_and_serve_does_as_documented(setup, broken, slack, tmp_path):
    wanted, does = TABLE[setup]
    async with running("doctor", cwd=tmp_path, settings=broken) as child:
        code = await child.ends()

    assert (code, child.err) == (0 if wanted.startswith("`warn") else 1, "")
    assert re.search(rf"{said(wanted)}.*\n → \w", re.sub(" +", " ", child.out)), child.out
    if setup == "old schema":
        assert await version(broken) == OLDER

    async with running("serve", cwd=tmp_path, settings=broken) as child:
        if stops := re.match(r"stops, code (\d)", does):
            assert await child.ends() == int(stops[1])
            assert re.search(said(does), child.err), child.err
            assert "Traceback" not in child.err
        else:
            await child.says("onboarding-bot is connected to Slack")
            told = lambda: f"{child.out}{child.err}{[call.args for call in slack.calls_of('chat.postMessage')]}"  # noqa: E731
            await until(lambda: re.search(said(does), told()))
            assert await child.stopped() == 0
    if setup == "old schema":
        assert await version(broken) == NEEDED
