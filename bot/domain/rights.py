"""Who may do what, in one table; Pivotal's API key may do everything, so the limits are drawn here."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Forbidden, Unlinked
from bot.domain.records import OWNER_ROLES, Actor, Directory, Writes
from bot.pivotal.models import OnboardingRow


class Right(StrEnum):
    """Everything this bot can be asked to do."""

    READ = "read"
    LOG = "log"
    DETAILS = "details"
    MOVE = "move"
    BACK = "back"
    SKIP = "skip"
    STATE = "state"
    DATE = "date"
    OWNERS = "owners"
    UNDO = "undo"
    NEW = "new"
    CONTACTS = "contacts"
    NOTE = "note"
    HANDOVER = "handover"
    SHARE = "share"
    FOLLOW = "follow"
    SNOOZE = "snooze"
    SUBSCRIBE = "subscribe"
    DIGEST_NOW = "digest_now"
    CLAIM = "claim"
    LINK = "link"
    SETTINGS = "settings"
    EXAMINE = "examine"


class Role(StrEnum):
    """What somebody is to this bot, or to one onboarding."""

    VIEWER = "viewer"
    """Of the home workspace, no guest, and in the readers' user group where there is one."""
    LINKED = "linked"
    """A viewer whose Pivotal user an admin has confirmed."""
    STAND_IN = "stand-in"
    """Somebody linked, where the settings name no managers."""
    OWNER = "owner"
    """Linked to one of the people this onboarding belongs to."""
    MANAGER = "manager"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who has a right, and what it is called in a refusal. `writes` says that it changes something in Pivotal."""

    what: str
    roles: frozenset[Role]
    writes: bool = False


_ANYBODY = frozenset({Role.VIEWER})
_ADMINS = frozenset({Role.ADMIN})
_MANAGERS = frozenset({Role.MANAGER, Role.ADMIN})
_OWNERS = _MANAGERS | {Role.OWNER}
_LINKED = _MANAGERS | {Role.LINKED}
_CHANNELS = _MANAGERS | {Role.STAND_IN}
_BY_LINK = frozenset({Role.OWNER, Role.LINKED})
_OWNED = tuple((role, f"{role}_id") for role in OWNER_ROLES)

RULES = {
    Right.READ: Rule("look at onboardings", _ANYBODY),
    Right.LOG: Rule("see who changed what", _ANYBODY),
    Right.DETAILS: Rule("see notes and contacts", _ANYBODY),
    Right.MOVE: Rule("move this onboarding", _OWNERS, writes=True),
    Right.BACK: Rule("send this onboarding back", _OWNERS, writes=True),
    Right.SKIP: Rule("skip phases", _ADMINS, writes=True),
    Right.STATE: Rule("change the state of this onboarding", _OWNERS, writes=True),
    Right.DATE: Rule("change the target date of this onboarding", _OWNERS, writes=True),
    Right.OWNERS: Rule("change who owns an onboarding", _MANAGERS, writes=True),
    Right.UNDO: Rule("undo a change of this onboarding", _OWNERS, writes=True),
    Right.NEW: Rule("create an onboarding", _LINKED, writes=True),
    Right.CONTACTS: Rule("add customers and contacts", _LINKED, writes=True),
    Right.NOTE: Rule("add a note", _LINKED),
    Right.HANDOVER: Rule("hand onboardings over", _MANAGERS, writes=True),
    Right.SHARE: Rule("share an onboarding", _ANYBODY),
    Right.FOLLOW: Rule("follow an onboarding", _ANYBODY),
    Right.SNOOZE: Rule("snooze this onboarding", _OWNERS),
    Right.SUBSCRIBE: Rule("change a channel’s digests", _CHANNELS),
    Right.DIGEST_NOW: Rule("post a digest now", _CHANNELS),
    Right.CLAIM: Rule("say which Pivotal user you are", _ANYBODY),
    Right.LINK: Rule("link people to Pivotal users", _ADMINS),
    Right.SETTINGS: Rule("see the settings of this bot", _ADMINS),
    Right.EXAMINE: Rule("have this bot examined", _ADMINS),
}


def allowed(right: Right, actor: Actor, *, onboarding: OnboardingRow | None = None) -> bool:
    """Whether the person has the right, on this onboarding where one is given."""
    rule, found = RULES[right], roles(actor, onboarding=onboarding)
    if rule.writes and actor.policy.writes is Writes.OFF:
        return False
    if rule.writes and actor.policy.writes is Writes.TEAM and Role.VIEWER in found:
        found |= {Role.OWNER, Role.LINKED}
    return not rule.roles.isdisjoint(found)


def check(
    right: Right, actor: Actor, *, onboarding: OnboardingRow | None = None, directory: Directory | None = None
) -> None:
    """Raise Forbidden unless the person has the right; its hint says who has it, by name with a `directory`.

    Unlinked, a kind of Forbidden, says that a link to a Pivotal user could give it.
    """
    if allowed(right, actor, onboarding=onboarding):
        return
    if not actor.home or actor.guest:
        raise Forbidden(
            "This bot answers only full members of the workspace it is installed in.",
            hint="Ask a colleague there to look for you.",
        )
    if not roles(actor) and actor.unread:
        raise Forbidden(actor.unread, hint="An admin of this bot can mend that; until then nobody else can use it.")
    if not roles(actor):
        raise Forbidden(
            "This bot answers only the members of one user group of this workspace.",
            hint="An admin of this bot can have you added to it.",
        )
    rule = RULES[right]
    if rule.writes and actor.policy.writes is Writes.OFF:
        raise Forbidden(
            f"Nobody may {rule.what} here: this bot only looks for now, and changes nothing in Pivotal.",
            hint="Whoever runs it can change that (BOT_WRITES). Until then, change it in Pivotal itself.",
        )
    unlinked = not actor.own_ids and not rule.roles.isdisjoint(_BY_LINK)
    raise (Unlinked if unlinked else Forbidden)(
        f"You may not {rule.what}.", hint=_who(rule, actor, onboarding, directory)
    )


def roles(actor: Actor, *, onboarding: OnboardingRow | None = None) -> frozenset[Role]:
    """What the person is here; nothing at all for guests and for people of other organisations, admins or not."""
    if not actor.home or actor.guest or actor.bot or not (actor.reader or actor.manager or actor.admin):
        return frozenset()
    found = {Role.VIEWER}
    if actor.admin:
        found.add(Role.ADMIN)
    if actor.manager:
        found.add(Role.MANAGER)
    if actor.pivotal_ids:
        found.add(Role.LINKED)
        if not actor.policy.managers:
            found.add(Role.STAND_IN)
    if onboarding and actor.pivotal_ids & set(owners(onboarding).values()):
        found.add(Role.OWNER)
    return frozenset(found)


def owners(onboarding: OnboardingRow) -> dict[str, str]:
    """Role → Pivotal user id, of the roles that somebody has."""
    return {role: pivotal_id for role, field in _OWNED if (pivotal_id := getattr(onboarding, field))}


def _who(rule: Rule, actor: Actor, onboarding: OnboardingRow | None, directory: Directory | None) -> str:
    leads = "this bot’s admins"
    if Role.MANAGER in rule.roles and actor.policy.managers:
        leads = "this bot’s managers and admins"
    if Role.OWNER in rule.roles:
        ids = dict.fromkeys(owners(onboarding).values()) if onboarding else {}
        whose = ", ".join(map(directory.surely, ids)) if ids and directory else "Its owners in Pivotal"
        have = f"{whose} and {leads} can."
    elif Role.LINKED in rule.roles or (Role.STAND_IN in rule.roles and not actor.policy.managers):
        have = f"People who are linked to their Pivotal user and {leads} can."
    else:
        return f"{leads[0].upper()}{leads[1:]} can."
    if actor.pivotal_ids:
        return have
    if actor.guessed_ids:
        return f"{have} An admin of this bot has yet to confirm who you are in Pivotal."
    return f"{have} You are not linked to a Pivotal user yet: an admin of this bot can do that."
