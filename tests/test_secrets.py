"""After a full run nothing that was written has a token, a key, a password or the address of an answer in it.

Nor has anything that was said: to Slack, to machines that ask, in a terminal, in an error, or by an object.
"""

import logging
import traceback
from io import StringIO

import aiohttp
import pytest
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.commands.init import Options
from bot.commands.init_values import Values
from bot.commands.redaction import Redaction
from bot.listeners.answering import Caller
from bot.listeners.bolt import Identity
from bot.pivotal import AsyncPivotalApi, PivotalApi, PivotalError
from bot.pivotal.settings import Key
from bot.sandbox.pivotal import Fault, signing
from bot.sandbox.slack.world import ANA, CARA, ONBOARDING, TEAM
from bot.store import Store
from bot.store.tables import metadata
from tests.processes import running, wired

PASSWORD = "open-sesame-of-the-database"
WHSEC = "whsec_" + "c2VzYW1lLW9wZW4tc2VzYW1lLW9wZW4tc2VzYW1l"


@pytest.fixture
def logs():
    """Everything that is logged from now on by anybody, however little it matters."""
    written = StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    before = root.level, {name: logging.getLogger(name).level for name in logging.Logger.manager.loggerDict}
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in before[1]:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(written),
    )
    yield written
    structlog.reset_defaults()
    root.removeHandler(handler)
    root.setLevel(before[0])
    for name, level in before[1].items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def pivotal(pivotal):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    return pivotal


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"pivotal_webhook_secret": type(settings.pivotal_api_key)(WHSEC)})


@pytest.fixture
def secrets(slack, pivotal):
    """All that the bot is given to keep to itself."""
    given = (slack.bot_token, slack.app_token, slack.signing_secret, pivotal.live_key, WHSEC, PASSWORD)
    return (*given, WHSEC.removeprefix("whsec_"))


ADDRESSES = (f"commands/{TEAM}/", f"actions/{TEAM}/")
"""What the addresses begin with at which anybody may answer in the bot's name, for half an hour."""


@pytest.fixture
def database_url(request, new_database):
    """The address of an empty database: of SQLite, or of PostgreSQL and with a password, as this test is told."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return new_database()
    url = make_url(request.getfixturevalue("postgres")()).set(password=PASSWORD)
    return url.render_as_string(hide_password=False)


def found(secrets, written):
    """Which of the secrets are there; the test's own output must not have them either."""
    return [f"secret {number} of {len(secrets)}" for number, one in enumerate(secrets) if one in written]


async def a_day(slack, pivotal, bot, clock):
    """What goes right, and what goes wrong, at every door."""
    await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)
    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)
    for typed in (
        "list",
        "share #89",
        "log",
        "settings",
        "whoami",
        "subscribe at-risk",
        "digest now at-risk",
        "nonsense",
    ):
        await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)
    for fault in (Fault.revoked_key, Fault.error_500, Fault.drop_before, Fault.html_502):
        pivotal.fails(fault)
        await slack.types("/onboarding show #89", by=ANA, channel=ONBOARDING)
    slack.fails("chat.postMessage", error="token_revoked")
    await slack.types("/onboarding digest now at-risk", by=CARA, channel=ONBOARDING)
    clock.passes(hours=1)
    await bot.digests.run_due(clock())
    await delivered(bot, clock)
    await bot.settled()


async def delivered(bot, clock):
    """A genuine event of Pivotal's, and one that somebody else has signed."""
    body = b'{"id":"evt_1","type":"onboarding.updated","created_at":"2026-09-07T06:30:00Z","data":{"object":{}}}'
    async with aiohttp.ClientSession() as session:
        for secret in (WHSEC, "whsec_" + "bm90IHRoZSBzZWNyZXQsIG5vdCB0aGUgc2VjcmV0"):
            headers = signing.headers(body, secrets=[secret], message_id="m", timestamp=int(clock().timestamp()))
            async with session.post(bot.webhooks, data=body, headers=headers):
                pass


async def told(bot):
    """What the bot says to machines that ask how it is, whoever they are."""
    said = ""
    async with aiohttp.ClientSession() as session:
        for address in (f"{bot.health}/healthz", f"{bot.health}/readyz", bot.metrics):
            async with session.get(address) as answer:
                said += await answer.text() + str(answer.headers)
    return said


