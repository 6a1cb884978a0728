"""People: what the bot knows about the one who asks and lets them do, and that somebody has been linked."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.domain import rights
from bot.domain.errors import COMMAND
from bot.domain.records import Actor, Person, Writes
from bot.domain.rights import RULES, Right, Role
from bot.views import text
from bot.views.message import Message, context, section

_IDS = 5
_OF_ONE = (Right.MOVE, Right.STATE, Right.DATE)
"""What makes an owner an owner; the other rights on one onboarding go with these."""
_SAID = (Right.READ, Right.SHARE, Right.NEW, Right.OWNERS, Right.HANDOVER, Right.SUBSCRIBE, Right.SKIP, Right.LINK)


def whoami(actor: Actor, *, troubles: Sequence[str] = (), offer: Sequence[Block] = ()) -> Message:
    """Say who the bot takes somebody for, and what follows from it.

    `troubles` are sentences about what could not be found out of rights; `offer` asks who they are in Pivotal.
    """
    name = text.name(actor.name)
    known = about(actor)
    blocks: list[Block] = [section("\n".join((f"You are *{name}*, {_kind(actor)}.", *known)))]
    blocks += [context(text.name(trouble, 300)) for trouble in troubles[:3]]
    blocks += offer
    blocks.append(context(f"Slack user `{text.escape(actor.slack_id)}`", f"Time zone {text.name(actor.zone)}"))
    return Message(" ".join((f"You are {name}, {_kind(actor)}.", *known)), tuple(blocks))


def about(actor: Actor) -> tuple[str, ...]:
    """Sentences on somebody's link and rights."""
    return tuple(filter(None, (_link(actor), may(actor))))


def linked(person: Person, *, former: Person | None = None, writes: bool = True) -> Message:
    """Say that a Slack user now stands for a Pivotal user, what that changes, and whom it takes the place from."""
    name, pivotal_id = text.name(person.name or person.slack_id or ""), text.name(person.pivotal_id)
    told = f"{name} is now linked to the Pivotal user {pivotal_id}."
    gets = f"and {name} can move the onboardings this user owns"
    follows = (
        f"Cards show the name from now on, {gets if writes else 'and that is all: nobody moves anything through me'}."
    )
    lost = ""
    if former:
        before = text.name(former.name or former.slack_id or "")
        was = "was linked to it, and no longer is" if former.confirmed else "had said to be that user"
        lost = f"{before} {was}."
    return Message(
        " ".join(filter(None, (told, lost, follows))),
        (
            section(" ".join(filter(None, (f"*{name}* is now linked to the Pivotal user `{pivotal_id}`.", lost)))),
            context(follows),
        ),
    )


def may(actor: Actor) -> str:
    """Say what a person may do, in one sentence or two."""
    if not rights.roles(actor):
        return "I answer only full members of the workspace I am installed in."
    can = [RULES[right].what for right in _SAID if rights.allowed(right, actor)]
    if all(rights.allowed(right, actor) for right in _OF_ONE):
        can.append("move any onboarding, and change its state and date")
    elif actor.pivotal_ids and actor.policy.writes is not Writes.OFF:
        can.append("move the onboardings you own, and change their state and date")
    can_do = f"You can {', '.join(can[:-1])} and {can[-1]}." if len(can) > 1 else f"You can {can[0]}."
    if actor.policy.writes is Writes.OFF:
        return f"{can_do} Nobody can change anything in Pivotal through me for now."
    return can_do


def _kind(actor: Actor) -> str:
    if not actor.home:
        return "from another organisation"
    if actor.guest:
        return "a guest in this workspace"
    found = rights.roles(actor)
    if Role.ADMIN in found:
        return "an admin of this bot"
    return "a manager of onboardings" if Role.MANAGER in found else "a member of this workspace"


def _link(actor: Actor) -> str:
    said = []
    if actor.pivotal_ids:
        said.append(f"In Pivotal you are {_ids(actor.pivotal_ids)}.")
    if actor.guessed_ids:
        said.append(f"In Pivotal you may be {_ids(actor.guessed_ids)}: an admin of this bot has yet to confirm it.")
    return " ".join(said) or f"You are not linked to a Pivotal user yet. {linking(actor)}"


def linking(actor: Actor) -> str:
    """Who can link somebody that is not linked: whoever may link others may link themselves."""
    if rights.allowed(Right.LINK, actor):
        return f"You can link yourself: `{COMMAND} people`."
    return "An admin of this bot can link you."


def _ids(ids: frozenset[str]) -> str:
    return text.listed(tuple(f"`{text.name(one)}`" for one in sorted(ids)), limit=_IDS)
