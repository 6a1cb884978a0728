"""`onboarding-bot contract`: asks the configured server for its OpenAPI document and shows where it and we differ."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands import connection
from bot.config import ConfigurationError
from bot.domain.moves import OWN_STATE
from bot.domain.phases import Phases
from bot.pivotal import PivotalApi, PivotalError
from bot.pivotal.contract import Difference, compare

DIFFERENT = 1
UNKNOWN = 2
"""Exit code when there was no document to compare with; that of settings that cannot be used is the same."""
INTERRUPTED = 130
WIDE = 160
"""Columns of the table where there is no terminal it must fit into."""


def main(*, as_json: bool) -> int:
    """Compare with the settings of the environment and `.env`; gives the exit code."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    try:
        settings = connection.load()
        # The document is public, so no key is needed, and none is sent.
        with settings.client(needs_key=False) as api:
            return run(api, settings.phases, console, as_json=as_json)
    except ConfigurationError as error:
        return connection.complain(error)
    except KeyboardInterrupt:
        return INTERRUPTED


def run(api: PivotalApi, phases: Phases, console: Console, *, as_json: bool = False) -> int:
    """Fetch, compare and show; gives 1 when a difference matters, 2 when no document could be had, else 0."""
    try:
        document = api.openapi().root
    except PivotalError as error:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(
            f"No document to compare with. {error}"
        )
        return UNKNOWN
    states = tuple(dict.fromkeys(OWN_STATE.values()))
    differences = compare(document, words={"phase": phases.order, "state": states})
    if as_json:
        console.print_json(json.dumps([asdict(one) for one in differences], ensure_ascii=False))
    else:
        _show(differences, console)
    return DIFFERENT if any(one.matters for one in differences) else 0


def _show(differences: Sequence[Difference], console: Console) -> None:
    matter = sum(one.matters for one in differences)
    if differences:
        table = Table("", "Where", "What", "Pivotal", "This client")
        for one in differences:
            mark = Text("matters", "bold red") if one.matters else Text("note", "dim")
            table.add_row(mark, *map(Text, (one.where, str(one.kind), one.theirs, one.ours)))
        console.print(table)
    notes = len(differences) - matter
    verdict = f"{matter or 'none'} matter{'s' if matter < 2 else ''}"
    total = f"{len(differences)} difference{'' if len(differences) == 1 else 's'}"
    summary = f"{total}: {verdict}, {notes} to note." if differences else "No difference."
    console.print(summary, style="red" if matter else "green", markup=False)
