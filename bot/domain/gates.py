"""Which right each thing takes that people can type, press, send or choose: a row for every one of them.

The door lets nobody through who lacks the right everywhere. What depends on the onboarding is for the services to say,
which check every right again.
"""

from collections.abc import Mapping

from bot.domain import rights
from bot.domain.records import Actor, Writes
from bot.domain.rights import RULES, Right, Role

GATES: Mapping[str, Right | None] = {
    # Verbs.
    "advance": Right.MOVE,
    "at-risk": Right.READ,
    "back": Right.BACK,
    "clear": Right.STATE,
    "date": Right.DATE,
    "details": Right.DETAILS,
    "digest": Right.READ,
    "doctor": Right.EXAMINE,
    "flag": Right.STATE,
    "follow": Right.FOLLOW,
    "handover": Right.HANDOVER,
    "help": None,
    "home": Right.READ,
    "launches": Right.READ,
    "link": Right.LINK,
    "list": Right.READ,
    "log": Right.LOG,
    "mine": Right.READ,
    "new": Right.NEW,
    "note": Right.NOTE,
    "owner": Right.OWNERS,
    "pause": Right.STATE,
    "people": Right.LINK,
    "resume": Right.STATE,
    "settings": Right.READ,
    "share": Right.SHARE,
    "show": Right.READ,
    "skip": Right.SKIP,
    "state": Right.STATE,
    "snooze": Right.SNOOZE,
    "snoozed": Right.READ,
    "subscribe": Right.READ,
    "subscriptions": Right.READ,
    "undo": Right.UNDO,
    "update": Right.MOVE,
    "unsnooze": Right.SNOOZE,
    "unfollow": Right.FOLLOW,
    "unsubscribe": Right.READ,
    "waiting": Right.STATE,
    "whoami": Right.READ,
    # Buttons and menus.
    "ob:advance": Right.MOVE,
    "ob:cancel": Right.READ,
    "ob:claim": Right.CLAIM,
    "ob:claim-page": Right.CLAIM,
    "ob:confirm-claim": Right.LINK,
    "ob:digest-country": Right.READ,
    "ob:digest-kind": Right.READ,
    "ob:digest-zone": Right.READ,
    "ob:digest-all": Right.READ,
    "ob:digest-arrived": Right.READ,
    "ob:digest-post": Right.READ,
    "ob:go": Right.READ,
    "ob:handover": Right.HANDOVER,
    "ob:handover-form": Right.HANDOVER,
    "ob:link-to": Right.LINK,
    "ob:log": Right.LOG,
    "ob:log-page": Right.LOG,
    "ob:more": Right.READ,
    "ob:new": Right.NEW,
    "ob:new-customer": Right.NEW,
    "ob:open": Right.READ,
    "ob:owner": Right.OWNERS,
    "ob:page": Right.READ,
    "ob:people-page": Right.LINK,
    "ob:note-for": Right.NOTE,
    "ob:pick": Right.MOVE,
    "ob:pick-for": Right.READ,
    "ob:refresh": Right.READ,
    "ob:reject-claim": Right.LINK,
    "ob:row": Right.READ,
    "ob:share": Right.SHARE,
    "ob:share-this": Right.SHARE,
    "ob:snooze": Right.SNOOZE,
    "ob:state": Right.STATE,
    "ob:subscribe": Right.READ,
    "ob:subscribe-replace": Right.READ,
    "ob:subscription": Right.READ,
    "ob:subscriptions": Right.READ,
    "ob:undo": Right.UNDO,
    "ob:unfollow": Right.FOLLOW,
    "ob:unsnooze": Right.SNOOZE,
    "ob:unsubscribe": Right.READ,
    "ob:update": Right.MOVE,
    "ob:which": Right.READ,
    # Forms and shortcuts.
    "ob:card-here": Right.SHARE,
    "ob:find": Right.READ,
    "ob:for": Right.READ,
    "ob:digest-end": Right.READ,
    "ob:digest-form": Right.READ,
    "ob:new-form": Right.NEW,
    "ob:reason": Right.MOVE,
    "ob:share-to": Right.SHARE,
    "ob:snooze-form": Right.SNOOZE,
    "ob:update-form": Right.MOVE,
    # Events.
    "app_home_opened": Right.READ,
    "app_mention": Right.READ,
    "link_shared": Right.READ,
}

_LOOKING = (None, Right.READ, Right.LOG, Right.DETAILS, Right.SETTINGS, Right.EXAMINE)
"""The rights of what changes nothing, but for these, whose right depends on the channel."""
_CHANGING = (
    "subscribe",
    "unsubscribe",
    "ob:digest-arrived",
    "ob:digest-end",
    "ob:digest-form",
    "ob:digest-post",
    "ob:subscribe-replace",
    "ob:subscription",
    "ob:unsubscribe",
)
_LOOKS = frozenset(
    {"at-risk", "details", "help", "home", "launches", "list", "log", "mine", "settings", "show", "snoozed", "whoami"}
    | {"subscriptions", "ob:log", "ob:log-page", "ob:open", "ob:page"}
)
"""What leaves nothing behind, whatever follows it: one person is shown something in private, and that is all."""


def looks(name: str) -> bool:
    """Whether a verb or an id only shows something: to be answered twice does no harm.

    What is not known to be of that kind is not, as a menu with entries of every kind.
    """
    return _known(name) in _LOOKS


def changes(name: str) -> bool:
    """Whether a verb, an event's type or an id is there to change something: an attempt, however it ends."""
    known = _known(name)
    return known in _CHANGING or GATES.get(known, Right.READ) not in _LOOKING


def admit(name: str, actor: Actor) -> None:
    """Raise Forbidden when the actor lacks the right that `name` takes, whatever the onboarding.

    `name` is a verb, an event's type or an id; what follows a second colon of an id is none of its business.
    """
    right = GATES.get(_known(name), Right.READ)
    if right is None:
        return
    rights.check(Right.READ, actor)
    rule = RULES[right]
    if Role.OWNER not in rule.roles or (rule.writes and actor.policy.writes is Writes.OFF):
        rights.check(right, actor)


def _known(name: str) -> str:
    return ":".join(name.split(":")[:2])
