"""The bot as a process that meets one fault after the other: for each there is a colleague whom none has met yet.

What the process logs is read from its stderr, and what it remembers from its database.
"""

import asyncio
import itertools
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.records import Person
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import BEN, BOT, Channel
from bot.sandbox.slack.world import Person as Account
from bot.services.alone import LEASE
from bot.store import Store
from tests.faults.conftest import Gate
from tests.processes import Process, until

ADVANCE = "Advance to Program buildout"
AHEAD_OF_A_LEASE = LEASE.total_seconds() + 1
"""Seconds after which the lock of one who died is free."""
NOON = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
"""A zone where it is noon, or a little later: days end, and nights are swept, elsewhere."""
COLLEAGUES = 12
FIRST = 89
LOCKER = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


class Colleague:
    """Somebody who owns an onboarding, together with Ben, in a channel of the two with the bot."""

    def __init__(self, slack: LocalSlack, store: Store, number: int) -> None:
        self.number = number
        self.id, self.channel, self.user = f"U0STAGE{number}", f"C0STAGE{number}", f"user_stage_{number}"
        self.customer = f"Customer {number}"
        self._slack, self._store = slack, store

    async def asks(self, text: str, *, by: str = "") -> str:
        """What they, or Ben, read in answer to a command."""
        who = by or self.id
        before = len(self.messages(by=who))
        assert (await self.types(text, by=who)).ok
        await until(lambda: len(self.messages(by=who)) > before)
        return self.messages(by=who)[-1]

    async def presses(self, *, by: str = "") -> str:
        """What they, or Ben, read after a press of Advance on the card they see."""
        before = self.messages(by=by)
        assert (await self.clicks(by=by)).ok
        await until(lambda: self.messages(by=by) != before)
        return next(one for one in reversed(self.messages(by=by)) if one not in before)

    async def types(self, text: str, *, by: str = "") -> Any:
        """Type a command; how it was acknowledged comes back, and nothing more is waited for."""
        return await self._slack.types(f"/onboarding {text}", by=by or self.id, channel=self.channel)

    async def clicks(self, label: str = ADVANCE, *, by: str = "") -> Any:
        """Press a button, likewise."""
        return await self._slack.clicks(label, by=by or self.id, channel=self.channel)

    def messages(self, *, by: str = "") -> list[str]:
        """What they, or Ben, see in the channel, oldest first."""
        return [one.seen for one in self._slack.messages(self.channel, by or self.id)]

    async def outcomes(self) -> list[str]:
        """What the audit says became of their attempts, oldest first."""
        kept = await self._store.audit.list(limit=200)
        return [entry.outcome for entry in reversed(kept) if entry.slack_id == self.id]


class Lines:
    """What a process has logged since this was made."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._begin = process.err.rfind("\n") + 1

    def of(self, event: str) -> list[dict[str, Any]]:
        """The lines of one event."""
        whole = self._process.err[self._begin :].rpartition("\n")[0]
        return [line for line in map(json.loads, whole.splitlines()) if line["event"] == event]

    async def line(self, event: str) -> dict[str, Any]:
        """The newest line of an event, which may be on its way."""
        await until(lambda: self.of(event))
        return self.of(event)[-1]

    async def why(self, event: str) -> str:
        """What that line gives as the cause."""
        return str((await self.line(event))["why"])


class Stage:
    """A local Slack, a local Pivotal, and what the bot remembers."""

    def __init__(self, slack: LocalSlack, pivotal: LocalPivotal, store: Store, gate: Gate) -> None:
        self.slack, self.pivotal, self.store, self.gate = slack, pivotal, store, gate
        self._numbers = itertools.count(FIRST)

    async def settles_in(self) -> None:
        """Let the colleagues be known to all before the bot starts."""
        await self.store.people.link(Person("user_se_001", slack_id=BEN, name="Ben Okafor"))
        for one in self._all():
            name = f"Colleague {one.number}"
            self.slack.workspace.people[one.id] = Account(one.id, one.id.lower(), name, "CSM", "UTC")
            members = frozenset({one.id, BEN, BOT})
            self.slack.workspace.channels[one.channel] = Channel(one.channel, one.channel.lower(), members=members)
            await self.store.people.link(Person(one.user, slack_id=one.id, name=name))
            self.pivotal.has_onboarding(
                one.number, customer=one.customer, phase="review", csm_id=one.user, se_id="user_se_001"
            )

    def colleague(self) -> Colleague:
        """The next one, of whom the bot has not asked Slack yet."""
        number = next(self._numbers)
        assert number < FIRST + COLLEAGUES, "there is nobody left who is not known yet"
        return Colleague(self.slack, self.store, number)

    def heals(self) -> None:
        """Everything works again."""
        self.slack.works_again()
        self.pivotal.works_again()
        self.gate.opens()

    def _all(self) -> Iterator[Colleague]:
        return (Colleague(self.slack, self.store, number) for number in range(FIRST, FIRST + COLLEAGUES))


@dataclass(frozen=True)
class Scene:
    """The stage, and the process that a module's tests watch."""

    stage: Stage
    process: Process


@asynccontextmanager
async def staged(database: str, **slack: Any) -> AsyncIterator[Stage]:
    """All but the bot, which is to be started."""
    gate = Gate()
    async with (
        LocalPivotal(sleep=gate.sleep) as pivotal,
        LocalSlack(manifest(), sleep=gate.sleep, **slack) as workspace,
    ):
        pivotal.rate_limit = 10_000
        store = await Store.open(database, clock=lambda: datetime.now(UTC))
        stage = Stage(workspace, pivotal, store, gate)
        await stage.settles_in()
        yield stage
        stage.heals()
        await store.close()


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Another process is in the middle of writing to the file."""
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", LOCKER, str(file), stdin=PIPE, stdout=PIPE)
    try:
        assert await other.stdout.readline() == b"locked\n"
        yield
    finally:
        await other.communicate(b"")
