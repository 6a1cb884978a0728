"""Owners that Pivotal names and nobody has confirmed: how many onboardings each has, and whose, so people can tell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain import rights, states
from bot.domain.phases import Phases
from bot.domain.records import Directory, Person, Standing

_ID = re.compile(r"[^\s<>|&`]{1,100}")


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A Pivotal user without a confirmed Slack user; `person` is what is known or guessed of them, or None."""

    pivotal_id: str
    count: int
    """Open onboardings they own, in any role."""
    customers: tuple[str, ...]
    """The names of their customers, without repetition."""
    roles: tuple[str, ...]
    person: Person | None = None

    @property
    def claimed(self) -> bool:
        """Somebody is guessed to be this user."""
        return bool(self.person and self.person.slack_id)


def unmapped(standings: Iterable[Standing], *, directory: Directory, phases: Phases) -> tuple[Unmapped, ...]:
    """Owners of open onboardings whom nobody is confirmed to be, those with the most onboardings first."""
    owned: dict[str, list[Standing]] = {}
    roles: dict[str, dict[str, None]] = {}
    for standing in standings:
        if states.closed(standing.onboarding, phases=phases):
            continue
        of_this = rights.owners(standing.onboarding)
        for role, pivotal_id in of_this.items():
            roles.setdefault(pivotal_id, {})[role] = None
        for pivotal_id in set(of_this.values()):
            owned.setdefault(pivotal_id, []).append(standing)
    found = [
        Unmapped(
            pivotal_id,
            count=len(theirs),
            customers=tuple(dict.fromkeys(standing.title for standing in theirs)),
            roles=tuple(roles[pivotal_id]),
            person=directory.people.get(pivotal_id),
        )
        for pivotal_id, theirs in owned.items()
        if linkable(pivotal_id) and not _confirmed(directory.people.get(pivotal_id))
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.pivotal_id)))


def linkable(pivotal_id: str) -> bool:
    """Whether a text can be a Pivotal user's id: one word, without markup."""
    return _ID.fullmatch(pivotal_id) is not None and pivotal_id.isprintable()


def _confirmed(person: Person | None) -> bool:
    return person is not None and person.slack_id is not None and person.confirmed
