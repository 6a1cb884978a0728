"""Every line the README has for a terminal is run here or says above it what it needs that no test has."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.listeners.manifest import manifest
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import CARA, ONBOARDING
from tests.processes import running, until

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
README = (ROOT / "README.md").read_text()
MARK = re.compile(r"# needs your (workspace|server)")
"""The first line of what is not run here: a workspace of Slack and Pivotal, or a machine to serve it on."""


@dataclass(frozen=True)
class Fence:
    """Some lines for a terminal, and what they need that no test has."""

    lines: tuple[str, ...]
    needs: str

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def commands(self) -> list[str]:
        """One command each, without remarks."""
        joined = re.sub(r"\\\n *", "", self.text).splitlines()
        return [line for line in joined if line.strip() and not line.startswith("#")]


def fences() -> list[Fence]:
    found = re.findall(r"^( *)```sh\n(.*?)^ *```$", README, flags=re.MULTILINE | re.DOTALL)
    texts = [[line.removeprefix(indent) for line in text.splitlines()] for indent, text in found]
    marks = [MARK.fullmatch(lines[0]) for lines in texts]
    return [Fence(tuple(lines), mark[1] if mark else "") for lines, mark in zip(texts, marks, strict=True)]


def run_here() -> list[str]:
    return [line for fence in fences() if not fence.needs for line in fence.commands]


def only_there() -> list[str]:
    return [line for fence in fences() if fence.needs for line in fence.commands]


def run(command: str, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command], cwd=cwd, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=60
    )


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def kind(line: str) -> str:
    """Which of the tests below runs it."""
    word, *rest = line.split()
    return "sandbox" if rest[:1] == ["sandbox"] else word


def test_every_line_is_run_here_or_says_what_it_needs():
    kinds = {kind(line) for line in run_here()}

    assert kinds == {"make", "source", "onboarding-bot", "cp", "sandbox", "curl"}
    assert {fence.needs for fence in fences()} == {"", "workspace", "server"}


@pytest.fixture
def checkout(tmp_path):
    """This project in another folder, where make has built everything after its sources were changed last."""
    for name in ("Makefile", "README.md", "pyproject.toml", "constraints.txt", "bot", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (tmp_path / ".venv" / name).symlink_to(BIN.parent / name)
    for built in ("run", "test"):
        (tmp_path / ".venv" / built).touch()
    return tmp_path


async def made(target, checkout, **settings):
    """Start the README's line that makes it, as it stands; what would be added to it is in the environment."""
    (line,) = {line for line in run_here() if line.split()[:2] == ["make", target]}
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTEST"))} | settings
    return await create_subprocess_exec(*shlex.split(line), cwd=checkout, env=env, stdout=PIPE, start_new_session=True)


async def test_make_demo_shows_the_page_until_ctrl_c(checkout):
    make = await made("demo", checkout, ARGS="--no-browser --port 0", TMPDIR=str(checkout))
    printed = ""
    try:
        while "Ctrl-C stops it" not in printed and (line := await make.stdout.readline()):
            printed += line.decode()
        (address,) = re.findall(r"open (http://\S+)", printed)
        async with httpx.AsyncClient() as browser:
            page, state = await browser.get(address), await browser.get(f"{address}/sandbox/state?as={CARA}")
    finally:
        os.killpg(make.pid, signal.SIGINT)
        rest = (await make.stdout.read()).decode()
        await make.wait()

    assert "<title>" in page.text
    assert len([one for one in state.json()["messages"][ONBOARDING] if not one["thread_ts"]]) == 3
    assert "Installing" not in printed
    assert rest.rstrip().endswith("Stopping …")
    assert list(checkout.glob("onboarding-bot-demo-*")) == []


async def test_make_test_runs_the_tests_but_not_the_long_ones(checkout):
    make = await made("test", checkout, ARGS="tests/domain/test_order.py -q -p no:cacheprovider", WORKERS="0")

    printed = (await make.stdout.read()).decode()

    assert await make.wait() == 0, printed
    assert re.search(r"^\d+ passed", printed, flags=re.MULTILINE)


def test_make_is_asked_for_nothing_else():
    assert {line for line in run_here() if kind(line) == "make"} == {"make demo", "make test"}


@pytest.mark.parametrize("line", dict.fromkeys(line for line in run_here() if kind(line) == "onboarding-bot"))
def test_a_pasted_command_runs_from_any_folder(line, tmp_path):
    result = run(line, cwd=tmp_path)

    assert result.returncode == 0, result.stderr
    assert result.stdout


