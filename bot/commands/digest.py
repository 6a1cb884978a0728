"""`onboarding-bot digest`: writes a digest to the terminal or as JSON, without Slack, for cron jobs and CI.

It needs Pivotal's key. Where the bot has a memory it tells what was seen, and nothing is written into that memory.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from pydantic import field_validator
from rich.console import Console

from bot.commands import connection, digest_json, memory, terminal
from bot.commands.connection import Connection
from bot.commands.digest_json import Told
from bot.commands.process import configure_logs
from bot.commands.progress import Tell, progress
from bot.config import ConfigurationError
from bot.digests import DIGESTS
from bot.digests.writing import Round, write
from bot.domain import dates, risk, words
from bot.domain.errors import BotError, UpstreamError, UserError
from bot.domain.filters import ME, MINE
from bot.domain.phases import Phases
from bot.domain.records import Subscription
from bot.domain.risk import Thresholds
from bot.pivotal import AsyncPivotalApi, Attempt, Hooks, Outcome
from bot.services import walks
from bot.services.journal import Journal
from bot.services.ledger import Ledger
from bot.services.onboardings import Onboardings
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.snoozing import Snoozing
from bot.store import Store

FAILED = 1
"""Exit code when Pivotal does not answer and nothing fresh enough is known."""
UNUSABLE = connection.UNUSABLE
INTERRUPTED = 130

_MINE = {MINE, f"owner:{ME}"}
"""What in Slack stands for who asks."""


class Wanted(Connection):
    """The settings a digest depends on, by the names that `serve` reads them by."""

    bot_timezone: str = "UTC"
    bot_risk: str = ""
    bot_week_start: Literal["auto", "monday", "saturday", "sunday"] = "auto"

    @field_validator("bot_week_start", mode="before")
    @classmethod
    def _word(cls, value: str) -> str:
        return value.strip().lower()

    @field_validator("bot_timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            return dates.zone(value).key
        except BotError as error:
            raise ValueError(error.message.rstrip(".")) from None

    @field_validator("bot_risk")
    @classmethod
    def _thresholds(cls, value: str) -> str:
        try:
            risk.thresholds(value)
        except BotError as error:
            raise ValueError(error.message.rstrip(".")) from None
        return value


@dataclass(frozen=True, slots=True)
class Parts:
    """What a digest is written from, out of a memory of this run's own."""

    ledger: Ledger
    snoozing: Snoozing
    portfolio: Portfolio
    journal: Journal
    people: People
    phases: Phases
    thresholds: Thresholds
    week_start: str
    test_key: bool


def main(kind: str, *, filters: str, zone: str | None, as_json: bool, clock: Callable[[], datetime]) -> int:
    """Print a digest with the settings of the environment and `.env`; gives the exit code."""
    configure_logs(quiet=True)  # what is printed is the digest
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        with progress(errors) as tell:
            told = asyncio.run(_told(connection.read(Wanted), kind, filters=filters, zone=zone, clock=clock, tell=tell))
    except ConfigurationError as error:
        return connection.complain(error)
    except BotError as error:
        errors.print(terminal.plain(f"{error.message} {error.hint}".strip()))
        return FAILED if isinstance(error, UpstreamError) else UNUSABLE
    except KeyboardInterrupt:
        errors.print("Stopped. Nothing was changed.")
        return INTERRUPTED
    if as_json:
        print(digest_json.document(told))  # noqa: T201 - what was asked for
    else:
        terminal.show(told.written.message, told.written.thread, Console(highlight=False))
    return 0


async def _told(
    settings: Wanted, kind: str, *, filters: str, zone: str | None, clock: Callable[[], datetime], tell: Tell
) -> Told:
    digest, now = DIGESTS[kind], clock()
    place = dates.zone(zone or settings.bot_timezone).key
    if {word.casefold() for word in words.split(filters)} & _MINE:
        raise UserError("Nobody is asking here.", hint="Say whose: `owner:` and the id of a Pivotal user.")
    subscription = Subscription("", "", "", kind, digest.days, digest.at, place, "", now, filters)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(_copied(memory.load(), clock=clock))
        hooks = Hooks(after=(_Pages(await _usual(store), tell).note,))
        pivotal = await stack.enter_async_context(settings.awaited(clock=clock, hooks=hooks))
        parts = await _parts(settings, pivotal, store, clock=clock)
        stack.push_async_callback(parts.portfolio.close)
        round_ = Round(parts.portfolio, now=now, asked=True)
        written = await write(digest, subscription, parts, round_)
        return Told(written, subscription, await round_.snapshot(), parts.people.directory, now, parts.test_key)


class _Pages:
    """Counts the pages of Pivotal's lists as they come in."""

    def __init__(self, usual: int | None, tell: Tell) -> None:
        self._usual = usual
        self._tell = tell
        self._read = 0
        tell("Reading Pivotal’s lists, in pages", 0, usual)

    def note(self, attempt: Attempt, outcome: Outcome) -> None:
        if attempt.operation.endswith(".list") and outcome.status == HTTPStatus.OK:
            self._read += 1
            # Lists grow: there is never less than what has been read.
            self._tell("Reading Pivotal’s lists, in pages", self._read, self._usual and max(self._usual, self._read))


async def _usual(store: Store) -> int | None:
    """How many pages there were when the bot last read them all; None where it has no memory of that."""
    rows, customers, as_of = await store.snapshot.load()
    return None if as_of is None else walks.pages(len(rows)) + walks.pages(len(customers))


async def _parts(settings: Wanted, pivotal: AsyncPivotalApi, store: Store, *, clock: Callable[[], datetime]) -> Parts:
    people = People(store)
    await people.load()
    portfolio = Portfolio(pivotal, store, clock=clock, phases=settings.phases)
    await portfolio.load()
    thresholds = risk.thresholds(settings.bot_risk)
    onboardings = Onboardings(
        pivotal, portfolio, phases=settings.phases, web=settings.pivotal_base_url, thresholds=thresholds
    )
    return Parts(
        Ledger(store),
        Snoozing(store, onboardings, portfolio, people, clock=clock),
        portfolio,
        Journal(store, portfolio, clock=clock),
        people,
        settings.phases,
        thresholds,
        settings.bot_week_start,
        pivotal.mode == "test",
    )


@asynccontextmanager
async def _copied(url: str, *, clock: Callable[[], datetime]) -> AsyncIterator[Store]:
    """A memory for this run alone, which knows what the bot's own has seen, where there is one.

    The bot's own is left as it is: this key may be another than the bot's, and see another workspace.
    """
    with TemporaryDirectory(prefix="onboarding-bot-") as folder:
        copy = await Store.open(f"sqlite:///{Path(folder) / 'memory.db'}", clock=clock)
        try:
            if memory.exists(url):
                async with memory.opened(url, clock=clock) as store:
                    await _take_over(store, copy)
            yield copy
        finally:
            await copy.close()


async def _take_over(store: Store, copy: Store) -> None:
    """Copy what was seen, who is who, and how everything stood last, so that what changed since is seen too."""
    _, seen = await store.observations.after(0)
    await copy.observations.add(seen)
    await copy.people.link(*(await store.people.directory()).people.values())
    rows, customers, as_of = await store.snapshot.load()
    if as_of is not None:
        met = await store.snapshot.met()
        await copy.snapshot.refresh(rows, customers.values(), begun=0, as_of=as_of, source="poll", met=met)
