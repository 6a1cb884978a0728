"""The log: one line for what was done, with the reference people are shown; as JSON elsewhere; and never a secret."""

import json
import os
import pty
import re
import signal
import string
import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from pydantic import SecretStr
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from bot import config
from bot.app import running as running_bot
from bot.commands.redaction import HIDDEN, Redaction
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import Fault, LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, CARA, LAUNCHES, ONBOARDING, direct_message
from bot.services.correlation import correlated
from tests.processes import SOURCE, running, until

WHSEC = "whsec_" + "c2VzYW1lLW9wZW4tc2VzYW1lLW9wZW4tc2VzYW1l"
ROUNDS = {"delivered", "not delivered", "walked", "channel read from outside", "digest"}
WRITTEN = some.characters(min_codepoint=32, exclude_categories=["Cs"])
"""All but control characters: JSON writes those as digits, of which a secret of digits may begin within."""
PROGRAM = """
import logging
import structlog
from bot.commands.process import configure_logs

SESAME = 'open "sesame" \\\\ please'
configure_logs()
configure_logs(secrets=[SESAME, "tiny"])
log = structlog.get_logger()
log.info("tiny things stay", key=SESAME, within={"deep": [SESAME]}, **{"Bearer abcdefgh12345678": 1})
log.info("of the shape of one", token="xoxb-1234-abcd", url="postgresql://bot:sesame1@db/bot")
try:
    try:
        raise ValueError(SESAME)
    except ValueError as error:
        raise RuntimeError("xapp-1-A1-sesame") from error
except RuntimeError:
    log.exception("failed")
    logging.getLogger("slack_sdk.web").exception("cannot use %s", "whsec_c2VzYW1lLW9wZW4=")
logging.getLogger("aiohttp.server").warning("sesame is not %s", SESAME)
logging.getLogger("apscheduler").info("not worth a line")
"""
SECRETS = ('open "sesame"', 'open \\"sesame', "xoxb-1234", "sesame1@", "xapp-1", "c2VzYW1l", "abcdefgh12345678")


