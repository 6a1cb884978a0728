"""After a full run nothing that was written has a token, a key or a secret in it: logs, database, errors, objects."""

import logging
import traceback
from io import StringIO

import aiohttp
import pytest
import structlog
from sqlalchemy import select

from bot.commands.init import Options
from bot.commands.init_values import Values
from bot.listeners.answering import Caller
from bot.listeners.bolt import Identity
from bot.pivotal import AsyncPivotalApi, PivotalApi, PivotalError
from bot.pivotal.settings import Key
from bot.sandbox.pivotal import Fault, signing
from bot.sandbox.slack.world import ANA, CARA, ONBOARDING
from bot.store.tables import metadata

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
    given = (slack.bot_token, slack.app_token, slack.signing_secret, pivotal.live_key, WHSEC)
    return (*given, WHSEC.removeprefix("whsec_"))


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


async def test_neither_logs_nor_database_have_a_secret(logs, slack, pivotal, bot, clock, secrets, tmp_path):
    await a_day(slack, pivotal, bot, clock)

    async with bot.store.database.reading() as connection:
        rows = [repr((await connection.execute(select(table))).all()) for table in metadata.tables.values()]
    files = b"".join(path.read_bytes() for path in tmp_path.glob("bot.db*")).decode("latin-1")
    assert len(logs.getvalue()) > 10_000
    assert "Aurora Foods" in "".join(rows)
    assert found(secrets, logs.getvalue()) == []
    assert found(secrets, "".join(rows) + files) == []


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

    told = "".join(traceback.TracebackException.from_exception(raised.value, capture_locals=False).format())
    assert found(secrets, told + repr(raised.value) + repr(vars(raised.value))) == []
