"""What doctor found, on the terminal: a table, plain lines, or JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands.terminal import plain
from bot.domain.findings import Finding, Level, counted, verdict

STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


def document(found: Iterable[Finding]) -> str:
    """The findings as JSON, for other programs."""
    told = tuple(found)
    return json.dumps(
        {"verdict": verdict(told), "findings": [asdict(one) for one in told]}, ensure_ascii=False, indent=2
    )


def show(found: Iterable[Finding], console: Console) -> None:
    """Print the findings part by part: a table in a terminal, else a line each, and below it the remedy."""
    told = tuple(found)
    table = Table.grid(padding=(0, 2))
    for one in told:
        words = Text.assemble(_tame(one.found), (f"\n→ {_tame(one.remedy)}" if one.remedy else "", "italic"))
        words.overflow = "fold"  # a path longer than the column is to be read and copied whole
        row = (Text(one.level, STYLES[one.level]), Text(one.part, "bold"), Text(_tame(one.name)), words)
        if console.is_terminal:
            table.add_row(*row)
        else:
            for line in _plain(one):
                console.print(line, soft_wrap=True)
    if console.is_terminal:
        console.print(table)
    console.print(Text(f"{counted(told)}.", STYLES[verdict(told)]))


def _plain(one: Finding) -> Iterable[str]:
    yield f"{one.level:<4}  {one.part:<8}  {_tame(one.name)}: {_tame(one.found)}"
    if one.remedy:
        yield f"{'':<14}  → {_tame(one.remedy)}"


def _tame(text: str) -> str:
    """A finding's words without Slack's marks, and without anything that could move a terminal's cursor."""
    return "".join(character if character.isprintable() else " " for character in plain(text))
