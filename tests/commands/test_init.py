"""`onboarding-bot init` as a process: asks in a terminal, takes what it is given elsewhere, writes all or nothing."""

import json
import re
import stat
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from bot import config
from bot.__main__ import app
from bot.commands import init_file
from bot.commands.init_checks import Unfit, looks
from bot.listeners.manifest import SCOPES, Names, manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import CARA, GUS, OLD_ONBOARDING, ONBOARDING, PARTNERS, RANDOM
from bot.store import Store
from tests.processes import running
from tests.terminals import CTRL_C, terminal

BEFORE = "# Ours\nPIVOTAL_API_KEY=pivotal_test_older_than_this\nSOMETHING_ELSE=1\n"


@pytest.fixture
async def pivotal():
    async with LocalPivotal(seed=True) as local:
        local.rate_limit = 10_000
        yield local


@pytest.fixture
def features():
    """The optional features of the app."""
    return ()


@pytest.fixture
def installed(features):
    """The manifest the app was installed with."""
    return manifest(extras=features)


@pytest.fixture
async def slack(installed):
    async with LocalSlack(installed) as local:
        yield local


@pytest.fixture
def secrets(slack, pivotal):
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "PIVOTAL_API_KEY": pivotal.test_key,
    }


@pytest.fixture
def where(slack, pivotal):
    return ("--slack-api-url", slack.api_url, "--pivotal-base-url", pivotal.url)


@pytest.fixture
def file(tmp_path):
    return tmp_path / ".env"


def hides(child, secrets):
    """Whether nothing that was printed has a secret in it."""
    return not any(secret in child.out for secret in secrets.values())


async def subscribed(tmp_path, clock):
    """The digests in the memory that a child with this home has made."""
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / '.local/state/onboarding-bot/bot.db'}", clock=clock)
    try:
        return [(one.channel, one.kind, one.creator, one.zone) for one in await store.subscriptions.all()]
    finally:
        await store.close()


async def test_a_new_user_is_asked_for_one_thing_after_the_other(where, secrets, file, tmp_path, clock):
    async with terminal("init", *where, cwd=tmp_path) as child:
        await child.says("socket or http [socket]: ")
        child.types("")
        await child.says("https://api.slack.com/apps?new_app=1&manifest_json=%7B")
        await child.says("Press Enter when the app is there. ")
        child.types("")
        await child.says("App-level token: ")
        await child.types_unseen(secrets["SLACK_APP_TOKEN"])
        await child.says("✓ Slack opens a connection with it.")
        await child.says("Bot token: ")
        await child.types_unseen(secrets["SLACK_BOT_TOKEN"])
        await child.says("✓ “onboarding” in Larkspur, with every scope it needs.")
        await child.says("API key: ")
        await child.types_unseen(secrets["PIVOTAL_API_KEY"])
        await child.says("pivotal_test_sand…, a test key")
        await child.says("Admins: ")
        child.types(CARA)
        await child.says("✓ Cara Lindqvist")
        await child.says("Managers [none]: ")
        child.types("")
        await child.says("Who may look [workspace]: ")
        child.types("")
        await child.says("Who may change an onboarding [owners]: ")
        child.types("team")
        await child.says("Channel [none]: ")
        child.types(RANDOM)
        await child.says("✗ I am not in that channel.")
        await child.says("Channel [none]: ")
        child.types(f"https://larkspur.slack.com/archives/{ONBOARDING}")
        await child.says("✓ #onboarding: your team alone reads it.")
        await child.says("the at-risk digest, Mon–Fri at 09:00 (Europe/Stockholm).")
        code = await child.ends()

    settings = config.load(file)
    assert code == 0
    assert settings.mode == "socket"
    assert settings.slack_bot_token.get_secret_value() == secrets["SLACK_BOT_TOKEN"]
    assert (settings.bot_admins, settings.bot_writes) == ((CARA,), "team")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await subscribed(tmp_path, clock) == [(ONBOARDING, "at-risk", CARA, "Europe/Stockholm")]
    assert hides(child, secrets)


