"""`onboarding-bot audit`: who tried to change what and what came of it, as a table or as CSV for a spreadsheet."""

import asyncio
import csv
import re
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands import connection, memory
from bot.commands.progress import Tell, progress
from bot.config import ConfigurationError
from bot.domain.records import AuditEntry

COLUMNS = (
    "at",
    "name",
    "slack_id",
    "source",
    "action",
    "onboarding_id",
    "customer",
    "before",
    "after",
    "outcome",
    "reason",
    "reference",
)
SHOWN = 500
"""Rows of a table; CSV has no limit."""
WIDE = 200
"""Columns of the table where there is no terminal it must fit into."""
INTERRUPTED = 130
_PART = 1_000
"""Rows after which it is said how far the reading is."""

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_SIGNS = frozenset("=+-@\t＝＋－＠")
"""What a formula begins with: https://owasp.org/www-community/attacks/CSV_Injection."""


def moment(said: str, *, now: datetime) -> datetime:
    """Read `30d`, `12h` or `2w` as that long before `now`, and `2026-09-01` as its first instant in UTC.

    Raises ValueError.
    """
    span = re.fullmatch(r"(\d{1,4})([hdw])", said.strip().lower())
    if span:
        return now - int(span[1]) * _UNITS[span[2]]
    try:
        return datetime.strptime(said.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"{said!r} is no time: write 30d, 12h or 2w, or a day like 2026-09-01") from None


def main(*, since: datetime, until: datetime, as_csv: bool, clock: Callable[[], datetime]) -> int:
    """Print the audit with the settings of the environment and `.env`; gives the exit code."""
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        with progress(errors) as tell:
            # Lines that scroll by on the terminal tell enough.
            seen = _ignore if as_csv and sys.stdout.isatty() else tell
            asyncio.run(_print(memory.load(), since=since, until=until, as_csv=as_csv, clock=clock, tell=seen))
    except ConfigurationError as error:
        return connection.complain(error)
    except KeyboardInterrupt:
        errors.print("Stopped. What was printed is not all.")
        return INTERRUPTED
    return 0


async def _print(
    url: str, *, since: datetime, until: datetime, as_csv: bool, clock: Callable[[], datetime], tell: Tell
) -> None:
    async with memory.opened(url, clock=clock) as store:
        total = await store.audit.count(since, until)
        entries = counted(store.audit.between(since, until), total=total, tell=tell)
        if as_csv:
            await write(entries, sys.stdout)
        else:
            await show(entries, Console(highlight=False, width=None if sys.stdout.isatty() else WIDE))


async def counted(entries: AsyncIterator[AuditEntry], *, total: int, tell: Tell) -> AsyncIterator[AuditEntry]:
    """The same entries; `tell` is told how many of `total` are read, a thousand at a time."""
    read = 0
    async for entry in entries:
        if read % _PART == 0:
            tell("Reading the audit", read, total)
        read += 1
        yield entry


async def write(entries: AsyncIterator[AuditEntry], file: TextIO) -> None:
    """Write all of them as CSV, oldest first; no cell can be taken for a formula by a spreadsheet."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    async for entry in entries:
        writer.writerow([harmless(cell) for cell in _cells(entry)])


async def show(entries: AsyncIterator[AuditEntry], console: Console) -> None:
    """Show the newest of them as a table, oldest first, and say how many were left out."""
    newest, total = list[AuditEntry](), 0
    async for entry in entries:
        total += 1
        newest = [*newest[-SHOWN + 1 :], entry] if len(newest) >= SHOWN else [*newest, entry]
    if not total:
        console.print("Nothing was tried in this time.")
        return
    table = Table("When (UTC)", "Who", "What", "Customer", "Before → after", "Outcome", "Reason", "Reference")
    for entry in newest:
        change = f"{entry.before} → {entry.after}" if entry.after else entry.before
        cells = (
            f"{entry.at:%Y-%m-%d %H:%M}",
            entry.name,
            entry.action,
            entry.title,
            change,
            entry.outcome,
            entry.reason or "",
            entry.reference,
        )
        table.add_row(*(Text(_visible(cell)) for cell in cells))
    console.print(table)
    if total > len(newest):
        console.print(f"The newest {len(newest)} of {total}; --csv has them all.")


def harmless(cell: str) -> str:
    """A cell that spreadsheets take as text: what looks like a formula gets an apostrophe in front."""
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if _formula(text.lstrip("'")) else text


def as_meant(cell: str) -> str:
    """What `harmless` was given, but for its line ends."""
    return cell[1:] if cell.startswith("'") and _formula(cell.lstrip("'")) else cell


def _formula(text: str) -> bool:
    """Whether a spreadsheet may take it for one: some look past blanks, and past what nobody sees."""
    for character in text:
        if character in _SIGNS:
            return True
        if character != " " and character.isprintable():
            return False
    return False


def _ignore(_what: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    return (
        entry.at.astimezone(UTC).isoformat(timespec="seconds"),
        entry.name,
        entry.slack_id,
        entry.source,
        entry.action,
        entry.onboarding_id or "",
        entry.title,
        entry.before,
        entry.after,
        entry.outcome,
        entry.reason or "",
        entry.reference,
    )


def _visible(cell: str) -> str:
    """Without the control characters that could move a terminal's cursor."""
    return "".join(character if character.isprintable() else " " for character in cell)
