"""A bad configuration is told at once, in words and without secrets; a good one is read from environment and .env."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import config
from bot.config import ConfigurationError

ROOT = Path(__file__).parents[1]
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1-sesame",
    "SLACK_APP_TOKEN": "xapp-1-sesame",
    "PIVOTAL_API_KEY": "pivotal_test_sesame",
}
SETTINGS = [name.upper() for name in config.Settings.model_fields]


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Nothing of this machine's own settings; each test says what is set."""
    for name in (*SETTINGS, "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def sets(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return sets


@pytest.fixture
def problems(environment):
    """What is wrong with the good settings when some are changed."""

    def told(**values):
        environment(**{**GOOD, **values})
        with pytest.raises(ConfigurationError) as raised:
            config.load()
        return raised.value.problems

    return told


def command_line(*words, **values):
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        env={**kept, **values, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )


def test_good_settings_are_read(environment):
    environment(**GOOD, BOT_ADMINS="U0CARA001, U0ANA0001", BOT_PHASES="kickoff,launch,done", PORT="8080")

    settings = config.load()

    assert settings.mode == "socket"
    assert settings.bot_admins == ("U0CARA001", "U0ANA0001")
    assert settings.bot_phases == ("kickoff", "launch", "done")
    assert settings.port == 8080


def test_settings_about_rights_are_read(environment):
    environment(
        **GOOD,
        BOT_ADMINS="U0CARA001, S0ADMINS1, workspace-admins",
        BOT_MANAGERS="S0MANAGRS",
        BOT_READERS="S0CSTEAM1",
        BOT_WRITES=" Off",
    )

    settings = config.load()

    assert settings.bot_admins == ("U0CARA001", "S0ADMINS1", "workspace-admins")
    assert (settings.bot_managers, settings.bot_readers, settings.bot_writes) == (("S0MANAGRS",), "S0CSTEAM1", "off")


def test_what_admins_are_shown_holds_no_secret(environment):
    environment(
        **GOOD,
        SLACK_SIGNING_SECRET="sesame",
        DATABASE_URL="sqlite:////home/sesame/bot.db",
        PIVOTAL_BASE_URL="https://my.pivotal.app/api/v1",
    )

    shown = dict(config.load().shown())

    assert list(shown) == SETTINGS
    assert "sesame" not in "".join(shown.values())
    assert (shown["SLACK_BOT_TOKEN"], shown["DATABASE_URL"], shown["BOT_ADMINS"]) == ("set", "SQLite", "not set")
    assert shown["PIVOTAL_BASE_URL"] == "https://my.pivotal.app/api/v1"


def test_dot_env_is_read_and_the_environment_wins(environment, tmp_path):
    (tmp_path / ".env").write_text(
        "\n".join(f"{name}={value}" for name, value in GOOD.items()) + "\nPORT=1\nHOST=::1\n"
    )
    environment(PORT="2")

    settings = config.load()

    assert (settings.port, settings.host) == (2, "::1")


def test_signing_secret_alone_means_http_mode(environment):
    environment(SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="sesame", PIVOTAL_API_KEY="pivotal_x")

    assert config.load().mode == "http"


def test_settings_left_empty_count_as_not_set(environment):
    environment(**GOOD, PORT="", BOT_TIMEZONE="", BOT_ADMINS="", DATABASE_URL="", BOT_COMMAND="")

    settings = config.load()

    assert (settings.port, settings.bot_timezone, settings.bot_admins) == (3000, "UTC", ())
    assert settings.database_url.startswith("sqlite+aiosqlite:///")


def test_everything_missing_is_listed_at_once():
    with pytest.raises(ConfigurationError) as raised:
        config.load()

    told = "\n".join(raised.value.problems)
    assert "SLACK_BOT_TOKEN is missing: The bot token of the Slack app, xoxb-…." in told
    assert "PIVOTAL_API_KEY is missing" in told
    assert "SLACK_SIGNING_SECRET is missing, and so is SLACK_APP_TOKEN" in told
    assert len(raised.value.problems) == 3


def test_every_problem_is_listed_at_once(problems):
    wrong = {
        "SLACK_BOT_TOKEN": "xoxp-1",
        "SLACK_APP_TOKEN": "xoxb-1",
        "PIVOTAL_API_KEY": "sk_1",
        "SLACK_API_URL": "http://slack.example/api/",
        "PIVOTAL_BASE_URL": "my.pivotal.app",
        "DATABASE_URL": "mysql://root:sesame@db/bot",
        "BOT_TIMEZONE": "Mars/Olympus",
        "BOT_ADMINS": "@cara",
        "BOT_MANAGERS": "workspace-admins",
        "BOT_READERS": "U0CARA001",
        "BOT_WRITES": "nobody",
        "BOT_WEEK_START": "tuesday",
        "BOT_COMMAND": "onboarding",
        "BOT_ALIAS": "/two words",
        "BOT_PHASES": "review,launch,review",
        "PORT": "many",
        "SLACK_CLIENT_ID": "1.2",
    }

    told = problems(**wrong)

    assert sorted(problem.split()[0] for problem in told) == sorted(wrong)
    assert [problem for problem in told if not problem.endswith(".")] == []
    assert "sesame" not in "\n".join(told)


@pytest.mark.parametrize(("value", "kept"), [("Sunday", "sunday"), ("", "auto"), (" AUTO ", "auto")])
def test_week_begins_with_a_day_or_as_is_the_custom(environment, value, kept):
    environment(**GOOD, BOT_WEEK_START=value)

    assert config.load().bot_week_start == kept


@pytest.mark.parametrize("port", ["-1", "65536", "http", "3.5"])
def test_port_is_a_number(problems, port):
    assert problems(PORT=port) == ["PORT must be a whole number from 0 to 65535."]


@pytest.mark.parametrize("days", ["29", "-1", "1.5", "long", "36501"])
def test_history_is_kept_for_a_number_of_days(problems, days):
    assert problems(BOT_KEEP_DAYS=days) == ["BOT_KEEP_DAYS must be a whole number of days, from 30 to 36500."]


@pytest.mark.parametrize("url", ["ftp://my.pivotal.app/api/v1", "https://", "http://my.pivotal.app/api/v1"])
@pytest.mark.parametrize("name", ["PIVOTAL_BASE_URL", "SLACK_API_URL"])
def test_address_that_would_send_the_key_unencrypted_or_nowhere_is_refused(problems, name, url):
    (told,) = problems(**{name: url})

    assert told.startswith(f"{name} must")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8900/api/", "http://localhost/api/", "http://[::1]:1/api/"])
@pytest.mark.parametrize("name", ["PIVOTAL_BASE_URL", "SLACK_API_URL"])
def test_this_machines_own_addresses_need_no_encryption(environment, name, url):
    environment(**GOOD, **{name: url})

    assert getattr(config.load(), name.lower()) == url


@pytest.mark.parametrize(
    "url",
    ["https://exa mple.com:abc/", "https://exa mple.com/", "https://h:abc/", "https://u:sesame@h/", "https://[1/"],
)
@pytest.mark.parametrize("name", ["PIVOTAL_BASE_URL", "SLACK_API_URL"])
def test_address_that_cannot_be_used_is_refused_in_words(problems, name, url):
    (told,) = problems(**{name: url})

    assert told.startswith(f"{name} must be an address like https://example.com/")
    assert "sesame" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_SIGNING_SECRET", "  "),
        ("SLACK_SIGNING_SECRET", "sesame\nopen"),
        ("SLACK_BOT_TOKEN", "xoxb-1\n"),
        ("SLACK_BOT_TOKEN", "xoxb-1\x07"),
        ("SLACK_APP_TOKEN", "xapp-1 sesame"),
        ("PIVOTAL_API_KEY", "pivotal_1\nsesame"),
    ],
)
def test_secret_with_blanks_or_line_breaks_is_refused(problems, name, value):
    (told,) = problems(**{name: value})

    assert told.startswith(f"{name} must be")
    assert "sesame" not in told