async def test_of_a_wrong_token_it_says_what_it_is_and_asks_again(where, secrets, file, tmp_path):
    file.write_text(BEFORE)

    async with terminal("init", "--socket", *where, cwd=tmp_path) as child:
        await child.says("Press Enter when the app is there. ")
        child.types("")
        await child.says("App-level token: ")
        await child.types_unseen(secrets["SLACK_BOT_TOKEN"])
        await child.says("✗ That is the bot token, and an app-level token is wanted here.")
        await child.says("App-level token: ")
        await child.types_unseen("xapp-of-another")
        await child.says("✗ Slack refused the app token (invalid_auth).")
        await child.says("App-level token: ")
        child.types(CTRL_C)
        await child.says("Stopped. Nothing was written.")
        code = await child.ends()

    assert code == 130
    assert file.read_text() == BEFORE
    assert hides(child, {**secrets, "other": "xapp-of-another"})


async def test_the_address_of_http_mode_goes_into_the_link(tmp_path):
    async with terminal("init", "--http", "--command", "/launchpad", cwd=tmp_path) as child:
        await child.says("Public address: ")
        child.types("bot.example.com")
        await child.says("✗ It must be an address that begins with https://, like https://bot.example.com.")
        await child.says("Public address: ")
        child.types("https://bot.example.com/")
        await child.says("Press Enter when the app is there. ")
        child.types(CTRL_C)
        code = await child.ends()

    (link,) = re.findall(r"https://api\.slack\.com/\S+", child.out)
    assert code == 130
    assert parse_qs(urlsplit(link).query)["manifest_json"] == [
        json.dumps(
            manifest(Names("/launchpad", "/ob"), request_url="https://bot.example.com/slack/events"),
            separators=(",", ":"),
        )
    ]
    assert not list(tmp_path.glob(".env*"))


async def test_who_presses_enter_keeps_what_is_there(slack, pivotal, secrets, file, tmp_path):
    lines = {**secrets, "SLACK_API_URL": slack.api_url, "PIVOTAL_BASE_URL": pivotal.url, "BOT_ADMINS": CARA}
    before = "".join(f"{name}={value}\n" for name, value in lines.items())
    file.write_text(before)

    async with terminal("init", cwd=tmp_path) as child:
        await child.says("[socket]: ")
        child.types("")
        for shown in ("[xapp-…]: ", "[xoxb-…]: ", "[pivotal_test_sand…]: "):
            await child.says(shown)
            await child.types_unseen("")
        for shown in (f"Admins [{CARA}]: ", "[none]: ", "[workspace]: ", "[owners]: ", "Channel [none]: "):
            await child.says(shown)
            child.types("")
        await child.says(".env stays as it is.")
        code = await child.ends()

    assert code == 0
    assert file.read_text() == before
    assert hides(child, secrets)


async def test_tokens_of_the_environment_leave_a_new_user_the_app_and_a_first_digest(where, secrets, tmp_path):
    people = ("--bot-admins", CARA, "--bot-managers", "none", "--bot-readers", "workspace", "--bot-writes", "owners")
    command = ("init", "--socket", *where, *people)

    async with terminal(*command, cwd=tmp_path, **secrets, BOT_TIMEZONE="Asia/Tokyo") as first:
        await first.says("https://api.slack.com/apps?new_app=1")
        await first.says("Press Enter when the app is there. ")
        first.types("")
        await first.says("Channel [none]: ")
        first.types(ONBOARDING)
        await first.says("Not written, but set in the environment: BOT_TIMEZONE.")
        assert await first.ends() == 0
    async with terminal(*command, cwd=tmp_path, **secrets) as second:
        await second.says("/onboarding subscribe, typed in a channel, subscribes it to one.")
        assert await second.ends() == 0

    assert "Not written" not in second.out
    assert hides(first, secrets)
    assert "Asia/Tokyo" not in first.out


async def test_what_was_there_and_is_refused_is_not_offered_again(slack, pivotal, secrets, file, tmp_path):
    lines = {**secrets, "SLACK_API_URL": slack.api_url, "PIVOTAL_BASE_URL": pivotal.url, "BOT_ADMINS": CARA}
    lines["SLACK_BOT_TOKEN"] = "xoxb-revoked"
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))

    async with terminal("init", cwd=tmp_path) as child:
        await child.says("[socket]: ")
        child.types("")
        for shown in ("[xapp-…]: ", "Bot token [xoxb-…]: "):
            await child.says(shown)
            await child.types_unseen("")
        await child.says("Bot token: ")
        child.types(CTRL_C)
        code = await child.ends()

    assert code == 130
    assert "✗" in child.out


