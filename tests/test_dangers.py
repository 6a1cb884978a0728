"""What the bot's own code never does: run text as code, unpack objects, start a shell, or trust any certificate."""

import ast
import re
from pathlib import Path

import pytest

import bot

MODULES = sorted(Path(bot.__file__).parent.rglob("*.py"))
ANYWHERE = re.compile(
    r"create_subprocess_(?:shell|exec)|subprocess_(?:shell|exec)|ProcessPoolExecutor"
    r"|_create_(?:unverified|stdlib)_context|CERT_NONE"
)
"""Names that stand for a danger whatever they belong to."""
OF = {
    "": re.compile(r"eval|exec|compile|__import__|getoutput|getstatusoutput"),
    "builtins": re.compile(r"eval|exec|compile|__import__"),
    "os": re.compile(r"system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?|fork|forkpty"),
    "yaml": re.compile(r"(?:unsafe_|full_)?load(?:_all)?"),
}
"""Names that do as the part of a module, or by themselves."""
FORBIDDEN_MODULES = {
    *("pickle", "marshal", "shelve", "dill", "cloudpickle", "subprocess", "multiprocessing", "pty", "commands"),
    "telnetlib",
}
FORBIDDEN_KEYWORDS = {"shell": True, "verify": False, "ssl": False, "verify_ssl": False, "check_hostname": False}


def dangers(source):
    """Whatever a module does that it must not, as (line, what)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names if one.name.split(".")[0] in FORBIDDEN_MODULES)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, what) for what in imported(node))
        elif isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            if ANYWHERE.fullmatch(node.attr) or (owner in OF and owner and OF[owner].fullmatch(node.attr)):
                yield node.lineno, f"{owner}.{node.attr}"
        elif isinstance(node, ast.Name) and OF[""].fullmatch(node.id):
            yield node.lineno, node.id
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, what) for what in keywords(node))
        elif isinstance(node, ast.Assign) and ast.unparse(node).endswith(".check_hostname = False"):
            yield node.lineno, "check_hostname"


def imported(node):
    """What is taken out of a module."""
    module = node.module or ""
    if module.split(".")[0] in FORBIDDEN_MODULES:
        yield module
        return
    named = OF.get(module, ANYWHERE) if module else ANYWHERE
    yield from (one.name for one in node.names if named.fullmatch(one.name) or ANYWHERE.fullmatch(one.name))


def keywords(node):
    """What a call is told that it must not be."""
    for keyword in node.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg in FORBIDDEN_KEYWORDS and value is FORBIDDEN_KEYWORDS[keyword.arg]:
            yield f"{keyword.arg}={value}"


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)", "exec(text)", "import pickle", "from marshal import loads", "os.system(text)", "yaml.load(text)",
        "run(text, shell=True)", "httpx.get(url, verify=False)", "import subprocess", "session.get(url, ssl=False)",
        "asyncio.create_subprocess_shell(text)", "from asyncio import create_subprocess_exec", "loop.subprocess_exec()",
        "os.execvp(text, [])", "os.spawnl(0, text)", "from os import posix_spawn", "os.fork()",
        "import multiprocessing",
        "from concurrent.futures import ProcessPoolExecutor", "yaml.load_all(text)", "yaml.unsafe_load_all(text)",
        "from yaml import full_load", "builtins.eval(text)", "from builtins import exec", "call = eval",
        "ssl._create_unverified_context()", "context.verify_mode = ssl.CERT_NONE", "context.check_hostname = False",
    ],
)  # fmt: skip
def test_a_danger_is_seen(line):
    assert len(list(dangers(line))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "re.compile(text)",
        "yaml.safe_load(text)",
        "async_engine.exec(1)",
        "self.system(1)",
        "yaml.safe_load_all(text)",
        "from os import path",
        "os.environ.get(text)",
        "from json import load",
    ],
)
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
