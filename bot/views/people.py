"""People: what the bot knows about the one who asks and lets them do, and that somebody has been linked."""

from slack_sdk.models.blocks import Block

from bot.domain import rights
from bot.domain.records import Actor, Person
from bot.domain.rights import Right
from bot.views import text
from bot.views.message import Message, context, section

_IDS = 5
_MAY = (
    (Right.READ, "look at onboardings"),
    (Right.SHARE, "share a card to a channel"),
    (Right.SUBSCRIBE, "subscribe channels to digests"),
    (Right.DIGEST_NOW, "post a digest now"),
    (Right.LINK, "link people to Pivotal users"),
)


def whoami(actor: Actor) -> Message:
    """Say who the bot takes somebody for, and what follows from it."""
    name = text.name(actor.name)
    lines = (f"You are *{name}*, {_kind(actor)}.", _link(actor), _may(actor))
    blocks: list[Block] = [section("\n".join(lines))]
    blocks.append(context(f"Slack user `{text.escape(actor.slack_id)}`", f"Time zone {text.name(actor.zone)}"))
    return Message(" ".join((f"You are {name}, {_kind(actor)}.", *lines[1:])), tuple(blocks))


def linked(person: Person) -> Message:
    """Say that a Slack user now stands for a Pivotal user, and what that changes."""
    name, pivotal_id = text.name(person.name or person.slack_id or ""), text.name(person.pivotal_id)
    told = f"{name} is now linked to the Pivotal user {pivotal_id}."
    follows = f"Cards show the name from now on, and {name} can move the onboardings this user owns."
    return Message(
        f"{told} {follows}",
        (section(f"*{name}* is now linked to the Pivotal user `{pivotal_id}`."), context(follows)),
    )


def _kind(actor: Actor) -> str:
    if not actor.home:
        return "from another organisation"
    if actor.guest:
        return "a guest in this workspace"
    return "an admin of this bot" if actor.admin else "a member of this workspace"


def _link(actor: Actor) -> str:
    if not actor.pivotal_ids:
        return "You are not linked to a Pivotal user yet. An admin of this bot can link you."
    ids = text.listed(tuple(f"`{text.name(one)}`" for one in sorted(actor.pivotal_ids)), limit=_IDS)
    return f"In Pivotal you are {ids}."


def _may(actor: Actor) -> str:
    can = [what for right, what in _MAY if rights.allowed(right, actor)]
    if not can:
        return "I answer only full members of the workspace I am installed in."
    if rights.allowed(Right.MOVE, actor):
        can.append("move any onboarding and change its state")
    elif actor.pivotal_ids:
        can.append("move the onboardings you own and change their state")
    return f"You can {', '.join(can[:-1])} and {can[-1]}." if len(can) > 1 else f"You can {can[0]}."
