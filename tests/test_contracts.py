"""The house's rules hold, and say so when somebody breaks one: who imports whom, what is banned, what lies where."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
TOP_LEVEL = {
    ".ci",
    ".env.example",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "bot",
    "constraints.txt",
    "deploy",
    "manifest.yml",
    "pyproject.toml",
    "tests",
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
PLANTED = [
    ("bot/services/people.py", "import bot.sandbox", "Only the command line imports the sandbox"),
    ("bot/sandbox/seed/people.py", "import bot.domain.records", "The sandbox imports no other room"),
    ("bot/domain/phases.py", "import slack_sdk", "The domain is pure: no I/O, no Slack, no database"),
    ("bot/domain/states.py", "import bot.store", "Imports point downwards"),
    ("bot/listeners/show.py", "import bot.digests", "Imports point downwards"),
    ("bot/pivotal/pages.py", "import bot.domain.errors", "The client is a library in itself"),
    ("bot/services/cards.py", "import slack_sdk", "No Slack in the services, no SQL outside the store"),
    ("bot/delivery/delivery.py", "import sqlalchemy", "SQL stays in the store"),
    ("bot/views/text.py", "import httpx", "Views draw and do nothing else"),
    *[
        (path, line, "Doors and views reach the store and the client through services")
        for path in ("bot/listeners/show.py", "bot/digests/at_risk.py", "bot/views/text.py", "bot/delivery/delivery.py")
        for line in ("import bot.store", "import bot.pivotal", "import bot.pivotal.client")
    ],
    ("bot/delivery/delivery.py", "import bot.config", "Settings are read by app and the command line only"),
    ("bot/listeners/show.py", "import prometheus_client", "Only the metrics know Prometheus"),
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [BIN / "lint-imports", "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def broken(report: str) -> set[str]:
    """The contracts that a report calls broken."""
    return set(re.findall(r"^(.+) BROKEN(?: \(.*\))?$", report, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def violations(tmp_path_factory) -> str:
    """What lint-imports says of a copy of the bot in which every planted import stands."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(ROOT / "bot", folder / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for path, line, _ in PLANTED:
        with (folder / path).open("a") as module:
            module.write(f"\n{line}\n")
    result = lint_imports(folder)
    assert result.returncode == 1, result.stdout + result.stderr
    return result.stdout


def test_the_import_contracts_hold():
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(("path", "line", "contract"), PLANTED)
def test_a_planted_import_breaks_its_contract(violations, path, line, contract):
    importer, imported = path.removesuffix(".py").replace("/", "."), line.removeprefix("import ")

    assert contract in broken(violations)
    assert f"{importer} -> {imported}" in violations


def test_every_contract_can_be_broken(violations):
    assert " KEPT" not in violations


def of_slack(source: str) -> set[str]:
    """What a module's source imports of slack-sdk."""
    named = {
        name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    return {name for name in named if name.split(".")[0] == "slack_sdk"}


@pytest.mark.parametrize("path", sorted((ROOT / "bot" / "views").rglob("*.py")), ids=lambda path: path.name)
def test_views_know_the_models_of_slack_only(path):
    assert [name for name in of_slack(path.read_text()) if not f"{name}.".startswith("slack_sdk.models.")] == []


@pytest.mark.parametrize("line", ["import slack_sdk.web", "from slack_sdk.web.async_client import AsyncWebClient"])
def test_an_import_of_slacks_client_is_noticed(line):
    assert {name.split(".")[1] for name in of_slack(f"{line}\n")} == {"web"}


def test_nothing_is_patched():
    banned = "unittest" + ".mock"
    found = subprocess.run(["git", "grep", "-n", banned], cwd=ROOT, capture_output=True, text=True)

    assert found.returncode == 1, found.stdout
    assert found.stdout == ""


@pytest.mark.parametrize("line", ["from unittest import mock", "import unittest" + ".mock as m", "import requests"])
def test_a_banned_import_is_refused(line):
    command = [BIN / "ruff", "check", "--stdin-filename", "tests/test_anything.py", "--select", "TID251", "-"]
    result = subprocess.run(command, cwd=ROOT, input=f"{line}\n", capture_output=True, text=True)

    assert result.returncode == 1
    assert "TID251" in result.stdout


def test_the_top_level_is_as_the_design_draws_it():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert {line.split("/")[0] for line in listed.splitlines()} == TOP_LEVEL


def test_no_module_is_a_drawer_for_anything():
    names = {path.stem for path in (ROOT / "bot").rglob("*.py")}

    assert names.isdisjoint({"utils", "helpers", "common", "base"})


def test_every_package_is_pinned_and_nothing_else():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    extras = project["project"]["optional-dependencies"].values()
    roots = project["project"]["dependencies"] + [one for extra in extras for one in extra]
    pinned = {Requirement(line).name: line for line in (ROOT / "constraints.txt").read_text().splitlines()}

    needed = needs(roots + groups["test"] + groups["check"])

    assert {canonicalize_name(name) for name in pinned} == needed
    assert [line for line in pinned.values() if not re.fullmatch(r"[\w-]+==[\w.]+", line)] == []


def needs(requirements: list[str]) -> set[str]:
    """The names of these packages and of all that they need in turn, on Linux and any Python we promise."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(line) for line in requirements]
    while waiting:
        wanted = waiting.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in found:
            continue
        found.add(key)
        with suppress(PackageNotFoundError):  # another Python's need: its name is all that can be known here
            lines = distribution(wanted.name).requires or []
            waiting += [needed for needed in map(Requirement, lines) if applies(needed, extras=wanted.extras or {""})]
    return {name for name, _ in found}


def applies(requirement: Requirement, *, extras: set[str]) -> bool:
    """Whether it is needed with one of the extras, by one of our Pythons."""
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate(LINUX | {"extra": extra, "python_version": version, "python_full_version": f"{version}.0"})
        for extra in extras
        for version in PYTHONS
    )
