"""Who is who: what the bot knows of me, and the links between Slack users and Pivotal users that admins make."""

import re

from bot.domain import rights, words
from bot.domain.errors import UserError
from bot.domain.records import Actor, Writes
from bot.domain.unmapped import unmapped
from bot.listeners.claims import offer, trace
from bot.listeners.feature import Answer, Feature, Turn
from bot.views import mapping, people, values
from bot.views.message import Message

feature = Feature("People")

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


@feature.command("whoami", tells="What I know about you, and what you may do", examples=("whoami",))
async def whoami(turn: Turn) -> Message:
    """Say who the bot takes them for; who is nobody in Pivotal yet can say who they are."""
    return people.whoami(turn.actor, troubles=turn.actors.troubles, offer=offer(turn))


@feature.command(
    "link",
    usage="@person <pivotal user id>",
    tells="Say which Slack user a Pivotal user is (admins)",
    examples=("link @ana user_csm_001",),
)
async def link(turn: Turn) -> Message:
    """Link a Slack user to a Pivotal user."""
    said = words.split(turn.text)
    mention = _MENTION.fullmatch(said[0]) if said else None
    if mention is None or len(said) != 2:
        rights.check(rights.Right.LINK, turn.actor)
        raise UserError(
            "Say whom to link, and to which Pivotal user.",
            hint=f"For example: `{turn.names.command} link @ana user_csm_001`.",
        )
    return await _link(turn, said[1], slack_id=mention[1])


@feature.command("people", tells="Owners in Pivotal nobody is linked to, to link them (admins)", examples=("people",))
async def people_(turn: Turn, page: int = 1) -> Message:
    """List the owners nobody is linked to beside a menu of people."""
    rights.check(rights.Right.LINK, turn.actor)
    return await _listed(turn, page=page)


@feature.button(mapping.PAGES)
async def turn_page(turn: Turn) -> Answer:
    """Show another page in place."""
    value = turn.pressed.value if turn.pressed else ""
    return Answer(await people_(turn, int(value) if value.isdecimal() else 1), replace=True)


@feature.button(mapping.LINK_TO)
async def link_chosen(turn: Turn) -> Answer:
    """Somebody was chosen in the list: link them, and show the list without that owner."""
    assert turn.pressed is not None  # noqa: S101 - menus always come with what was chosen
    pivotal_id = values.record(turn.pressed.action.removeprefix(mapping.LINK_TO).lstrip(":"))
    done = await _link(turn, pivotal_id, slack_id=turn.pressed.value)
    return Answer(await _listed(turn, notice=done.text), replace=True)


async def _link(turn: Turn, pivotal_id: str, *, slack_id: str) -> Message:
    other = await _member(turn, slack_id)
    linked = await turn.services.people.link(
        pivotal_id, slack_id=other.slack_id, name=other.name, by=turn.actor, trace=trace(turn)
    )
    writes = turn.services.policy.writes is not Writes.OFF
    return people.linked(linked.person, former=linked.former, writes=writes)


async def _member(turn: Turn, slack_id: str) -> Actor:
    """Look up who is to be linked; raises UserError for guests, outsiders, apps, and ids that are nobody's."""
    other = await turn.actors.actor(slack_id, team=None)
    if other.bot:
        raise UserError("That is an app, and apps own nothing in Pivotal.", hint="Name a person.")
    if not other.home or other.guest:
        raise UserError("Only full members of this workspace can be linked.", hint="Guests have no rights here.")
    return other


async def _listed(turn: Turn, *, page: int = 1, notice: str = "") -> Message:
    snapshot = await turn.services.onboardings.snapshot()
    owners = unmapped(snapshot.standings, directory=turn.directory, phases=turn.phases)
    return mapping.listing(owners, turn.viewing(snapshot), page=page, notice=notice)