def logged(*, terminal):
    """What the program writes to stderr."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "COLUMNS": "200"}
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stderr=theirs, env=environment) as child:
        os.close(theirs)
        written = b""
        try:
            while piece := os.read(ours, 65536):
                written += piece
        except OSError:  # how a terminal ends
            pass
        os.close(ours)
    assert child.returncode == 0, written.decode()
    return written.decode()


@pytest.mark.parametrize("terminal", [True, False])
def test_nothing_secret_is_written_wherever_it_stands(terminal):
    written = logged(terminal=terminal)

    assert [one for one in SECRETS if one in written] == []
    assert written.count(HIDDEN) >= 9
    assert "tiny things stay" in written
    assert "RuntimeError" in written
    assert "db/bot" in written


def test_elsewhere_than_in_a_terminal_every_line_is_json_the_libraries_too():
    lines = [json.loads(line) for line in logged(terminal=False).splitlines()]

    assert [(line["level"], line.get("logger")) for line in lines] == [
        ("info", None),
        ("info", None),
        ("error", None),
        ("error", "slack_sdk.web"),
        ("warning", "aiohttp.server"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert all("Traceback" in lines[number]["exception"] for number in (2, 3))


def test_in_a_terminal_a_line_is_for_people():
    written = re.sub(r"\x1b\[[\d;]*m", "", logged(terminal=True))

    assert "[info     ] tiny things stay" in written
    assert "[warning  ] sesame is not [hidden]" in written
    assert "not worth a line" not in written


@given(
    secret=some.text(alphabet=string.digits + string.punctuation.replace("[", "").replace("]", ""), min_size=6),
    before=some.text(WRITTEN, max_size=20),
    after=some.text(WRITTEN, max_size=20),
)
def test_a_known_secret_is_found_whatever_stands_around_it(secret, before, after):
    assume(secret not in before + HIDDEN + after)

    line = Redaction([secret])(None, "info", json.dumps({"event": before + secret + after, "n": 1}, ensure_ascii=False))

    assert secret not in json.loads(line)["event"]


@pytest.mark.parametrize(
    "line",
    [
        "PIVOTAL_BASE_URL and pivotal_requests_total, pivotal_test_ab12… and onboarding_bot_pivotal_seconds",
        "https://my.pivotal.app/api/v1/onboardings/clkxv078zzlahgnkg2dmjbu1y?limit=100",
        "Bearer or Basic: neither names a secret",
        "a commands/ folder, /commands/table, and ana@example.com",
    ],
)
def test_what_only_resembles_a_secret_is_left_as_it_is(line):
    assert Redaction()(None, "info", line) == line


@pytest.mark.parametrize(
    "line",
    [
        "https://hooks.slack.com/commands/T0HOME001/123/abc",
        "https://hooks.slack.com/actions/T0HOME001/123/abc",
        "wss://wss-primary.slack.com/link/?ticket=abc-123&app_id=1",
        "Authorization: Bearer abc12345",
        "postgresql://bot:abc12345@db/bot",
        "postgresql://bot:p@abc12345@db/bot",
        "postgresql://bot@db/bot?ssl=require&password=abc12345",
        "postgresql://bot@db/bot?PASSWORD=abc%2012345&ssl=require",
    ],
)
def test_whatever_opens_a_door_by_itself_is_a_secret(line):
    written = Redaction()(None, "info", line)

    assert HIDDEN in written
    assert "abc" not in written


def test_the_settings_know_what_is_to_be_hidden():
    settings = config.load(
        env_file=None,
        slack_bot_token="xoxb-1-sesame",
        slack_app_token="xapp-1-sesame",
        pivotal_api_key="pivotal_test_sesame",
        pivotal_webhook_secret="whsec_c2VzYW1lLW9wZW4tc2VzYW1l, whsec_b3Blbi1zZXNhbWUtb3Blbg==",
        database_url="postgresql+asyncpg://bot:open%20sesame@db/bot",
    )

    assert set(settings.secrets) == {
        "xoxb-1-sesame",
        "xapp-1-sesame",
        "pivotal_test_sesame",
        "whsec_c2VzYW1lLW9wZW4tc2VzYW1l",
        "c2VzYW1lLW9wZW4tc2VzYW1l",
        "whsec_b3Blbi1zZXNhbWUtb3Blbg==",
        "b3Blbi1zZXNhbWUtb3Blbg==",
        "open%20sesame",
        "open sesame",
    }


@pytest.mark.parametrize(
    ("address", "passwords"),
    [
        (
            "postgresql://bot@db/bot?ssl=require&password=open%20sesame+now&sslpassword=tiny",
            {"open%20sesame+now", "open sesame now", "tiny"},
        ),
        ("postgresql://bot:open#/?sesame@db/bot", {"open#/?sesame"}),
        ("postgresql://bot@db/bot", set()),
    ],
)
def test_a_password_is_known_wherever_it_stands_in_the_address_of_the_database(address, passwords):
    settings = config.load(
        env_file=None,
        slack_bot_token="xoxb-1-sesame",
        slack_app_token="xapp-1-sesame",
        pivotal_api_key="pivotal_test_sesame",
        database_url=address,
    )

    known = set(settings.secrets) - {"xoxb-1-sesame", "xapp-1-sesame", "pivotal_test_sesame"}

    assert passwords <= known
    assert bool(known) == bool(passwords)


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"pivotal_webhook_secret": SecretStr(WHSEC)})


@pytest.fixture
def lines():
    """Every line that is logged from now on."""
    with capture_logs(processors=[merge_contextvars]) as captured:
        yield captured


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_follows_from_a_press_has_the_reference_of_that_press(lines, slack, pivotal, bot):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    for typed in ("share #89", "show #89"):
        await slack.types(f"/onboarding {typed}", by=ANA, channel=ONBOARDING)
    lines.clear()

    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)
    await bot.settled()

    pressed = [line for line in lines if line["event"] == "answered" and line["action"].startswith("ob:advance")]
    told = [line for line in lines if line["event"] == "delivered" and line["method"] == "chat_update"]
    assert len(pressed) == 1
    assert {line["reference"] for line in told} == {pressed[0]["reference"]}
    assert (await bot.store.audit.list())[0].reference == pressed[0]["reference"]


@pytest.mark.parametrize("mode", ["socket"])
async def test_the_reference_that_a_person_is_shown_is_the_one_in_the_log(lines, slack, pivotal, bot):
    pivotal.fails(Fault.revoked_key)

    await slack.types("/onboarding show #4711", by=ANA, channel=ONBOARDING)

    shown = re.search(r"Reference (\w+)", slack.seen(ANA, ONBOARDING))[1]
    told = [line for line in lines if line.get("reference") == shown and "action" in line]
    assert [(line["event"], line["log_level"]) for line in told] == [("refused", "warning")]


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_a_person_can_mend_is_no_more_than_news(lines, slack, bot):
    await slack.types("/onboarding show Nobody & Sons", by=ANA, channel=ONBOARDING)

    assert [(line["event"], line["log_level"]) for line in lines if "action" in line] == [("refused", "info")]


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_digest_has_one_line_with_what_became_of_it(lines, slack, bot, clock):
    await slack.types("/onboarding subscribe at-risk 09:00 quiet:off", by=CARA, channel=ONBOARDING)
    clock.passes(minutes=31)
    lines.clear()

    await bot.digests.run_due(clock())

    digests = [line for line in lines if line["event"] == "digest"]
    posts = [line for line in lines if line["event"] == "delivered" and line["method"] == "chat_postMessage"]
    assert [(line["outcome"], line["slot"], line["log_level"]) for line in digests] == [
        ("posted", "2026-09-07", "info")
    ]
    assert {line["reference"] for line in posts} == {digests[0]["reference"]}


async def test_a_bot_that_serves_logs_json_without_any_of_its_secrets(tmp_path):
    async with LocalPivotal() as pivotal, LocalSlack(manifest()) as slack:
        pivotal.has_onboarding(89, customer="Aurora Foods", phase="review")
        settings = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "PIVOTAL_API_KEY": pivotal.live_key,
            "PIVOTAL_BASE_URL": pivotal.url,
            "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
            "PORT": "0",
            "METRICS_ADDRESS": "off",
        }
        async with running("serve", cwd=tmp_path, **settings) as child:
            await child.says("connected to Slack")
            await slack.types("/onboarding show #89", by=ANA, channel=ONBOARDING)
            await until(lambda: '"answered"' in child.err)
            child.gets(signal.SIGTERM)
            code = await child.ends()

    lines = [json.loads(line) for line in child.err.splitlines()]
    answered = [line for line in lines if line["event"] == "answered"]
    assert code == 0
    assert [(line["action"], line["user"]) for line in answered] == [("show", ANA)]
    assert re.fullmatch(r"[0-9A-F]{6}", answered[0]["reference"])
    assert [one for one in (slack.bot_token, slack.app_token, pivotal.live_key) if one in child.err + child.out] == []


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_follows_from_one_event_of_pivotals_has_one_reference(lines, slack, pivotal, bot):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    for channel in (ONBOARDING, LAUNCHES):
        await slack.types("/onboarding share #89", by=ANA, channel=channel)
    pivotal.webhooks.add(bot.webhooks, secret=WHSEC)
    lines.clear()

    pivotal.edit(89, phase="program_buildout")
    await until(lambda: len(updates(lines)) == 2)

    assert len({line["reference"] for line in updates(lines)}) == 1
    assert [line["event"] for line in lines if line["event"] == "event taken"] == ["event taken"]


@pytest.mark.parametrize("mode", ["socket"])
async def test_whatever_is_walked_or_delivered_has_a_reference(lines, slack, pivotal, clock, settings):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    async with running_bot(settings, clock=clock) as bot:
        slack.settles = bot.settled
        for typed in ("share #89", "follow #89", "subscribe at-risk 09:00 quiet:off"):
            await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)
        clock.passes(minutes=1)
        pivotal.edit(89, state="at_risk")
        with correlated():
            await bot.services.portfolio.snapshot(timedelta())
        await until(lambda: updates(lines))
    clock.passes(hours=30)
    async with running_bot(settings, clock=clock) as bot:
        await until(lambda: "was not posted" in str(slack.messages(direct_message(CARA))))
        slack.becomes_external(ONBOARDING)
        await until(lambda: "channel read from outside" in events(lines))
        await bot.settled()

    assert events(lines).count("walked") >= 2
    assert events(lines).count("delivered") >= 4
    assert [line for line in lines if line["event"] in ROUNDS and "reference" not in line] == []


def events(lines):
    """What was logged, in order."""
    return [line["event"] for line in lines]


def updates(lines):
    """The cards that were drawn anew."""
    return [line for line in lines if line["event"] == "delivered" and line["method"] == "chat_update"]
