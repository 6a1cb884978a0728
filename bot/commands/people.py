"""`onboarding-bot people`: the links between Pivotal users and Slack users as CSV, out and in again.

The export also names the owners nobody is linked to, so that a filled-in copy of it is what the import takes.
"""

import asyncio
import csv
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from rich.console import Console

from bot.commands import connection, memory
from bot.commands.audit import INTERRUPTED, as_meant, harmless
from bot.commands.progress import Tell, progress
from bot.config import ConfigurationError
from bot.domain.phases import Phases
from bot.domain.records import Directory, Person, Standing
from bot.domain.unmapped import Unmapped, linkable, unmapped
from bot.services.people import Forgotten, People
from bot.store import Store
from bot.views.text import spellings

COLUMNS = ("pivotal_id", "slack_id", "name", "email", "status", "onboardings", "customers")
NEEDED = ("pivotal_id", "slack_id", "name")
LARGEST = 5_000_000
"""Bytes of a file that is read; a roster of thousands is far below."""
FAILED = 1
_PROBLEMS = 20
_CUSTOMERS = 3
_PART = 1_000
"""Rows after which it is said how far the writing is."""
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{5,30}")


class Unreadable(Exception):
    """The file cannot be taken in; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file says: the links to make, and how many rows were left out, without a Slack user or as guesses."""

    people: tuple[Person, ...]
    blank: int = 0
    guessed: int = 0


def take_in(path: Path, *, clock: Callable[[], datetime]) -> int:
    """Link everybody in the file, or nobody; gives the exit code."""
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable([f"The file is larger than {LARGEST // 1_000_000} MB."])
        roster = parse(path.read_text(encoding="utf-8-sig"))
        with progress(console) as tell:
            changed = asyncio.run(_store(memory.load(), roster.people, clock=clock, tell=tell))
    except ConfigurationError as error:
        return connection.complain(error)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        console.print(f"{path} cannot be read: {why}.")
        return FAILED
    except Unreadable as error:
        console.print(f"{path} was not taken in, and nothing was changed:", *error.problems[:_PROBLEMS], sep="\n  - ")
        if len(error.problems) > _PROBLEMS:
            console.print(f"  and {len(error.problems) - _PROBLEMS} more.")
        return FAILED
    except KeyboardInterrupt:
        console.print("Stopped. Nobody was linked.")
        return INTERRUPTED
    told = [
        f"Links taken in: {len(roster.people)}, of which {changed} new or changed.",
        f"Rows without a Slack user, left out: {roster.blank}." if roster.blank else "",
        f"Guesses left as they were: {roster.guessed}; “confirmed” confirms one." if roster.guessed else "",
    ]
    Console(highlight=False, markup=False, soft_wrap=True).print(" ".join(filter(None, told)))
    return 0


def give_out(*, clock: Callable[[], datetime]) -> int:
    """Print every link, and every owner without one, as CSV; gives the exit code."""
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        with progress(console) as tell:
            # Lines that scroll by on the terminal tell enough.
            asyncio.run(_print(memory.load(), clock=clock, tell=None if sys.stdout.isatty() else tell))
    except ConfigurationError as error:
        return connection.complain(error)
    except KeyboardInterrupt:
        console.print("Stopped. What was printed is not all.")
        return INTERRUPTED
    return 0


def called(slack_id: str, *, clock: Callable[[], datetime]) -> str:
    """Somebody by name and Slack id, or by the id alone where no name is known."""
    try:
        return asyncio.run(_called(memory.load(), slack_id, clock=clock))
    except ConfigurationError:  # erasing says what is wrong
        return slack_id


