"""Every view is kept as a snapshot: whoever adds one and draws it in no test that compares it is told here."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bot import views

VIEWS = Path(views.__file__).parent
DRAWN = {"Message", "View", "Drawn", "list[Block]", "tuple[Block, ...]", "Sequence[Block]"}
"""What a view returns, as annotations say it."""
MATERIAL = {"bot.views.message", "bot.views.fitting", "bot.views.digest_frame"}
"""What views are made of, and what is drawn only inside another one."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
AGAIN = "again"
"""The form once more: what `form` draws, with a remark above it."""


def drawn() -> set[str]:
    """Every function of a view that gives something to be shown, by its full name."""
    found = set()
    for path in VIEWS.rglob("*.py"):
        module = ".".join(("bot.views", *path.relative_to(VIEWS).with_suffix("").parts))
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.returns and not node.name.startswith("_"):
                parts = {part.strip() for part in ast.unparse(node.returns).split("|")}
                if parts & DRAWN and module not in MATERIAL and node.name != AGAIN:
                    found.add(f"{module}.{node.name}")
    return found


def names(tree: ast.Module) -> dict[str, str]:
    """What the names a test file imports from the views stand for."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("bot.views")
        for alias in node.names
    }


def called(node: ast.AST, known: dict[str, str]) -> Iterator[str]:
    """The functions of views that are named in a piece of a test."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in known:
            yield f"{known[part.value.id]}.{part.attr}"
        elif isinstance(part, ast.Name) and part.id in known:
            yield known[part.id]


def compared(path: Path) -> set[str]:
    """The functions whose outcome a test file compares with a snapshot, through its own fixtures too."""
    tree = ast.parse(path.read_text())
    known = names(tree)
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, Function)}
    found: set[str] = set()
    for node in functions.values():
        if node.name.startswith("test_") and "paste" in arguments(node):
            for part in reached(node, functions):
                found |= set(called(part, known))
    return found


def arguments(node: Function) -> list[str]:
    return [argument.arg for argument in node.args.args]


def reached(node: Function, functions: dict[str, Function]) -> list[Function]:
    """A test, and the fixtures and helpers of its file that it uses, and those that they use."""
    found, left = {node.name: node}, [node]
    while left:
        one = left.pop()
        used = {part.id for part in ast.walk(one) if isinstance(part, ast.Name)} | set(arguments(one))
        for name in (used & functions.keys()) - found.keys():
            found[name] = functions[name]
            left.append(functions[name])
    return list(found.values())


def test_every_view_is_compared_with_a_snapshot():
    seen = set().union(*(compared(path) for path in Path(__file__).parent.rglob("test_*.py")))

    assert drawn() - seen == set()


def test_the_guard_knows_a_view_without_a_snapshot(tmp_path):
    test = "from bot.views import card\n\ndef test_it(checked{}):\n    assert checked(card.card())"
    without, with_one = tmp_path / "test_a.py", tmp_path / "test_b.py"
    without.write_text(test.format(""))
    with_one.write_text(test.format(", paste"))

    assert "bot.views.card.card" in drawn()
    assert compared(without) == set()
    assert "bot.views.card.card" in compared(with_one)