@pytest.mark.parametrize(
    "installed",
    [
        manifest(extras=["groups"])
        | {"oauth_config": {"scopes": {"bot": [*SCOPES, "usergroups:read", "channels:history"]}}}
    ],
)
async def test_with_everything_given_nothing_is_asked(where, secrets, file, tmp_path, clock):
    file.write_text("# PORT=3000\nSOMETHING_ELSE=1\n")
    file.chmod(0o644)

    async with running(
        "init",
        *where,
        "--bot-admins",
        CARA,
        "--channel",
        ONBOARDING,
        "--digest",
        "launch-week",
        cwd=tmp_path,
        **secrets,
    ) as child:
        code = await child.ends()

    assert (code, child.err) == (0, "")
    assert config.load(file).bot_admins == (CARA,)
    assert file.read_text().startswith("# PORT=3000\nSOMETHING_ELSE=1\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [kind for _, kind, *_ in await subscribed(tmp_path, clock)] == ["launch-week"]
    assert "It has what these features need too: groups." in child.out
    assert "Not needed: channels:history." in child.out
    assert hides(child, secrets)
    assert "\x1b" not in child.out


async def test_without_a_terminal_all_that_is_missing_is_said_at_once(file, tmp_path):
    async with running("init", "--yes", cwd=tmp_path) as child:
        code = await child.ends()

    assert code == 2
    assert re.findall(r"  - (\w+) is missing\. In ", child.err) == [
        "SLACK_APP_TOKEN",
        "SLACK_BOT_TOKEN",
        "PIVOTAL_API_KEY",
    ]
    assert "BOT_ADMINS is missing" in child.err
    assert not file.exists()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), manifest()),
        (
            ("--http", "--url", "https://bot.example", "--command", "/launchpad"),
            manifest(Names("/launchpad", "/ob"), request_url="https://bot.example/slack/events"),
        ),
    ],
)
async def test_without_a_terminal_the_link_for_the_app_comes_before_what_is_missing(options, expected, tmp_path):
    async with running("init", "--yes", *options, cwd=tmp_path) as child:
        code = await child.ends()

    (link,) = re.findall(r"https://api\.slack\.com/apps\?\S+", child.out)
    assert code == 2
    assert json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0]) == expected


async def test_an_address_is_not_taken_for_an_app_without_one(file, tmp_path):
    async with running("init", "--yes", "--socket", "--url", "https://bot.example", cwd=tmp_path) as child:
        code = await child.ends()

    assert code == 1
    assert "An address is for HTTP mode: --http --url …. Nothing was written." in child.err
    assert not file.exists()


async def test_without_an_address_it_says_which_line_prints_the_link_of_http_mode(tmp_path):
    async with running("init", "--yes", "--http", "--alias", "/pad", cwd=tmp_path) as child:
        code = await child.ends()

    line = "onboarding-bot manifest --http --url https://bot.example.com --command /onboarding --alias /pad --link\n"
    assert code == 2
    assert f"With your own address, this prints what the app is made from:\n  {line}" in child.out


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--alias", "/pad"), "--socket --command /onboarding --alias /pad"),
        (
            ("--http", "--url", "https://bot.example", "--slack-signing-secret", "0" * 32),
            "--http --url https://bot.example --command /onboarding --alias /ob",
        ),
    ],
)
async def test_run_again_it_says_which_line_prints_an_app_that_changes(
    options, line, slack, pivotal, secrets, file, tmp_path
):
    lines = {**secrets, "SLACK_API_URL": slack.api_url, "PIVOTAL_BASE_URL": pivotal.url, "BOT_ADMINS": CARA}
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))

    async with running("init", "--yes", *options, cwd=tmp_path) as child:
        code = await child.ends()

    paste = "The app changes. Paste what this prints under App Manifest in its settings:\n"
    assert (code, child.err) == (0, "")
    assert f"{paste}  onboarding-bot manifest {line}\n" in child.out


