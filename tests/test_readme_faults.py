"""The README's table of what fails: every fault has its row, its words are those of its tests, and these are there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
PROCESSES = ("tests/faults/serve/", "tests/faults/test_processes.py", "tests/digests/test_kill.py", "tests/replicas/")
"""Where the bot is a process of its own."""
FAULTS = (
    "Slack slow",
    "Slack 429",
    "Slack 5xx",
    "Socket closed",
    "`disconnect` refresh",
    "Token revoked",
    "Pivotal slow",
    "Pivotal 429",
    "Pivotal 5xx",
    "Pivotal key revoked",
    "Pivotal wrong JSON",
    "Database locked",
    "Disk full",
    "PostgreSQL restarted",
    "Connection pool exhausted",
    "Clock jumps",
    "SIGKILL",
)


def rows() -> list[list[str]]:
    block = (ROOT / "README.md").read_text().split("<!-- faults -->\n")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()[2:]]


def linked(row: list[str]) -> list[tuple[str, str]]:
    """Name and file of each test that a row links to."""
    return re.findall(r"\[`(\w+)`\]\(([\w/.]+)\)", row[-1])


def source(name: str, path: str) -> str:
    """What a test says itself, with the constants and functions of its file that it names."""
    text = (ROOT / path).read_text()
    tree = ast.parse(text)
    (test,) = (node for node in ast.walk(tree) if isinstance(node, FUNCTION) and node.name == name)
    named = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    said = [test, *test.decorator_list]
    for node in tree.body:
        if isinstance(node, ast.Assign) and named.intersection(ast.unparse(one) for one in node.targets):
            said.append(node)
        if isinstance(node, FUNCTION) and node.name in named:
            said.append(node)
    return "\n".join(ast.get_source_segment(text, node) or "" for node in said)


def test_every_fault_has_its_row():
    assert tuple(row[0] for row in rows()) == FAULTS
    assert all(all(row) and len(row) == 6 for row in rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_the_linked_a_fault_are_there(row):
    named = linked(row)

    assert named
    for name, path in named:
        assert re.search(rf"^ *(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE), (name, path)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_every_fault_is_met_by_a_process(row):
    assert any(path.startswith(PROCESSES) for _, path in linked(row))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_what_is_quoted_of_a_fault_is_named_by_its_own_tests(row):
    known = "".join(source(*test) for test in linked(row))
    quoted = re.findall(r"“([^”]+)”", row[1]) + re.findall(r"`([^`]+)`", row[2] + row[3])

    assert [words for words in quoted if words not in known] == []


def test_a_soak_kills_replicas_for_as_long_as_is_written() -> None:
    traffic = (ROOT / "tests/replicas/test_traffic.py").read_text()

    usual = re.findall(r'environ\.get\("SOAK_MINUTES", "(\d+)"\)', traffic)

    assert re.findall(r"`SOAK_MINUTES`, (\d+)\)", (ROOT / "README.md").read_text()) == usual
    assert len(usual) == 1
