"""Who is who: what the bot knows of me, and the link between a Slack user and a Pivotal user."""

import re

from bot.domain import rights, words
from bot.domain.errors import UserError
from bot.listeners.feature import Feature, Turn
from bot.views import people
from bot.views.message import Message

feature = Feature("People")

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


@feature.command("whoami", tells="What I know about you, and what you may do", examples=("whoami",))
async def whoami(turn: Turn) -> Message:
    """Say who the bot takes them for."""
    return people.whoami(turn.actor)


@feature.command(
    "link",
    usage="@person <pivotal user id>",
    tells="Say which Slack user a Pivotal user is (admins)",
    examples=("link @ana user_csm_001",),
)
async def link(turn: Turn) -> Message:
    """Link a Slack user to a Pivotal user."""
    rights.check(rights.Right.LINK, turn.actor)
    said = words.split(turn.text)
    mention = _MENTION.fullmatch(said[0]) if said else None
    if mention is None or len(said) != 2:
        raise UserError(
            "Say whom to link, and to which Pivotal user.",
            hint=f"For example: `{turn.names.command} link @ana user_csm_001`.",
        )
    other = await turn.actors.actor(mention[1], team=None)
    if not other.home or other.guest:
        raise UserError("Only full members of this workspace can be linked.", hint="Guests have no rights here.")
    person = await turn.services.people.link(said[1], slack_id=other.slack_id, name=other.name, by=turn.actor)
    return people.linked(person)
