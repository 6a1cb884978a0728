"""Who is who: whoever asks, who is linked to whom, and what an installation allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Writes(StrEnum):
    """Who may change an onboarding in this installation."""

    OWNERS = "owners"
    """Its owners, besides managers and admins."""
    TEAM = "team"
    """Everybody who may look."""
    OFF = "off"
    """Nobody: a pilot that only reads."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation has decided about rights."""

    writes: Writes = Writes.OWNERS
    managers: bool = False
    """Managers are named. Where they are not, linked people look after the channels' digests."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: a Slack user, as the bot knows them at this moment."""

    slack_id: str
    team_id: str
    name: str
    zone: str = "UTC"
    home: bool = True
    """Belongs to the workspace the bot is installed in."""
    guest: bool = False
    bot: bool = False
    """An app, or Slack itself."""
    admin: bool = False
    pivotal_ids: frozenset[str] = frozenset()
    """The Pivotal users this person is, confirmed: they carry an owner's rights."""
    guessed_ids: frozenset[str] = frozenset()
    """Those they are only guessed to be: good for names and for `mine`, and for nothing else."""
    manager: bool = False
    reader: bool = True
    """May look, as far as the settings say: a member of the readers' user group, where there is one."""
    unread: str = ""
    """Why Slack will not say whether they may look: nothing is allowed them then."""
    policy: Policy = Policy()
    unknown: bool = False
    """Slack could not say who this is; nothing is allowed them, and nothing is held against them."""

    @property
    def own_ids(self) -> frozenset[str]:
        """Whose onboardings `mine` shows, confirmed or guessed."""
        return self.pivotal_ids | self.guessed_ids


@dataclass(frozen=True, slots=True)
class Person:
    """A link between a Pivotal user and a Slack user, and how it was learned."""

    pivotal_id: str
    slack_id: str | None = None
    name: str | None = None
    email: str | None = None
    learned: str = "admin"
    """`admin`, `csv`, `claim` or `webhook`."""
    confirmed: bool = True
    """An admin said so. A guess serves names and `mine`, and gives no right."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Every known person, by Pivotal user id."""

    people: Mapping[str, Person] = field(default_factory=dict)

    def name(self, pivotal_id: str) -> str:
        """Say who this is; an id nobody is linked to is said to be just that."""
        person = self.people.get(pivotal_id)
        return person.name if person and person.name else f"unlinked owner ({pivotal_id})"

    def surely(self, pivotal_id: str) -> str:
        """Say who this is where an admin has confirmed it: what somebody says of themselves gives them no right."""
        person = self.people.get(pivotal_id)
        return person.name if person and person.confirmed and person.name else f"unlinked owner ({pivotal_id})"

    def of_slack(self, slack_id: str) -> frozenset[str]:
        """The Pivotal user ids linked to one Slack user, confirmed or guessed."""
        return frozenset(p.pivotal_id for p in self.people.values() if p.slack_id == slack_id)

    def confirmed(self, slack_id: str) -> frozenset[str]:
        """Those of them that an admin confirmed."""
        return frozenset(p.pivotal_id for p in self.people.values() if p.slack_id == slack_id and p.confirmed)
