"""The README says what is true: its tables are the code's, its commands run when pasted, its snippets work."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

import httpx
import pytest

from bot import config
from bot.config import Settings
from bot.digests import DIGESTS, Briefing
from bot.domain import risk
from bot.domain.phases import Phases
from bot.domain.records import Directory, Subscription
from bot.listeners import FEATURES
from bot.listeners.feature import Registry
from bot.listeners.manifest import EXTRAS, SCOPES
from bot.sandbox.slack.world import CARA, ONBOARDING, TEAM

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
README = (ROOT / "README.md").read_text()
CLIENT = "## The Pivotal client"
"""That section's examples have their own test."""


@dataclass(frozen=True)
class Fence:
    """One fenced block: its language, its text, and whether it says that it needs a real workspace."""

    language: str
    text: str
    needs_workspace: bool

    @property
    def lines(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.strip()]


def fences() -> Iterator[Fence]:
    before, _, rest = README.partition(CLIENT)
    text = before + rest[rest.find("\n## ") :] if rest else before
    pattern = re.compile(r"(<!-- needs a workspace -->\n *)?^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
    for found in pattern.finditer(text):
        lines = [line.removeprefix(found[2]) for line in found[4].splitlines()]
        yield Fence(found[3], "\n".join(lines), needs_workspace=bool(found[1]))


def commands() -> list[str]:
    """Every line to paste into a terminal, but those that need a workspace."""
    return [line for fence in fences() if fence.language == "sh" and not fence.needs_workspace for line in fence.lines]


def snippets() -> list[str]:
    return [fence.text for fence in fences() if fence.language == "python"]


def table(name: str) -> list[tuple[str, ...]]:
    """The rows of the table under `<!-- name -->`, without its head."""
    block = README.split(f"<!-- {name} -->\n")[1].split("\n\n")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in block.splitlines()[2:]]
    return [tuple(cell.strip().replace(r"\|", "|") for cell in row) for row in rows]


def run(command: str, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command], cwd=cwd, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=60
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def module(source: str) -> ModuleType:
    made = ModuleType("snippet")
    exec(compile(source, "README.md", "exec"), made.__dict__)
    return made


def test_the_command_table_is_the_registry():
    rows = [
        (f"`{' '.join(filter(None, (command.verb, command.usage)))}`", command.tells)
        for feature in FEATURES
        for command in feature.commands
    ]

    assert table("commands") == rows


def test_the_settings_table_is_the_settings():
    rows = [
        (f"`{name.upper()}`", "required" if field.is_required() else _default(name), field.description)
        for name, field in Settings.model_fields.items()
    ]

    assert table("settings") == rows


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default_factory:
        scheme, path = field.get_default(call_default_factory=True).split(":///")
        return f"`{scheme}:///…/{Path(path).name}`"
    return f"`{field.default}`" if field.default else "none"


def test_the_risk_table_is_the_rules_and_their_thresholds():
    rows = table("risk")
    written = dict(pair.split("=") for _, _, cell in rows for pair in re.findall(r"`(\w+=[\d.]+)`", cell))

    assert [rule for rule, _, _ in rows] == list(risk.RULES)
    assert written == {name: str(value) for name, value in asdict(risk.DEFAULTS).items()}
    assert [name for _, told, cell in rows for name in re.findall(r"`(\w+)`", told) if f"`{name}=" not in cell] == []


def test_the_scopes_table_is_the_manifest():
    assert table("scopes") == [(f"`{scope}`", why) for scope, why in SCOPES.items()]


def test_the_optional_scopes_table_is_the_manifests():
    rows = [(f"`{name}`", f"`{scope}`", why) for name, extra in EXTRAS.items() for scope, why in extra.scopes.items()]

    assert table("optional scopes") == rows


def test_every_digest_is_told_with_its_hour():
    days = {"mon-fri": "weekdays", "mon": "Mondays", "fri": "Fridays"}

    for digest in DIGESTS.values():
        assert re.search(rf"`{digest.kind}` comes on {days[digest.days]} at\s+{digest.at:%H:%M}", README)


