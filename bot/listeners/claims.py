"""That is me: people say who they are in Pivotal, admins confirm it by a button, and until then it grants nothing."""

import structlog
from slack_sdk.models.blocks import Block

from bot.domain import rights
from bot.domain.errors import BotError, NotFound, UserError, cause
from bot.domain.records import Person
from bot.domain.unmapped import Unmapped, unmapped
from bot.listeners.feature import Answer, Feature, Turn
from bot.services import Services
from bot.services.people import Trace
from bot.views import claims, text
from bot.views.message import Message, say

feature = Feature("Who you are")
log = structlog.get_logger()


@feature.button(claims.CLAIM)
async def claim(turn: Turn) -> Answer:
    """Keep the claim as a guess, and ask the admins."""
    assert turn.pressed is not None  # noqa: S101 - buttons always come with what was pressed
    pivotal_id = turn.pressed.value
    row = next((one for one in _owners(turn.services) if one.pivotal_id == pivotal_id), None)
    ask = await turn.services.people.claim(pivotal_id, by=turn.actor, trace=trace(turn))
    person = turn.services.people.directory.people.get(pivotal_id)  # gone, if they have claimed another one since
    admins = await _ask(turn, person, row) if ask and person else ()
    return Answer(
        claims.asked(pivotal_id, admins=admins, again=not ask, command=turn.names.command), replace=turn.pressed.private
    )


@feature.button(claims.MORE)
async def more(turn: Turn) -> Answer:
    """Show other owners in place."""
    value = turn.pressed.value if turn.pressed else ""
    blocks = _offered(turn, page=int(value) if value.isdecimal() else 1)
    if not blocks:
        raise NotFound("Every owner in Pivotal is linked to somebody by now.")
    return Answer(Message("Are you one of these owners in Pivotal?", blocks), replace=True)


@feature.button(claims.CONFIRM)
async def confirm(turn: Turn) -> Message | None:
    """An admin says that it is so."""
    return await _settle(turn, confirmed=True)


@feature.button(claims.REJECT)
async def reject(turn: Turn) -> Message | None:
    """An admin says that it is not so."""
    return await _settle(turn, confirmed=False)


def offer(turn: Turn) -> tuple[Block, ...]:
    """Blocks that ask who they are in Pivotal; none for somebody who is linked, or has said who."""
    return () if turn.actor.own_ids else _offered(turn)


def unclaimed(services: Services) -> tuple[Unmapped, ...]:
    """The owners somebody may say they are, from memory alone."""
    return tuple(one for one in _owners(services) if not one.claimed)


def trace(turn: Turn) -> Trace:
    """Where a request came from, for the audit."""
    return Trace(turn.source, turn.reference)


def _offered(turn: Turn, *, page: int = 1) -> tuple[Block, ...]:
    confirms = rights.allowed(rights.Right.LINK, turn.actor)
    return claims.offer(unclaimed(turn.services), page=page, confirms=confirms)


def _owners(services: Services) -> tuple[Unmapped, ...]:
    snapshot = services.portfolio.current
    standings = snapshot.standings if snapshot else ()
    return unmapped(standings, directory=services.people.directory, phases=services.phases)


async def _ask(turn: Turn, person: Person, row: Unmapped | None) -> tuple[str, ...]:
    """Send every admin the question; gives the names of those it reached."""
    reached = []
    for slack_id in await turn.actors.admins():
        try:
            admin = await turn.actors.actor(slack_id, team=None)
            if rights.allowed(rights.Right.LINK, admin):
                await turn.cards.tell(slack_id, claims.request(person, row))
                reached.append(admin.name)
        except BotError as error:
            log.warning("admin not asked", admin=slack_id, why=cause(error))
    return tuple(reached)


async def _settle(turn: Turn, *, confirmed: bool) -> Message | None:
    assert turn.pressed is not None  # noqa: S101 - buttons always come with what was pressed
    slack_id, _, pivotal_id = turn.pressed.value.partition(" ")
    if not pivotal_id:
        raise UserError("This button is from an older version of the bot.", hint="Use `/onboarding people` instead.")
    settle = turn.services.people.confirm if confirmed else turn.services.people.reject
    person = await settle(pivotal_id, slack_id=slack_id, by=turn.actor, trace=trace(turn))
    told = claims.settled(person, by=turn.actor.name, confirmed=confirmed)
    await turn.cards.put(turn.pressed.channel, turn.pressed.ts, told)
    try:
        await turn.cards.tell(
            slack_id, claims.verdict(person, by=turn.actor.name, confirmed=confirmed, command=turn.names.command)
        )
    except BotError as error:
        return say(f"{told.text} They could not be told: {text.escape(error.message)}")
    return None