@pytest.mark.parametrize("value", ["whsec_bad", "whsec_c2VzYW1l", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,whsec_bad"])
def test_a_webhook_secret_that_was_cut_off_is_refused(problems, value):
    (told,) = problems(PIVOTAL_WEBHOOK_SECRET=value)

    assert told == "PIVOTAL_WEBHOOK_SECRET is too short for a signing secret: copy all of it (Developer > Webhooks)."


@pytest.mark.parametrize(
    "url",
    [
        *("sqlite", "sqlite+aiosqlite:", "sqlite+aiosqlite://", "sqlite:///:memory:"),
        *("sqlite:///file:bot.db?uri=true", "sqlite:///file::memory:", "sqlite:///bot.db?sesame=5"),
        *("sqlite://u:sesame@host/bot.db", "sqlite://host/bot.db"),
        *(f"postgresql://u:sesame@127.0.0.1:{port}/x" for port in ("port", "99999", "65536", "0", "-5")),
    ],
)
def test_database_that_cannot_be_addressed_is_refused(problems, url):
    (told,) = problems(DATABASE_URL=url)

    assert told.startswith("DATABASE_URL ")
    assert "sesame" not in told


def test_port_that_there_is_not_is_told_as_such(problems):
    (told,) = problems(DATABASE_URL="postgresql://u:sesame@127.0.0.1:99999/x")

    assert told == "DATABASE_URL cannot be used: There is no port 99999: ports go from 1 to 65535."


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bot:x@ssw0rd-sesame@db.example.com/bot",
        "postgresql://bot:x@ss/sesame@db.example.com/bot",
        "postgresql://bot:x@ss?sesame@db.example.com/bot",
        "postgresql://bot:x@ss:1?sesame=1@db.example.com:port/bot",
        "postgresql://bot@db.example.com/bot?password=x@sesame",
    ],
)
def test_at_sign_in_a_password_that_would_pass_for_the_server_is_refused(problems, url):
    (told,) = problems(DATABASE_URL=url)

    assert told == (
        "DATABASE_URL cannot be used: What follows its last @ is not the server alone: in a user’s name, a password or "
        "an option, @ is written %40."
    )