def erase(slack_id: str, *, clock: Callable[[], datetime]) -> int:
    """Erase somebody from the bot's memory; gives the exit code."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if not _SLACK_ID.fullmatch(slack_id):
        Console(stderr=True, highlight=False, markup=False).print(f"{slack_id!r} is no Slack user id, like U012AB3CD.")
        return FAILED
    try:
        gone = asyncio.run(_forget(memory.load(), slack_id, clock=clock))
    except ConfigurationError as error:
        return connection.complain(error)
    except KeyboardInterrupt:
        console.print("Stopped. Do this again, so that all of it is erased.")
        return INTERRUPTED
    told = (
        f"Erased. Rows deleted: {gone.deleted}, changed: {gone.changed}. Where this person acted, {gone.pseudonym} "
        "stands now. Backups, Slack’s messages and Pivotal keep what they have."
    )
    console.print(told if gone.deleted or gone.changed else f"Nothing of {slack_id} is stored.")
    if not gone.scrubbed:
        console.print("The file is in use: what was deleted may still be read in it. Stop the bot and do this again.")
    return 0


def parse(text: str) -> Roster:
    """Read a file; raises Unreadable with every problem in it."""
    try:
        rows = list(csv.DictReader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise Unreadable([f"It is not CSV: {error}."]) from error
    header = rows[0] if rows else {}
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise Unreadable([f"It has no row with the columns {', '.join(NEEDED)}."])
    people: dict[str, Person] = {}
    problems, blank, guessed = list[str](), 0, 0
    for line, row in enumerate(rows, 2):
        cells = {name: _cell(row.get(name)) for name in COLUMNS}
        if not cells["slack_id"]:
            blank += 1
        elif cells["status"] == "guessed":
            guessed += 1
        elif wrong := _wrong(cells, people):
            problems.append(f"Row {line}: {wrong}.")
        else:
            people[cells["pivotal_id"]] = Person(
                cells["pivotal_id"], cells["slack_id"], cells["name"], cells["email"] or None, learned="csv"
            )
    if problems:
        raise Unreadable(problems)
    return Roster(tuple(people.values()), blank, guessed)


def write(directory: Directory, owners: Iterable[Unmapped], file: TextIO, *, tell: Tell | None = None) -> None:
    """Write links and owners without one as CSV; no cell can be taken for a formula by a spreadsheet.

    `tell` is told how many are written, a thousand at a time.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = tuple(_rows(directory, tuple(owners)))
    for written, row in enumerate(rows):
        if tell and written % _PART == 0:
            tell("Writing people", written, len(rows))
        writer.writerow([harmless(cell) for cell in row])


def _rows(directory: Directory, owners: tuple[Unmapped, ...]) -> Iterator[tuple[str, ...]]:
    owned = {owner.pivotal_id: owner for owner in owners}
    for pivotal_id in dict.fromkeys((*owned, *sorted(directory.people))):
        person, owner = directory.people.get(pivotal_id) or Person(pivotal_id), owned.get(pivotal_id)
        status = "unlinked" if not person.slack_id else "confirmed" if person.confirmed else "guessed"
        yield (
            pivotal_id,
            person.slack_id or "",
            person.name or "",
            person.email or "",
            status,
            str(owner.count) if owner else "",
            ", ".join(owner.customers[:_CUSTOMERS]) if owner else "",
        )


def _wrong(cells: dict[str, str], people: dict[str, Person]) -> str:
    if not linkable(cells["pivotal_id"]):
        return "the pivotal_id is not one"
    if not _SLACK_ID.fullmatch(cells["slack_id"]):
        return f"{cells['slack_id']!r} is no Slack user id, such as U012AB3CD"
    if not cells["name"]:
        return "the name is missing"
    if cells["pivotal_id"] in people:
        return f"{cells['pivotal_id']} stands in an earlier row too"
    if cells["status"] not in ("", "confirmed", "unlinked"):
        return f"{cells['status']!r} is no status: write confirmed, guessed, or nothing"
    return ""


def _cell(value: str | None) -> str:
    return " ".join(as_meant(value or "").split())


async def _store(url: str, people: tuple[Person, ...], *, clock: Callable[[], datetime], tell: Tell) -> int:
    async with memory.opened(url, clock=clock) as store:
        return await People(store).take_in(people, tell=lambda done, total: tell("Linking", done, total))


async def _called(url: str, slack_id: str, *, clock: Callable[[], datetime]) -> str:
    async with memory.opened(url, clock=clock) as store:
        people = (await store.people.directory()).people.values()
    name = next((one.name for one in people if one.slack_id == slack_id and one.name), None)
    return f"{name} ({slack_id})" if name else slack_id


async def _forget(url: str, slack_id: str, *, clock: Callable[[], datetime]) -> Forgotten:
    async with memory.opened(url, clock=clock) as store:
        return await People(store).forget(slack_id, spelled=spellings)


async def _print(url: str, *, clock: Callable[[], datetime], tell: Tell | None) -> None:
    async with memory.opened(url, clock=clock) as store:
        directory = await store.people.directory()
        owners = unmapped(await _standings(store), directory=directory, phases=Phases())
        write(directory, owners, sys.stdout, tell=tell)


async def _standings(store: Store) -> list[Standing]:
    rows, customers, _ = await store.snapshot.load()
    return [Standing(row, customers.get(row.customer_id)) for row in rows]
