"""What the bot's own code never does: run text as code, unpack objects, start a shell, or trust any certificate."""

import ast
from pathlib import Path

import pytest

import bot

MODULES = sorted(Path(bot.__file__).parent.rglob("*.py"))
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "system", "popen", "getoutput", "getstatusoutput"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "subprocess", "pty", "commands", "telnetlib"}
FORBIDDEN_KEYWORDS = {"shell": True, "verify": False, "ssl": False, "verify_ssl": False}


def dangers(source):
    """Whatever a module does that it must not, as (line, what)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names if one.name.split(".")[0] in FORBIDDEN_MODULES)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            if (node.module or "").split(".")[0] in FORBIDDEN_MODULES:
                yield node.lineno, node.module
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, what) for what in calls(node))


def calls(node):
    plain = node.func.id if isinstance(node.func, ast.Name) else ""
    owner = node.func.value.id if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) else ""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else plain
    if (name in FORBIDDEN_CALLS and (plain or owner == "os")) or (owner == "yaml" and name in ("load", "unsafe_load")):
        yield f"{owner}.{name}".strip(".")
    for keyword in node.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg in FORBIDDEN_KEYWORDS and value is FORBIDDEN_KEYWORDS[keyword.arg]:
            yield f"{keyword.arg}={value}"


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)", "exec(text)", "import pickle", "from marshal import loads", "os.system(text)", "yaml.load(text)",
        "run(text, shell=True)", "httpx.get(url, verify=False)", "import subprocess", "session.get(url, ssl=False)",
    ],
)  # fmt: skip
def test_a_danger_is_seen(line):
    assert len(list(dangers(line))) == 1


@pytest.mark.parametrize("line", ["re.compile(text)", "yaml.safe_load(text)", "async_engine.exec(1)", "self.system(1)"])
def test_what_only_looks_like_one_is_not(line):
    assert list(dangers(line)) == []


def test_the_code_has_none():
    found = [
        f"{path.relative_to(MODULES[0].parent)}:{line} {what}"
        for path in MODULES
        for line, what in dangers(path.read_text())
    ]

    assert len(MODULES) > 100
    assert found == []
