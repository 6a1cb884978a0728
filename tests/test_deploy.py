"""What `deploy/` says is what the bot has: paths, extras, settings, commands; and systemd takes the unit as it is."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from bot.app import DRAIN
from bot.config import Settings
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.store.engines import address
from tests.processes import running

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
STOPS_WITHIN = 60
"""Seconds that everything here gives the bot to finish what it has begun."""
EXPOSED = 20
"""Tenths of what `systemd-analyze security` counts, at most: below 2.0 it says OK."""


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, in order."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, " ".join(rest.split())) for name, rest in (line.split(" ", 1) for line in lines)]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for name, rest in instructions():
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


def arguments(wanted: str, stage: list[tuple[str, str]]) -> list[str]:
    return [rest for name, rest in stage if name == wanted]


def variables(stage: list[tuple[str, str]]) -> dict[str, str]:
    return dict(pair.split("=", 1) for line in arguments("ENV", stage) for pair in line.split())


def services() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yml").read_text())["services"]


def unit() -> dict[str, str]:
    lines = (DEPLOY / "onboarding-bot.service").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@pytest.fixture
def analyze(tmp_path):
    """`analyze("verify")` asks systemd about the unit, with the bot where it is on this machine."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed: it comes with systemd")
    text = (DEPLOY / "onboarding-bot.service").read_text()
    copy = tmp_path / "onboarding-bot.service"
    copy.write_text(text.replace(unit()["ExecStart"].split()[0], str(BIN / "onboarding-bot")))
    return lambda *words: subprocess.run([program, *words, str(copy)], capture_output=True, text=True, timeout=60)


def test_systemd_takes_the_unit_without_a_word(analyze):
    verified = analyze("verify", "--man=no")

    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_unit_leaves_little_of_the_machine_exposed(analyze):
    if int(analyze("--version").stdout.split()[1]) < 250:
        pytest.skip("this systemd-analyze cannot look at a unit that is not installed: it is older than 250")

    judged = analyze("security", "--offline=true", f"--threshold={EXPOSED}", "--no-pager")

    assert judged.returncode == 0, judged.stdout


def test_unit_and_image_start_the_bot_by_its_own_command():
    program, *words = unit()["ExecStart"].split()
    started = yaml.safe_load(arguments("ENTRYPOINT", stages()[-1])[0] + "\n")

    assert started == [Path(program).name] == list(PROJECT["scripts"])
    assert words == yaml.safe_load(arguments("CMD", stages()[-1])[0]) == services()["bot"]["command"] == ["serve"]


def test_all_give_it_the_same_time_to_stop():
    assert unit()["TimeoutStopSec"] == str(STOPS_WITHIN)
    assert services()["bot"]["stop_grace_period"] == f"{STOPS_WITHIN}s"
    assert STOPS_WITHIN > DRAIN
    assert arguments("STOPSIGNAL", stages()[-1]) == ["SIGTERM"]


def test_settings_that_cannot_be_used_are_not_tried_again():
    assert unit()["Restart"] == "on-failure"
    assert unit()["RestartPreventExitStatus"] == "2"


async def test_the_images_health_check_knows_a_living_bot_from_a_dead_one(tmp_path):
    (check,) = [line.split(" CMD ")[1] for line in arguments("HEALTHCHECK", stages()[-1])]
    python, *words = json.loads(check)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])

    async def healthy():
        asked = await asyncio.create_subprocess_exec(
            BIN / python, *words, env=os.environ | {"PORT": port}, stderr=asyncio.subprocess.DEVNULL
        )
        return await asked.wait() == 0

    async with LocalSlack(manifest()) as slack, LocalPivotal() as pivotal:
        settings = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "PORT": port}
        settings |= {"SLACK_API_URL": slack.api_url, "PIVOTAL_API_KEY": pivotal.test_key}
        settings |= {"PIVOTAL_BASE_URL": pivotal.url, "METRICS_ADDRESS": "off"}
        async with running("serve", cwd=tmp_path, **settings) as bot:
            await bot.says("connected to Slack")

            assert await healthy()
            assert await bot.stopped() == 0
    assert not await healthy()