async def printed(settings, folder):
    """What the commands say that look at a bot's memory while it runs, and the files that they write."""
    said = ""
    for command in (("doctor",), ("audit", "--since", "2026-09-01", "--csv"), ("backup", "copy.db")):
        async with running(*command, cwd=folder, **settings) as child:
            await child.ends()
        said += child.out + child.err
    return said + "".join(path.read_bytes().decode("latin-1") for path in folder.glob("copy.db*"))


@pytest.mark.parametrize(
    ("mode", "database_url"),
    [("socket", "sqlite"), ("http", "postgresql")],
    indirect=["database_url"],
)
async def test_neither_logs_nor_database_nor_what_is_said_has_a_secret(
    logs, slack, pivotal, bot, settings, clock, secrets, tmp_path
):
    await a_day(slack, pivotal, bot, clock)
    shown = await told(bot)
    commands = tmp_path / "commands"
    commands.mkdir()
    token = {"SLACK_APP_TOKEN": slack.app_token} if settings.mode == "socket" else {}
    environment = wired(slack, pivotal, settings.database_url) | {"SLACK_SIGNING_SECRET": slack.signing_secret}
    terminal = await printed(environment | token | {"PIVOTAL_WEBHOOK_SECRET": WHSEC}, commands)

    async with bot.store.database.reading() as connection:
        rows = [repr((await connection.execute(select(table))).all()) for table in metadata.tables.values()]
    files = b"".join(path.read_bytes() for path in tmp_path.glob("bot.db*")).decode("latin-1")
    assert len(logs.getvalue()) > 10_000
    assert "Aurora Foods" in "".join(rows)
    assert found(secrets, logs.getvalue()) == []
    assert found(ADDRESSES, Redaction()(None, "debug", logs.getvalue())) == []
    everything = (*secrets, *ADDRESSES)
    assert found(everything, "".join(rows) + files) == []
    assert found(everything, shown + terminal) == []
    assert found(everything, "".join(repr(call.args) for call in slack.calls)) == []
    assert "onboarding_bot_" in shown
    assert "Aurora Foods" in terminal
    assert any("Aurora Foods" in repr(call.args) for call in slack.calls)


@pytest.mark.parametrize("mode", ["socket"])
async def test_no_object_shows_a_secret(bot, settings, pivotal, secrets):
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url) as awaited:
        shown = [repr(one) + str(one) for one in (settings, settings.shown(), bot, bot.services, bot.door, awaited)]
        shown += [repr(vars(one)) for one in (bot, bot.door) if hasattr(one, "__dict__")]
    with PivotalApi(pivotal.live_key, base_url=pivotal.url) as blocking:
        shown.append(repr(blocking))
    shown += [settings.model_dump_json(), repr(settings.model_dump())]

    assert found(secrets, "".join(shown)) == []


def test_no_record_that_holds_a_secret_shows_it():
    held = {"slack_bot_token": "xoxb-sesame", "pivotal_api_key": "pivotal_sesame"}
    records = (
        Options(held),
        Values(held, held, held, dict(held)),
        Identity(team="T1", user="U1", bot="B1", token="xoxb-sesame"),
        Caller(user="U1", team="T1", action="show", screen=None, url="https://hooks.slack.com/commands/T1/1/sesame"),
        Key("pivotal_sesame"),
    )

    assert [repr(one) for one in records if "sesame" in repr(one)] == []


@pytest.mark.parametrize("fault", [Fault.revoked_key, Fault.error_500, Fault.drop_before, Fault.html_502])
async def test_no_error_has_the_key_in_it(pivotal, secrets, fault):
    pivotal.fails(fault, times=9)
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, retry=None) as api:
        with pytest.raises(PivotalError) as raised:
            await api.me()

    assert found(secrets, in_full(raised.value)) == []


async def test_no_error_of_slack_has_the_token_in_it(slack, secrets):
    slack.fails("auth.test", error="token_revoked")

    with pytest.raises(SlackApiError) as raised:
        await AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[]).auth_test()

    assert "token_revoked" in str(raised.value)
    assert found(secrets, in_full(raised.value) + str(raised.value.response)) == []


async def test_no_error_of_a_database_that_is_not_there_has_its_password_in_it(secrets, clock):
    with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever it is
        await Store.open(f"postgresql://bot:{PASSWORD}@127.0.0.1:9/bot", clock=clock)

    assert "127.0.0.1" in in_full(raised.value)
    assert found(secrets, in_full(raised.value)) == []


def in_full(error):
    """An error as a log would have it, with all that it came of, and as an object."""
    told = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    return told + repr(error) + repr(vars(error))