def test_the_example_environment_names_every_setting_and_no_other():
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [found[1] for line in lines if (found := re.match(r"(?:# )?([A-Z_]+)=", line))]

    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_environment_works_once_its_first_four_lines_are_filled_in(tmp_path, monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    values = iter(["xoxb-1", "xapp-1", "pivotal_test_1", "U0CARA001"])
    text = re.sub(r"^([A-Z_]+=)$", lambda line: line[1] + next(values), (ROOT / ".env.example").read_text(), flags=re.M)
    (tmp_path / ".env").write_text(text)

    settings = config.load(tmp_path / ".env")

    assert next(values, None) is None
    assert (settings.mode, settings.bot_admins) == ("socket", ("U0CARA001",))


def test_what_the_example_shows_is_what_holds_without_it(tmp_path, monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    shown = dict(re.findall(r"^# ([A-Z_]+)=(.+)$", (ROOT / ".env.example").read_text(), flags=re.M))
    changed = {"DATABASE_URL", "BOT_PHASES"}

    for name in shown.keys() - changed:
        assert str(Settings.model_fields[name.lower()].default) == shown[name]
    assert Phases(tuple(shown["BOT_PHASES"].split(","))) == Phases()


def test_the_rooms_are_there():
    drawing = next(fence.text for fence in fences() if fence.text.startswith("bot/\n"))
    drawn = {found[1] for found in re.finditer(r"^[├└]── (\S+)", drawing, flags=re.M)}
    rooms = {path.name + "/" * path.is_dir() for path in (ROOT / "bot").iterdir() if path.name[0] not in "."}

    assert drawn == rooms - {"__init__.py", "__pycache__/", "py.typed"}


def test_every_picture_is_there_and_shown():
    shown = set(re.findall(r"!\[[^\]]{20,}\]\((tests/browser/pictures/[\w-]+\.png)\)", README))
    there = {str(path.relative_to(ROOT)) for path in (ROOT / "tests/browser/pictures").iterdir()}

    assert shown == there


def test_every_link_within_the_project_leads_somewhere():
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]

    assert targets
    assert [target for target in targets if not (ROOT / target.split("#")[0]).exists()] == []


def test_every_fence_is_a_command_a_snippet_or_a_drawing():
    assert {fence.language for fence in fences()} == {"sh", "python", "text"}
    assert {line for fence in fences() if fence.needs_workspace for line in fence.lines} == {
        "source .venv/bin/activate",
        "onboarding-bot init",
        "onboarding-bot init --yes --bot-writes team",
        "onboarding-bot doctor",
        "onboarding-bot serve",
        "onboarding-bot backup bot-backup.db",
        "onboarding-bot migrate --to postgresql://bot@db.example.com/bot",
        "rm -f bot.db-wal bot.db-shm",
        "install -m 600 bot-backup.db bot.db",
    }


@pytest.mark.parametrize("line", [line for line in commands() if line.startswith("make ")])
def test_what_make_is_asked_for_can_be_made(line):
    result = run(f"{line} --dry-run", cwd=ROOT)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "line", [line for line in commands() if line.startswith("onboarding-bot ") and " sandbox " not in line]
)
def test_a_pasted_command_runs_from_any_folder(line, tmp_path):
    result = run(line, cwd=tmp_path)

    assert result.returncode == 0, result.stderr
    assert result.stdout


def test_the_other_lines_are_pasted_too(tmp_path):
    others = [line for line in commands() if not line.startswith(("make ", "onboarding-bot ", "curl "))]
    shutil.copy(ROOT / ".env.example", tmp_path)
    (tmp_path / ".venv").symlink_to(BIN.parent)

    results = [run(line, cwd=tmp_path) for line in others]

    assert others == ["source .venv/bin/activate", "cp .env.example .env"]
    assert [result.stderr for result in results if result.returncode] == []
    assert (tmp_path / ".env").read_text() == (ROOT / ".env.example").read_text()


def test_a_stand_in_answers_the_request_beside_it(tmp_path):
    start, request = (
        next(line for line in commands() if line.startswith(word)) for word in ("onboarding-bot sandbox", "curl")
    )
    port = str(free_port())
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


def test_every_command_with_a_subject_in_the_text_is_one_the_bot_knows():
    verbs = Registry(FEATURES).verbs
    typed = set(re.findall(r"`/onboarding ([a-z-]+)", README)) - {"aurora"}

    assert typed
    assert typed <= set(verbs)


@pytest.mark.parametrize("mode", ["socket"])
async def test_the_snippet_of_a_command_answers(bot, pivotal, clock):
    feature = module(snippets()[0]).feature
    for number in (89, 90):
        pivotal.has_onboarding(number, customer="Aurora Foods")
    clock.passes(minutes=5)

    command = Registry((*FEATURES, feature)).verbs["count"]
    message = await command.handler(SimpleNamespace(services=bot.services))

    assert message.text == "There are 2 onboardings."


@pytest.mark.parametrize("mode", ["socket"])
async def test_the_snippet_of_a_digest_writes(bot, pivotal, clock):
    digest = module(snippets()[1]).digest
    pivotal.has_onboarding(89, customer="Aurora Foods", target_launch_date="2026-08-29T00:00:00.000Z")
    clock.passes(minutes=5)
    snapshot = await bot.services.onboardings.snapshot()
    subscription = Subscription(
        id="sub_1",
        team_id=TEAM,
        channel=ONBOARDING,
        kind=digest.kind,
        days=digest.days,
        at=digest.at,
        zone="Europe/Berlin",
        creator=CARA,
        created_at=clock(),
    )

    written = digest.write(Briefing(subscription, snapshot, snapshot, None, clock(), Phases(), Directory()))

    assert digest.kind not in DIGESTS
    assert written.message.text == "Overdue: Aurora Foods"
    assert not written.silent