def test_the_image_is_built_from_files_that_reach_the_build(tmp_path):
    build, _ = stages()
    context, wheels = tmp_path / "src", tmp_path / "wheels"
    context.mkdir()
    admitted = set(re.findall(r"^!(\S+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE))
    copied = {source for line in arguments("COPY", build) for source in line.split()[:-1]}
    for name in copied:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, context / name)
    (makes_wheel,) = [line for line in arguments("RUN", build) if line.startswith("pip wheel ")]

    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    command = makes_wheel.replace("/wheels", str(wheels)).replace("pip wheel", "pip wheel --quiet")
    subprocess.run(["bash", "-euc", command], cwd=context, env=os.environ | {"PATH": path}, check=True, timeout=60)

    assert copied == admitted
    assert [found.name.split("-")[0] for found in wheels.iterdir()] == ["onboarding_bot"]


def test_the_image_has_every_extra_and_only_pinned_packages():
    build, _ = stages()
    installs = [line for line in arguments("RUN", build) if "pip install" in line]

    assert all("--constraint constraints.txt" in line for line in installs)
    (extras,) = re.findall(r"\.whl\)\[([\w,]+)\]", installs[-1])
    assert set(extras.split(",")) == set(PROJECT["optional-dependencies"])


def test_the_image_runs_on_the_python_that_every_test_runs_on_and_not_as_root():
    tested = set(re.findall(r"Tested: every test on Python ([\d.]+)[;.]", (ROOT / "README.md").read_text()))
    bases = {line.split()[0] for stage in stages() for line in arguments("FROM", stage)}
    (user,) = arguments("USER", stages()[-1])

    assert {base.removeprefix("python:").removesuffix("-slim") for base in bases} == tested
    assert re.fullmatch(r"([1-9]\d{3,}):\1", user)
    assert any(f"--uid {user.split(':')[0]} " in line for line in arguments("RUN", stages()[-1]))


def test_what_is_set_are_settings_the_bot_has():
    own = {name.upper() for name in Settings.model_fields}
    image, composed = variables(stages()[-1]), services()["bot"]["environment"]

    assert image.keys() - own == {"PATH", "PYTHONUNBUFFERED", "MPLCONFIGDIR"}
    assert composed.keys() - own == {"PGPASSWORD"}
    assert address(image["DATABASE_URL"]).database == f"{arguments('VOLUME', stages()[-1])[0]}/bot.db"


def test_the_composed_bot_finds_its_database_once_that_is_healthy():
    bot, db = services()["bot"], services()["db"]
    place = address(bot["environment"]["DATABASE_URL"])
    (volume,) = db["volumes"]

    assert (place.host, place.username, place.database, place.password) == ("db", "bot", "bot", None)
    assert (db["environment"]["POSTGRES_USER"], db["environment"]["POSTGRES_DB"]) == ("bot", "bot")
    assert bot["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert db["healthcheck"]["test"][1:] == ["pg_isready", "--username=bot", "--dbname=bot"]
    assert volume.split(":")[0] in yaml.safe_load((DEPLOY / "compose.yml").read_text())["volumes"]


def test_the_composed_bot_is_built_from_here_and_can_write_only_where_it_must():
    bot = services()["bot"]
    context = (DEPLOY / bot["build"]["context"]).resolve()

    assert context == ROOT
    assert (context / bot["build"]["dockerfile"]).is_file()
    assert (bot["read_only"], bot["cap_drop"], bot["tmpfs"]) == (True, ["ALL"], ["/tmp"])
    assert variables(stages()[-1])["MPLCONFIGDIR"].startswith("/tmp/")
    assert all(published.startswith("127.0.0.1:") for published in bot["ports"])


def test_no_secret_stands_in_the_files():
    text = (DEPLOY / "compose.yml").read_text()
    passwords = re.findall(r"PASSWORD: (\S+)", text)

    assert len(passwords) == 2
    assert all(word.startswith("${POSTGRES_PASSWORD:?") for word in passwords)
    assert services()["bot"]["env_file"] == "../.env"


def test_images_are_named_without_a_host():
    named = [line.split()[0] for stage in stages() for line in arguments("FROM", stage)] + [services()["db"]["image"]]

    assert [name for name in named if not re.fullmatch(r"[a-z]+:[\w.-]+", name)] == []
