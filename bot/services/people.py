"""Who is who: links between Pivotal users and Slack users, made by admins or claimed and then confirmed."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import rights
from bot.domain.errors import NotFound, Refused, UserError
from bot.domain.records import Actor, AuditEntry, Directory, Person
from bot.domain.rights import Right
from bot.domain.unmapped import linkable
from bot.store import Store

NOW = timedelta()
RECENT = timedelta(seconds=2)
"""How old the links may be for who only looks; what changes something, or posts, goes by what they are then."""
ASK_AGAIN = timedelta(days=1)
"""How soon the admins are asked about the same claim again."""

Watcher = Callable[[str], None]
"""Told a Slack user id."""

_OPERATOR = Actor("", "", "Command line", home=False)


@dataclass(frozen=True, slots=True)
class Linked:
    """A link that was made; `former` is who loses the place, if anybody does."""

    person: Person
    former: Person | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a request about people came from, and its reference, for the audit."""

    source: str = "command"
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody was erased: their pseudonym, the rows deleted and changed, and whether no trace is left in the file."""

    pseudonym: str
    deleted: int
    changed: int
    scrubbed: bool


class People:
    """The directory, kept in memory and in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watchers: list[Watcher] = []
        self.directory = Directory()
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()

    def watch(self, watcher: Watcher) -> None:
        """Have `watcher` called for everybody whose link has changed, and for who changed it."""
        self._watchers.append(watcher)

    def _changed(self, *slack_ids: str | None) -> None:
        for slack_id in dict.fromkeys(filter(None, slack_ids)):
            for watcher in self._watchers:
                watcher(slack_id)

    async def load(self, *, max_age: timedelta = NOW) -> None:
        """Read the directory from the store, unless it is young enough.

        Another process, or the command line, may have changed it; what this one changes is known at once.
        """
        if self._young(max_age):
            return
        if not max_age:
            await self._read()
            return
        async with self._reading:  # who asks meanwhile is content with what was read for the first
            if not self._young(max_age):
                await self._read()

    def _young(self, max_age: timedelta) -> bool:
        # A clock that was set back makes nothing young.
        return self._read_at is not None and abs(self._store.clock() - self._read_at) < max_age

    async def _read(self) -> None:
        now = self._store.clock()
        found = await self._store.people.directory()
        if found != self.directory:  # what was drawn by the same one is good still
            self.directory = found
        self._read_at = now

    async def link(self, pivotal_id: str, *, slack_id: str, name: str, by: Actor, trace: Trace = Trace()) -> Linked:
        """Link a Pivotal user to a Slack user, confirmed. Admins only: a link carries an owner's rights."""
        person = Person(pivotal_id, slack_id=slack_id, name=name)
        try:
            rights.check(Right.LINK, by)
            readable(pivotal_id)
        except UserError as error:
            await self._store.audit.add(
                self._entry("link", person, by=by, trace=trace, outcome="refused", why=error.message)
            )
            raise
        await self.load()
        known = self.directory.people.get(pivotal_id)
        former = known if known and known.slack_id and known.slack_id != slack_id else None
        entry = self._entry("link", person, by=by, trace=trace, before=_named(known))
        await self._store.people.link(person, entry=entry)
        await self.load()
        self._changed(slack_id, former.slack_id if former else None, by.slack_id)
        return Linked(person, former)

    async def take_in(self, people: Iterable[Person], *, tell: Callable[[int, int], None]) -> int:
        """Make all the links of a file, or none; gives how many are new or other than before.

        For who runs the bot, whom no right stops: the audit says that it came from the command line. `tell` is told
        how many of how many are through.
        """
        await self.load()
        before = self.directory.people
        changed = [person for person in people if not _same(before.get(person.pivotal_id), person)]
        trace = Trace("people import")
        links = [
            (one, self._entry("link", one, by=_OPERATOR, trace=trace, before=_named(before.get(one.pivotal_id))))
            for one in changed
        ]
        await self._store.people.take_in(links, tell=lambda done: tell(done, len(links)))
        await self.load()
        return len(changed)

    async def forget(self, slack_id: str, *, spelled: Callable[[str], Iterable[str]]) -> Forgotten:
        """Erase somebody: a pseudonym takes their place wherever they acted, and the rest of them is deleted.

        For who runs the bot, like `take_in`. What Pivotal says of them comes from Pivotal, and stays. How a name stands
        in what was posted is said by `spelled`.
        """

        def entry(pseudonym: str) -> AuditEntry:
            return AuditEntry(
                at=self._store.clock(),
                slack_id=_OPERATOR.slack_id,
                name=_OPERATOR.name,
                source="people forget",
                action="forget",
                onboarding_id=None,
                title=pseudonym,
                before="",
                after="erased",
                outcome="done",
                reference="",
            )

        erased = await self._store.erasure.forget(slack_id, entry=entry, spelled=spelled)
        # Even where nothing was stored any more: an erasure before may have found the file in use.
        scrubbed = await self._store.erasure.scrub()
        await self.load()
        return Forgotten(erased.pseudonym, erased.deleted, erased.changed, scrubbed)

    async def claim(self, pivotal_id: str, *, by: Actor, trace: Trace) -> bool:
        """Keep what somebody says of themselves as a guess; it grants nothing until an admin confirms it.

        Says whether the admins are to be asked: not twice a day about the same claim. Raises Refused when the place
        is another's.
        """
        rights.check(Right.CLAIM, by)
        readable(pivotal_id)
        wanted = Person(pivotal_id, slack_id=by.slack_id, name=by.name, learned="claim", confirmed=False)
        stands = await self._store.people.guess(wanted, entry=self._entry("claim", wanted, by=by, trace=trace))
        await self.load()
        if stands.slack_id != by.slack_id:
            why = f"{stands.name or 'Somebody else'} is linked to the Pivotal user {pivotal_id} already."
            await self._store.audit.add(self._entry("claim", wanted, by=by, trace=trace, outcome="refused", why=why))
            raise Refused(why, hint="If that is wrong, an admin of this bot can change it.")
        if stands.confirmed:
            raise Refused(f"You are linked to the Pivotal user {pivotal_id} already.")
        self._changed(by.slack_id)
        key = f"claim:{by.team_id}:{by.slack_id}:{pivotal_id}"
        return await self._store.claims.first_time(key, now=self._store.clock(), keep=ASK_AGAIN)

    async def confirm(self, pivotal_id: str, *, slack_id: str, by: Actor, trace: Trace) -> Person:
        """Make a guess count. Raises Forbidden, and NotFound when it is no longer open."""
        return await self._settle("confirm", pivotal_id, slack_id=slack_id, by=by, trace=trace)

    async def reject(self, pivotal_id: str, *, slack_id: str, by: Actor, trace: Trace) -> Person:
        """Forget a guess. Raises Forbidden, and NotFound when it is no longer open."""
        return await self._settle("reject", pivotal_id, slack_id=slack_id, by=by, trace=trace)

    async def _settle(self, action: str, pivotal_id: str, *, slack_id: str, by: Actor, trace: Trace) -> Person:
        await self.load()
        known = self.directory.people.get(pivotal_id)
        guess = known if known and known.slack_id == slack_id else Person(pivotal_id, slack_id=slack_id)
        try:
            rights.check(Right.LINK, by)
        except UserError as error:
            await self._store.audit.add(
                self._entry(action, guess, by=by, trace=trace, outcome="refused", why=error.message)
            )
            raise
        settle = self._store.people.confirm if action == "confirm" else self._store.people.reject
        entry = self._entry(action, guess, by=by, trace=trace)
        if not await settle(pivotal_id, slack_id=slack_id, entry=entry):
            raise NotFound("That is settled already.", hint=f"{pivotal_id} is {_named(known)} now.")
        await self.load()
        self._changed(slack_id, by.slack_id)
        return guess

    def _entry(
        self,
        action: str,
        person: Person,
        *,
        by: Actor,
        trace: Trace,
        before: str = "",
        outcome: str = "done",
        why: str | None = None,
    ) -> AuditEntry:
        return AuditEntry(
            at=self._store.clock(),
            slack_id=by.slack_id,
            name=by.name,
            source=trace.source,
            action=action,
            onboarding_id=None,
            title=f"Pivotal user {person.pivotal_id}",
            before=before,
            after=_named(person),
            outcome=outcome,
            reference=trace.reference,
            reason=why,
        )


def readable(pivotal_id: str) -> str:
    """Give a Pivotal user id as it is; raises UserError when it cannot be one."""
    if not linkable(pivotal_id):
        raise UserError("That is not a Pivotal user id.", hint="Copy it from a card that says “unlinked owner (…)”.")
    return pivotal_id


def _same(known: Person | None, wanted: Person) -> bool:
    """Whether a link stands already; an e-mail address that the file does not give stays as it was."""
    return (
        known is not None
        and known.confirmed
        and (known.slack_id, known.name) == (wanted.slack_id, wanted.name)
        and wanted.email in (None, known.email)
    )


def _named(person: Person | None) -> str:
    if person is None or not person.slack_id:
        return "nobody"
    return f"{person.name or 'somebody'} ({person.slack_id})"