def test_names_that_are_no_settings_are_told_with_what_was_meant(environment, tmp_path):
    (tmp_path / ".env").write_text(
        "BOT_ADMIN=U0CARA001\nPOSTGRES_PASSWORD=sesame\nbot_timezone=UTC\nSLACK_CLIENT_ID=\n"
    )
    environment(BOT_WEEKSTART="monday", PIVOTAL_ZEBRA="sesame", BOT_RISK="slips=3")

    assert config.misspelled() == {
        "BOT_ADMIN": "BOT_ADMINS",
        "BOT_WEEKSTART": "BOT_WEEK_START",
        "PIVOTAL_ZEBRA": "",
    }


def test_dot_env_that_is_no_text_is_told(tmp_path):
    (tmp_path / ".env").write_bytes("SLACK_BOT_TOKEN=xoxb-\xe9".encode("latin-1"))

    with pytest.raises(ConfigurationError) as raised:
        config.load()

    assert raised.value.problems == [
        ".env cannot be read: it is not text in UTF-8. Save it as UTF-8, and readable by this user."
    ]


def test_address_of_slack_is_a_folder(environment):
    environment(**GOOD, SLACK_API_URL="http://127.0.0.1:8765/api")

    assert config.load().slack_api_url == "http://127.0.0.1:8765/api/"


@pytest.mark.parametrize(
    "url",
    [
        *("postgres://u:sesame@db/bot", "postgresql+asyncpg://db/bot", "sqlite:///bot.db", "sqlite:///b@t/bot.db"),
        *("postgres://u@corp:sesame@db/bot", "postgres://u:s%40same@[::1]:5432/bot", "postgres://u:x@/bot?host=/tmp"),
    ],
)
def test_database_is_named_as_hosts_name_it(environment, url):
    environment(**GOOD, DATABASE_URL=url)

    assert config.load().database_url == url


def test_secrets_are_in_no_repr(environment):
    environment(**{**GOOD, "SLACK_SIGNING_SECRET": "sesame", "DATABASE_URL": "postgresql://u:sesame@db/bot"})

    settings = config.load()

    assert "sesame" not in f"{settings!r} {settings}"


def test_command_line_lists_the_problems_and_ends_with_2(tmp_path):
    done = command_line("-m", "bot", "serve", SLACK_BOT_TOKEN="xoxp-sesame", PORT="many")

    assert done.returncode == 2
    assert done.stderr.startswith("The configuration cannot be used:")
    for name in (
        "SLACK_BOT_TOKEN must be",
        "PIVOTAL_API_KEY is missing",
        "SLACK_SIGNING_SECRET is missing",
        "PORT must",
    ):
        assert f"  - {name}" in done.stderr
    assert "Traceback" not in done.stderr
    assert "sesame" not in done.stderr + done.stdout


def test_help_imports_nothing_heavy():
    script = (
        "import runpy, sys, json\n"
        "sys.argv = ['onboarding-bot', '--help']\n"
        "try:\n    runpy.run_module('bot', run_name='__main__')\n"
        "except SystemExit:\n    print(json.dumps(sorted(name for name in sys.modules if '.' not in name)))\n"
    )

    done = command_line("-c", script)

    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "typer" in loaded
    assert loaded & {"slack_bolt", "slack_sdk", "aiohttp", "sqlalchemy", "httpx", "pydantic"} == set()
