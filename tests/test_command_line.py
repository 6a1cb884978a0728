"""The command line as a process: what it prints, how it ends, and never a traceback for what a person can mend."""

import asyncio
import signal
import socket
from collections.abc import Iterator

import httpx
import pytest

from bot import __version__
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.pivotal.faults import Fault
from bot.sandbox.slack import LocalSlack
from tests.processes import running

COMMANDS = (
    "demo",
    "serve",
    "init",
    "manifest",
    "sandbox",
    "walk",
    "contract",
    "doctor",
    "digest",
    "audit",
    "backup",
    "migrate",
    "people",
)


class Hold:
    """Where slow answers wait until the test is over."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.over = asyncio.Event()

    async def sleep(self, _seconds: float) -> None:
        self.reached.set()
        await self.over.wait()


@pytest.fixture
def hold() -> Hold:
    return Hold()


@pytest.fixture
async def pivotal(hold):
    async with LocalPivotal(sleep=hold.sleep) as local:
        yield local
        hold.over.set()


@pytest.fixture
async def slack():
    async with LocalSlack(manifest()) as local:
        yield local


@pytest.fixture
def socket_mode(slack, pivotal, tmp_path) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "PIVOTAL_API_KEY": pivotal.live_key,
        "PIVOTAL_BASE_URL": pivotal.url,
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}",
        "PORT": "0",
        "METRICS_ADDRESS": "off",
    }


@pytest.fixture
def http_mode(socket_mode, slack) -> dict[str, str]:
    rest = {name: value for name, value in socket_mode.items() if name != "SLACK_APP_TOKEN"}
    return rest | {"SLACK_SIGNING_SECRET": slack.signing_secret}


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def complaints(child):
    """The lines of its log that are more than news."""
    return [line for line in child.err.splitlines() if '"level": "info"' not in line]


async def test_help_names_every_command(tmp_path):
    async with running("--help", cwd=tmp_path) as child:
        code = await child.ends()

    assert code == 0
    assert all(command in child.out for command in COMMANDS)
    assert child.err == ""


async def test_the_version_is_told(tmp_path):
    async with running("--version", cwd=tmp_path) as child:
        code = await child.ends()

    assert (code, child.out, child.err) == (0, f"onboarding-bot {__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS)
async def test_each_command_explains_itself(command, tmp_path):
    async with running(command, "--help", cwd=tmp_path) as child:
        code = await child.ends()

    assert code == 0
    assert f"{command} [OPTIONS]" in child.out
    assert child.err == ""


async def test_without_settings_serve_says_all_that_is_missing(tmp_path):
    async with running("serve", cwd=tmp_path) as child:
        code = await child.ends()

    assert code == 2
    assert child.err.startswith("The configuration cannot be used:\n")
    for setting in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "PIVOTAL_API_KEY"):
        assert setting in child.err
    assert child.err.endswith("onboarding-bot init asks for what is missing, and checks it.\n")
    assert "Traceback" not in child.err


async def test_serve_reads_the_settings_of_a_file_in_its_folder(socket_mode, tmp_path):
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in socket_mode.items()))

    async with running("serve", cwd=tmp_path) as child:
        await child.says("connected to Slack")

        assert await child.stopped() == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-of-another"}, "Slack refused the bot token (invalid_auth). Check SLACK_BOT_TOKEN"),
        ({"PIVOTAL_API_KEY": "pivotal_of_another_workspace"}, "Check PIVOTAL_API_KEY"),
        ({"SLACK_APP_TOKEN": "xapp-of-another"}, "Slack refused the app token (invalid_auth). Check SLACK_APP_TOKEN"),
        ({"SLACK_API_URL": "http://127.0.0.1:1/api/"}, "Slack could not be reached"),
        ({"SLACK_API_URL": "{page}"}, "is not Slack’s Web API, which is at https://slack.com/api/"),
        ({"SLACK_API_URL": "{page}/static/"}, "is not Slack’s Web API"),
        ({"DATABASE_URL": "sqlite+aiosqlite:////dev/null/bot.db"}, "Its memory cannot be opened"),
        ({"DATABASE_URL": "postgresql+asyncpg://bot:secret@127.0.0.1:1/bot"}, "Its memory cannot be opened"),
    ],
)
async def test_what_keeps_serve_from_starting_is_said_in_a_sentence(wrong, told, socket_mode, slack, tmp_path):
    changed = {name: value.replace("{page}", slack.url) for name, value in wrong.items()}
    async with running("serve", cwd=tmp_path, **(socket_mode | changed)) as child:
        code = await child.ends()

    assert code == 1
    assert child.err.splitlines()[-1].startswith("onboarding-bot cannot start. ")
    assert told in child.err
    assert "Traceback" not in child.err
    assert "secret" not in child.err


async def test_a_taken_port_is_said_in_a_sentence(http_mode, taken, tmp_path):
    async with running("serve", cwd=tmp_path, **(http_mode | {"PORT": str(taken)})) as child:
        code = await child.ends()

    assert code == 1
    assert f"Port {taken} on 127.0.0.1 cannot be used" in child.err
    assert "Traceback" not in child.err


@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
async def test_serve_stops_when_asked_without_a_word_of_complaint(wanted, socket_mode, tmp_path):
    async with running("serve", cwd=tmp_path, **socket_mode) as child:
        await child.says("connected to Slack")
        child.gets(wanted)

        code = await child.ends(within=8)

    assert code == 0
    assert complaints(child) == []


async def test_serve_in_http_mode_listens_and_stops_when_asked(http_mode, tmp_path):
    async with running("serve", cwd=tmp_path, **http_mode) as child:
        await child.says("listening on http://127.0.0.1:")

        code = await child.stopped()

    assert code == 0
    assert complaints(child) == []


async def test_the_local_pivotal_answers_on_its_own(tmp_path):
    async with running("sandbox", "--only", "pivotal", "--port", "0", cwd=tmp_path) as child:
        await child.says("PIVOTAL_API_KEY=")
        printed = dict(line.split("=", 1) for line in child.out.splitlines() if line.startswith("PIVOTAL_"))

        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {printed['PIVOTAL_API_KEY']}"}) as client:
            answer = await client.get(f"{printed['PIVOTAL_BASE_URL']}/onboardings/89")

        assert answer.json()["display_id"] == 89
        assert await child.stopped() == 0


async def test_the_local_slack_answers_on_its_own(tmp_path):
    async with running("sandbox", "--only", "slack", "--port", "0", cwd=tmp_path) as child:
        await child.says("SLACK_APP_TOKEN=")
        printed = dict(line.split("=", 1) for line in child.out.splitlines() if line.startswith("SLACK_"))

        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {printed['SLACK_BOT_TOKEN']}"}) as client:
            answer = await client.post(f"{printed['SLACK_API_URL']}auth.test")

        assert answer.json()["ok"] is True
        assert await child.stopped() == 0


@pytest.mark.parametrize("only", ["pivotal", "slack"])
async def test_a_stand_in_does_not_move_to_another_port(only, taken, tmp_path):
    async with running("sandbox", "--only", only, "--port", str(taken), cwd=tmp_path) as child:
        code = await child.ends()

    assert code == 1
    assert f"Port {taken} is taken" in child.err


async def test_a_second_ctrl_c_waits_for_nothing_more(socket_mode, pivotal, hold, tmp_path):
    pivotal.fails(Fault.slow(60), times=10)
    async with running("serve", cwd=tmp_path, **socket_mode) as child:
        await child.says("connected to Slack")
        await hold.reached.wait()
        child.gets(signal.SIGINT)
        await child.says("Stopping …")
        child.gets(signal.SIGINT)
        code = await child.ends(within=8)

    assert code == 130
    assert "Traceback" not in child.err
