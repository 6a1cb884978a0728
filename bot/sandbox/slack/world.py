"""The invented workspace: who is in it, which channels it has and who sits in them; no behaviour."""

from dataclasses import dataclass
from enum import StrEnum

TEAM = "T0HOME001"
TEAM_NAME = "Larkspur"
OTHER_TEAM = "T0OTHER01"
OTHER_TEAM_NAME = "Aurora Foods"
CREATED = 1_700_000_000  # when all of it was made, in Unix seconds

BOT = "U0BOT0001"
BOT_ID = "B0BOT0001"
APP = "A0BOT0001"

ANA = "U0ANA0001"
BEN = "U0BEN0001"
CARA = "U0CARA001"
DEVON = "U0DEV0001"
MARA = "U0MARA001"
GUS = "U0GUEST01"
ERIN = "U0ERIN001"

ONBOARDING = "C0ONBOARD"
LAUNCHES = "C0LAUNCHS"
CS_LEADS = "C0LEADS01"
OLD_ONBOARDING = "C0ARCHIVD"
RANDOM = "C0RANDOM1"
AURORA_SHARED = "C0AURSHRD"
PARTNERS = "C0PARTNER"
GLOBEX_ONBOARDING = "C0GLOBEX1"


class Kind(StrEnum):
    """How a person belongs to the workspace."""

    MEMBER = "member"
    GUEST = "guest"
    EXTERNAL = "external"
    BOT = "bot"


@dataclass(frozen=True)
class Person:
    """Someone with an account that this workspace can see; `zone` is an IANA name."""

    id: str
    handle: str
    real_name: str
    title: str
    zone: str
    kind: Kind = Kind.MEMBER
    admin: bool = False

    @property
    def team(self) -> str:
        """The organisation the account belongs to."""
        return OTHER_TEAM if self.kind is Kind.EXTERNAL else TEAM

    @property
    def team_domain(self) -> str:
        """That organisation's part of the web address."""
        return "aurora-foods" if self.kind is Kind.EXTERNAL else "larkspur"

    @property
    def email(self) -> str:
        """An address under a name reserved for examples."""
        return f"{'.'.join(self.real_name.lower().split())}@{self.team_domain}.example"


@dataclass(frozen=True)
class UserGroup:
    """A user group; `members` are user ids."""

    id: str
    handle: str
    name: str
    description: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Channel:
    """A conversation. `peer` is the person of a direct message with the bot; `members` are user ids, the bot's too."""

    id: str
    name: str
    topic: str = ""
    members: frozenset[str] = frozenset()
    private: bool = False
    archived: bool = False
    shared: bool = False
    pending_shared: bool = False
    peer: str | None = None

    @property
    def is_im(self) -> bool:
        """Whether this is a direct message."""
        return self.peer is not None

    @property
    def bot_is_member(self) -> bool:
        """Whether the bot may post here."""
        return BOT in self.members


PEOPLE = (
    Person(ANA, "ana", "Ana Ruiz", "Customer success manager", "Europe/Berlin"),
    Person(BEN, "ben", "Ben Okafor", "Solutions engineer", "America/New_York"),
    Person(CARA, "cara", "Cara Lindqvist", "Head of onboarding", "Europe/Stockholm", admin=True),
    Person(DEVON, "devon", "Devon Park", "Product designer", "America/Los_Angeles"),
    Person(MARA, "mara", "Mara Kowalski", "Customer success manager", "Europe/Warsaw"),
    Person(GUS, "gus", "Gus Moreau", "Implementation partner", "Europe/Paris", Kind.GUEST),
    Person(ERIN, "erin", "Erin Walsh", "Operations, Aurora Foods", "Europe/London", Kind.EXTERNAL),
)

MANAGERS = "S0MANAGRS"
CS_TEAM = "S0CSTEAM1"

USER_GROUPS = (
    UserGroup(MANAGERS, "managers", "Managers", "Who leads the onboarding team", (CARA, MARA)),
    UserGroup(CS_TEAM, "cs-team", "Customer success", "Everyone who onboards customers", (ANA, BEN, MARA, CARA)),
)

_EVERYONE = frozenset({ANA, BEN, CARA, DEVON, MARA})


def direct_message(person: str) -> str:
    """The id of a person's direct message with the bot."""
    return "D" + person[1:]


CHANNELS = (
    Channel(ONBOARDING, "onboarding", "Where every onboarding stands", _EVERYONE | {BOT}),
    Channel(LAUNCHES, "launches", "Who goes live this week", _EVERYONE | {BOT}),
    Channel(CS_LEADS, "cs-leads", "Leads only", frozenset({ANA, CARA, BOT}), private=True),
    Channel(OLD_ONBOARDING, "old-onboarding", "Until 2024", frozenset({ANA, CARA, BOT}), archived=True),
    Channel(RANDOM, "random", "Anything else", _EVERYONE),
    Channel(AURORA_SHARED, "aurora-shared", "With Aurora Foods", frozenset({ANA, BEN, CARA, ERIN, BOT}), shared=True),
    Channel(PARTNERS, "partners", "With our partners", frozenset({ANA, CARA, GUS, BOT})),
    Channel(GLOBEX_ONBOARDING, "globex-onboarding", "Globex goes live", frozenset({ANA, BEN, CARA, MARA, BOT})),
    *(
        Channel(direct_message(person.id), person.handle, members=frozenset({person.id, BOT}), peer=person.id)
        for person in PEOPLE
    ),
)