@pytest.mark.parametrize("features", [("mentions", "charts")])
async def test_run_again_the_line_keeps_the_features_and_the_address_that_the_app_has(
    features, slack, pivotal, secrets, file, tmp_path
):
    del secrets["SLACK_APP_TOKEN"]
    lines = {**secrets, "SLACK_API_URL": slack.api_url, "PIVOTAL_BASE_URL": pivotal.url, "BOT_ADMINS": CARA}
    lines |= {"SLACK_SIGNING_SECRET": slack.signing_secret, "PUBLIC_URL": "https://bot.example"}
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))

    async with running("init", "--yes", cwd=tmp_path) as stays:
        assert await stays.ends() == 0
    async with running("init", "--yes", "--alias", "/pad", cwd=tmp_path) as changes:
        assert await changes.ends() == 0

    line = "onboarding-bot manifest --with mentions,charts"
    assert f"  {line} prints what the app is made from, to paste under App Manifest.\n" in stays.out
    assert f"  {line} --http --url https://bot.example --command /onboarding --alias /pad\n" in changes.out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--http", "--url", "http://not a url"), "begins with https://"),
        (("--command", "onboarding"), "must be a slash and one word"),
        (("--alias", "x y"), "must be a slash and one word"),
    ],
)
def test_an_option_that_slack_would_not_take_is_refused_before_anything_else(options, told, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")

    result = CliRunner().invoke(app, ["init", "--yes", *options])

    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


async def test_run_again_it_changes_what_is_said_and_nothing_else(slack, pivotal, secrets, file, tmp_path):
    lines = {**secrets, "SLACK_API_URL": slack.api_url, "PIVOTAL_BASE_URL": pivotal.url, "BOT_ADMINS": CARA}
    before = (
        "# Ours\n" + "".join(f"{name}={value}\n" for name, value in lines.items()) + "BOT_WRITES='owners'  # so far\n"
    )
    file.write_text(before)

    async with running("init", "--yes", "--bot-writes", "off", cwd=tmp_path) as child:
        code = await child.ends()

    assert (code, child.err) == (0, "")
    assert file.read_text() == before.replace("BOT_WRITES='owners'  # so far", "BOT_WRITES=off")
    assert "Written to .env, readable by you only:\n  BOT_WRITES=off\n" in child.out
    assert "The app changes" not in child.out


async def test_another_way_for_slack_to_reach_the_bot_takes_the_place_of_the_first(
    where, slack, secrets, file, tmp_path
):
    file.write_text("".join(f"{name}={value}\n" for name, value in secrets.items()))
    secret = {"SLACK_SIGNING_SECRET": slack.signing_secret}

    async with running("init", "--http", *where, "--bot-admins", "workspace-admins", cwd=tmp_path, **secret) as child:
        code = await child.ends()

    settings = config.load(file)
    assert (code, child.err) == (0, "")
    assert settings.mode == "http"
    assert settings.slack_signing_secret.get_secret_value() == slack.signing_secret
    assert settings.bot_admins == ("workspace-admins",)
    assert "A bot that runs takes settings up when it is started again." in child.out


async def test_a_memory_that_cannot_be_opened_leaves_what_was_written(where, secrets, file, tmp_path):
    wrong = {"DATABASE_URL": "sqlite+aiosqlite:////dev/null/bot.db"}

    async with running(
        "init", *where, "--bot-admins", CARA, "--channel", ONBOARDING, cwd=tmp_path, **secrets, **wrong
    ) as child:
        code = await child.ends()

    assert code == 1
    assert ".env is written; the digest is not subscribed. The bot’s memory cannot be opened" in child.err
    assert config.load(file).bot_admins == (CARA,)


async def test_a_key_that_was_taken_back_is_told_and_nothing_is_written(where, secrets, pivotal, file, tmp_path):
    pivotal.revoke(pivotal.test_key)
    file.write_text(BEFORE)

    async with running("init", *where, "--bot-admins", CARA, cwd=tmp_path, **secrets) as child:
        code = await child.ends()

    assert code == 1
    assert "Pivotal refused the key pivotal_test_sand… (api_key_revoked)." in child.err
    assert file.read_text() == BEFORE


@pytest.mark.parametrize(
    "installed", [manifest() | {"oauth_config": {"scopes": {"bot": ["commands", "chat:write", "channels:history"]}}}]
)
async def test_a_missing_scope_is_told_with_what_to_do(where, secrets, file, tmp_path):
    async with running("init", *where, "--bot-admins", CARA, cwd=tmp_path, **secrets) as child:
        code = await child.ends()

    assert code == 1
    assert "Slack did not grant users:read, channels:read, groups:read, im:write." in child.err
    assert "Paste what onboarding-bot manifest prints under App Manifest" in child.err
    assert not file.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--bot-admins", GUS), "U0GUEST01 is Gus Moreau, a guest"),
        (("--bot-admins", CARA, "--channel", PARTNERS), "because it has guests in it"),
        (("--bot-admins", CARA, "--channel", OLD_ONBOARDING), "#old-onboarding is archived."),
    ],
)
async def test_nobody_and_no_place_outside_the_team_is_taken(options, told, where, secrets, file, tmp_path):
    async with running("init", *where, *options, cwd=tmp_path, **secrets) as child:
        code = await child.ends()

    assert code == 1
    assert told in child.err
    assert not file.exists()


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("slack_bot_token", "xoxp-1", "That is a user token, which would act in your own name, and the bot token is"),
        ("slack_bot_token", "xapp-1", "That is an app-level token, and the bot token is wanted here."),
        ("slack_bot_token", "pivotal_test_1", "That is a Pivotal API key, and the bot token is wanted here."),
        ("slack_app_token", "xoxb-1", "That is the bot token, and an app-level token is wanted here."),
        ("slack_signing_secret", "xapp-1", "That is an app-level token, and the signing secret"),
        ("slack_bot_token", "0123456789abcdef" * 2, "That is the signing secret, or another"),
        (
            "pivotal_api_key",
            "whsec_1",
            "That is the secret of Pivotal’s webhooks, and a Pivotal API key is wanted here.",
        ),
        ("pivotal_api_key", "live_1", "It must be a Pivotal API key"),
        ("slack_bot_token", "xoxb-1 2", "has no blanks"),
        ("bot_admins", "@cara", "profile > Copy member ID"),
        ("bot_readers", "everybody", "must be workspace, or the id of a Slack user group"),
        ("bot_command", "onboarding", "must be a slash and one word"),
    ],
)
def test_a_value_of_another_kind_is_told_by_its_looks(setting, value, told):
    with pytest.raises(Unfit) as refused:
        looks(setting, value)

    assert told in str(refused.value)
    assert setting.startswith("bot_") or value not in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A=1\n", "A=1\nPORT=80\n"),
        ("A=1", "A=1\nPORT=80\n"),
        ("PORT=\nA=1\n", "PORT=80\nA=1\n"),
        ("# PORT=3000\nA=1\n", "# PORT=3000\nPORT=80\nA=1\n"),
        ("  export port = 1 # old\nA=1\n", "PORT=80\nA=1\n"),
        ("PORT=1\nPORT=2\n", "PORT=1\nPORT=80\n"),
        ('PORT="1\n2"\nA=1\n', "PORT=80\nA=1\n"),
        ("SUPPORT=1\nPORT_=1\n", "SUPPORT=1\nPORT_=1\nPORT=80\n"),
    ],
)
def test_a_changed_file_keeps_every_other_line(before, after):
    assert init_file.changed(before, {"port": "80"}) == after


@pytest.mark.parametrize("value", ["plain", "with blank", "a#b", "it's", 'say "so"', "back\\slash", ""])
def test_what_is_written_is_what_is_read(value, tmp_path):
    init_file.write(tmp_path / ".env", {"bot_risk": value})

    assert init_file.read(tmp_path / ".env").get("bot_risk", "") == value


def test_a_file_that_cannot_take_its_place_leaves_no_trace(tmp_path):
    (tmp_path / ".env").mkdir()

    with pytest.raises(OSError, match="directory"):
        init_file.write(tmp_path / ".env", {"port": "80"})

    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_a_link_to_the_file_stays_one(tmp_path):
    (tmp_path / "kept").write_text("A=1\n")
    (tmp_path / ".env").symlink_to("kept")

    init_file.write(tmp_path / ".env", {"port": "80"})

    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "kept").read_text() == "A=1\nPORT=80\n"
