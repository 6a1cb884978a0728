"""Who may do what, in one table; Pivotal's API key may do everything, so the limits are drawn here."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Forbidden
from bot.domain.records import OWNER_ROLES, Actor, Directory
from bot.pivotal.models import OnboardingRow


class Right(StrEnum):
    """Everything this bot can be asked to do."""

    READ = "read"
    MOVE = "move"
    STATE = "state"
    SHARE = "share"
    SUBSCRIBE = "subscribe"
    DIGEST_NOW = "digest_now"
    LINK = "link"
    LOG = "log"
    NOTE = "note"
    HANDOVER = "handover"
    NEW = "new"


class Role(StrEnum):
    """What somebody is to this bot, or to one onboarding."""

    MEMBER = "member"
    """Of the home workspace, and no guest."""
    LINKED = "linked"
    """A member linked to a Pivotal user."""
    OWNER = "owner"
    """Linked to one of the people this onboarding belongs to."""
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who has a right, and what it is called in a refusal."""

    what: str
    roles: frozenset[Role]


RULES = {
    Right.READ: Rule("look at onboardings", frozenset({Role.MEMBER})),
    Right.MOVE: Rule("move this onboarding", frozenset({Role.OWNER, Role.ADMIN})),
    Right.STATE: Rule("change the state of this onboarding", frozenset({Role.OWNER, Role.ADMIN})),
    Right.SHARE: Rule("share an onboarding", frozenset({Role.MEMBER})),
    Right.SUBSCRIBE: Rule("change a channel's digests", frozenset({Role.LINKED, Role.ADMIN})),
    Right.DIGEST_NOW: Rule("post a digest now", frozenset({Role.LINKED, Role.ADMIN})),
    Right.LINK: Rule("link people to Pivotal users", frozenset({Role.ADMIN})),
    Right.LOG: Rule("see who did what", frozenset({Role.MEMBER})),
    Right.NOTE: Rule("add a note", frozenset({Role.LINKED, Role.ADMIN})),
    Right.HANDOVER: Rule("hand onboardings over from one person to another", frozenset({Role.ADMIN})),
    Right.NEW: Rule("create an onboarding", frozenset({Role.LINKED, Role.ADMIN})),
}


def allowed(right: Right, actor: Actor, *, onboarding: OnboardingRow | None = None) -> bool:
    """Whether the person has the right, on this onboarding where one is given."""
    return not RULES[right].roles.isdisjoint(roles(actor, onboarding=onboarding))


def check(
    right: Right, actor: Actor, *, onboarding: OnboardingRow | None = None, directory: Directory | None = None
) -> None:
    """Raise Forbidden unless the person has the right; its hint says who has it, by name with a `directory`."""
    if allowed(right, actor, onboarding=onboarding):
        return
    if not roles(actor, onboarding=onboarding):
        raise Forbidden(
            "This bot answers only full members of the workspace it is installed in.",
            hint="Ask a colleague there to look for you.",
        )
    rule = RULES[right]
    raise Forbidden(f"You may not {rule.what}.", hint=_who(rule, actor, onboarding, directory))


def roles(actor: Actor, *, onboarding: OnboardingRow | None = None) -> frozenset[Role]:
    """What the person is here; nothing at all for guests and for people of other organisations, admins or not."""
    if not actor.home or actor.guest:
        return frozenset()
    found = {Role.MEMBER}
    if actor.admin:
        found.add(Role.ADMIN)
    if actor.pivotal_ids:
        found.add(Role.LINKED)
    if onboarding and actor.pivotal_ids & set(owners(onboarding).values()):
        found.add(Role.OWNER)
    return frozenset(found)


def owners(onboarding: OnboardingRow) -> dict[str, str]:
    """Role → Pivotal user id, of the roles that somebody has."""
    found = {role: getattr(onboarding, f"{role}_id") for role in OWNER_ROLES}
    return {role: pivotal_id for role, pivotal_id in found.items() if pivotal_id}


def _who(rule: Rule, actor: Actor, onboarding: OnboardingRow | None, directory: Directory | None) -> str:
    if Role.OWNER in rule.roles:
        ids = dict.fromkeys(owners(onboarding).values()) if onboarding else {}
        if ids and directory:
            have = f"{', '.join(map(directory.name, ids))} and this bot's admins can."
        else:
            have = "Its owners in Pivotal and this bot's admins can."
    elif Role.LINKED in rule.roles:
        have = "People who are linked to their Pivotal user and this bot's admins can."
    else:
        have = "This bot's admins can."
    if actor.pivotal_ids or rule.roles == {Role.ADMIN}:
        return have
    return f"{have} You are not linked to a Pivotal user yet: an admin of this bot can do that."