def test_the_small_lines_are_pasted_too(tmp_path):
    lines = [line for line in run_here() if kind(line) in ("source", "cp")]
    shutil.copy(ROOT / ".env.example", tmp_path)
    (tmp_path / ".venv").symlink_to(BIN.parent)

    results = [run(line, cwd=tmp_path) for line in lines]

    assert [result.stderr for result in results if result.returncode] == []
    assert (tmp_path / ".env").read_text() == (ROOT / ".env.example").read_text()


def test_a_stand_in_answers_the_request_beside_it(tmp_path):
    start, request = (next(line for line in run_here() if kind(line) == wanted) for wanted in ("sandbox", "curl"))
    port = free_port()
    _, _, header, url = shlex.split(request)
    assert "--port 8900" in start
    assert ":8900/" in url

    command = [BIN / "onboarding-bot", *shlex.split(start.replace("8900", port))[1:]]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as stand_in:
        try:
            printed = [stand_in.stdout.readline() for _ in range(3)]
            answer = httpx.get(url.replace("8900", port), headers=dict([header.split(": ", 1)]))
        finally:
            stand_in.terminate()

    assert f"PIVOTAL_API_KEY={header.split()[-1]}\n" in printed
    assert answer.status_code == 200
    assert [row["phase"] for row in answer.json()["data"]] == ["review", "review"]


async def test_your_slack_and_the_local_pivotal_are_two_commands(tmp_path):
    """With the local Slack in the place of yours: the settings of Slack are in `.env`, the rest is in the commands."""
    (fence,) = [fence for fence in fences() if any("PIVOTAL_BASE_URL=" in line for line in fence.lines)]
    settings, command = fence.commands[0].split(" onboarding-bot ")
    given = dict(pair.split("=", 1) for pair in shlex.split(settings))
    (start,) = dict.fromkeys(line for line in run_here() if kind(line) == "sandbox")
    pivotal_port, metrics, port = free_port(), free_port(), free_port()

    async with LocalSlack(manifest()) as slack:
        (tmp_path / ".env").write_text(
            f"SLACK_API_URL={slack.api_url}\nSLACK_BOT_TOKEN={slack.bot_token}\nSLACK_APP_TOKEN={slack.app_token}\n"
            f"PIVOTAL_API_KEY=pivotal_of_your_own\nBOT_ADMINS={CARA}\n"
            f"PORT={port}\nMETRICS_ADDRESS=127.0.0.1:{metrics}\n"
        )
        here = {name: value.replace("8900", pivotal_port) for name, value in given.items()}
        async with running(*shlex.split(start.replace("8900", pivotal_port))[1:], cwd=tmp_path) as pivotal:
            await pivotal.says("PIVOTAL_API_KEY=")
            async with running(*command.split(), cwd=tmp_path, **here) as bot:
                await bot.says("connected to Slack")
                await slack.types("/onboarding aurora", by=CARA, channel=ONBOARDING)
                await until(lambda: "Aurora Foods" in str(slack.messages(ONBOARDING, CARA)))

                assert await bot.stopped() == 0
        assert f"PIVOTAL_API_KEY={given['PIVOTAL_API_KEY']}\n" in pivotal.out


@pytest.mark.parametrize("fence", [fence for fence in fences() if fence.needs], ids=lambda fence: fence.commands[0])
def test_what_is_not_run_here_is_at_least_proper_shell(fence, tmp_path):
    read = subprocess.run(["bash", "-n"], input=fence.text, capture_output=True, text=True, cwd=tmp_path)

    assert (read.returncode, read.stderr) == (0, "")


def test_what_is_not_run_here_are_commands_with_these_options():
    asked = [words for line in only_there() if (words := of_the_bot(line))]

    assert {words[0] for words in asked} >= {"serve", "doctor", "backup", "migrate"}
    for words in asked:
        told = CliRunner().invoke(app, [words[0], "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0, told.output
        assert [word for word in words if word.startswith("--") and word not in told.output] == []


def of_the_bot(line: str) -> list[str]:
    """What the bot's own command is given in a line, where it is in it."""
    found = re.search(r"(?:^|/bin/|exec bot |=\S+ )onboarding-bot ([^']+)", line)
    return shlex.split(found[1]) if found else []


def test_every_file_that_is_named_there_is_here():
    named = {word for line in only_there() for word in re.findall(r"(?:deploy/[\w.-]+|constraints\.txt)", line)}

    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []
