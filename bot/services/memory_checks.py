"""Checks of the bot's memory: the database and its disk, and what it knows of people and of Pivotal's events."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.findings import Finding, Level, Part
from bot.domain.phases import Phases
from bot.domain.records import Standing
from bot.domain.unmapped import unmapped
from bot.services.checkup import Check
from bot.services.events import LIVELY
from bot.store import Store, looking
from bot.store.looking import File, Look, Schema, Unread

ROOM, LITTLE_ROOM = 1_000_000_000, 100_000_000
"""Bytes on the disk: with less than the first there will be none some day, with less than the second soon."""
PATIENCE = 5.0
"""Seconds that the database has to say what it is."""
MANY = 200
"""Events that wait: more are a jam."""
FIRST = "Mend “database” first."

Found = tuple[Finding, ...]


class Unknown(Exception):
    """What is in the memory cannot be read; the message says why, in a word or two."""


class MemoryChecks:
    """Looks into the memory at `url` by `store`, without changing it; None where there is no memory yet.

    An empty `url` says that there is none that can be used. `webhooks` says whether Pivotal's events are listened for.
    """

    def __init__(
        self, url: str, store: Store | None, *, phases: Phases, webhooks: bool, clock: Callable[[], datetime]
    ) -> None:
        self._url = url
        self._store = store
        self._phases = phases
        self._webhooks = webhooks
        self._clock = clock
        self._turn = asyncio.Lock()
        self._known: Look | Unread | None = None

    def checks(self) -> tuple[Check, ...]:
        """All of them."""
        return (
            Check(Part.MEMORY, "database", self._database),
            Check(Part.MEMORY, "disk", self._disk),
            Check(Part.PIVOTAL, "webhooks", self._events),
            Check(Part.PEOPLE, "links", self._people),
        )

    async def readable(self) -> Store | None:
        """The memory, when it can be read; None when nothing was stored yet. Raises Unknown."""
        if not self._url:
            raise Unknown("without a usable DATABASE_URL")
        if self._store is None:
            return None
        try:
            schema = (await self._look(self._store)).schema
        except Unread:
            raise Unknown("while the database cannot be read") from None
        if schema in (Schema.AHEAD, Schema.BEHIND):
            raise Unknown("while the database is of another version")
        return None if schema is Schema.EMPTY else self._store

    async def _look(self, store: Store) -> Look:
        """Look once, whoever asks; raises Unread, to each of them."""
        async with self._turn:
            if self._known is None:
                try:
                    async with asyncio.timeout(PATIENCE):
                        self._known = await looking.look(store.database)
                except TimeoutError:
                    self._known = Unread(f"no answer within {PATIENCE:g} seconds")
                except Unread as error:
                    self._known = error
        if isinstance(self._known, Unread):
            raise self._known
        return self._known

    async def _database(self) -> Found:
        if not self._url:
            return (_memory(Level.WARN, "not looked at, without a usable DATABASE_URL", "Mend “Settings” first."),)
        kind = looking.named(self._url)
        if self._store is None:
            return (_memory(Level.OK, f"{kind}: there is none yet, serve makes it"),)
        try:
            look = await self._look(self._store)
        except Unread as error:
            remedy = "Check DATABASE_URL, and that the database runs and lets this user in; or restore a backup."
            return (_memory(Level.FAIL, f"{kind}: it cannot be read ({error})", remedy),)
        if look.standby:
            remedy = "Name the primary server in DATABASE_URL."
            return (_memory(Level.FAIL, f"{kind}: it is a standby, which takes no changes", remedy),)
        return (_of_schema(kind, look),)

    async def _disk(self) -> Found:
        if not self._url:
            return ()
        try:
            file = looking.file(self._url)
        except OSError as error:
            remedy = "Check DATABASE_URL, and that the bot’s user may look into that folder."
            return (
                Finding(Part.MEMORY, "disk", Level.FAIL, f"its file cannot be looked at ({error.strerror})", remedy),
            )
        if file is None:
            return (Finding(Part.MEMORY, "disk", Level.OK, "PostgreSQL looks after its own"),)
        return (_of_file(file),)

    async def _events(self) -> Found:
        def found(level: Level, told: str, remedy: str = "") -> Found:
            return (Finding(Part.PIVOTAL, "webhooks", level, told, remedy),)

        if not self._webhooks:
            return found(Level.OK, "not set up: changes are seen when Pivotal is read")
        try:
            store = await self.readable()
        except Unknown as error:
            return found(Level.WARN, f"not known {error}", FIRST)
        last = await store.inbox.last_received(self._clock()) if store else None
        waiting = await store.inbox.waiting() if store else 0
        check = "In Pivotal, under Developer > Webhooks, check the endpoint’s address and its last deliveries"
        if last is None:
            return found(Level.WARN, "no event has ever come", f"{check}.")
        ago = f"the last event came {_ago(self._clock() - last)} ago, {waiting} wait to be worked off"
        if self._clock() - last > LIVELY:
            return found(Level.WARN, ago, f"{check}; if nothing happened there since, all is well.")
        if waiting > MANY:
            return found(Level.WARN, ago, "See under “Pivotal key” and “rate” what keeps the bot from reading Pivotal.")
        return found(Level.OK, ago)

    async def _people(self) -> Found:
        try:
            store = await self.readable()
        except Unknown as error:
            return (_links(Level.WARN, f"not known {error}", FIRST),)
        rows, customers, _ = await store.snapshot.load() if store else ((), {}, None)
        if store is None or not rows:
            return (_links(Level.OK, "no onboarding was seen yet, and so no owner"),)
        directory = await store.people.directory()
        standings = [Standing(row, customers.get(row.customer_id)) for row in rows]
        left = unmapped(standings, directory=directory, phases=self._phases)
        if not left:
            return (_links(Level.OK, "every owner of an open onboarding is linked to a Slack user, and confirmed"),)
        claimed = sum(one.claimed for one in left)
        told = f"owners of open onboardings without a confirmed Slack user: {len(left)}"
        told += f", of whom {claimed} said who they are" if claimed else ""
        remedy = "Link them with `/onboarding people`, or with a file: `onboarding-bot people export`, then `import`."
        return (_links(Level.WARN, told, remedy),)


def _of_schema(kind: str, look: Look) -> Finding:
    match look.schema:
        case Schema.EMPTY:
            return _memory(Level.OK, f"{kind}: it is empty, serve makes its tables")
        case Schema.BEHIND:
            remedy = "Make a backup with `onboarding-bot backup`; serve brings it up to date when it starts."
            return _memory(Level.WARN, f"{kind}: its schema is {look.version}, older than {look.needed}", remedy)
        case Schema.AHEAD:
            remedy = "Run that version again, or restore the backup made before it."
            return _memory(Level.FAIL, f"{kind}: a newer version of the bot has changed it ({look.version})", remedy)
    return _memory(Level.OK, f"{kind}: its schema is {look.version}, as it should be")


def _of_file(file: File) -> Finding:
    told = f"{file.path}, {_size(file.size)}; {_size(file.free)} free" if file.there else f"{file.path}, not made yet"

    def found(level: Level, said: str, remedy: str) -> Finding:
        return Finding(Part.MEMORY, "disk", level, f"{file.path} {said}", remedy)

    if not file.writable:
        return found(
            Level.FAIL, "cannot be written to", "Give the bot’s user the right to write the file and its folder."
        )
    if file.free < LITTLE_ROOM:
        return found(Level.FAIL, f"has {_size(file.free)} left on its disk", "Make room on that disk at once.")
    if file.free < ROOM:
        return found(Level.WARN, f"has {_size(file.free)} left on its disk", "Make room on that disk.")
    if not file.private:
        remedy = "Take the others’ rights away with `chmod 600`; serve does it when it starts."
        return found(Level.WARN, "can be read by others on this computer", remedy)
    return Finding(Part.MEMORY, "disk", Level.OK, told)


def _memory(level: Level, found: str, remedy: str = "") -> Finding:
    return Finding(Part.MEMORY, "database", level, found, remedy)


def _links(level: Level, found: str, remedy: str = "") -> Finding:
    return Finding(Part.PEOPLE, "links", level, found, remedy)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= ROOM else f"{count / 1e6:.1f} MB"


def _ago(span: timedelta) -> str:
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"
