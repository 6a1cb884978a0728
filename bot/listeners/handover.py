"""Handover: what one person owns goes to another, previewed with a tick for each, in one go."""

import re
from dataclasses import replace

from slack_sdk.models.views import View

from bot.domain import rights, words
from bot.domain.errors import NotFound, OutcomeUnknown, UpstreamError, UserError
from bot.domain.handover import MOST, pieces
from bot.domain.records import Snapshot
from bot.listeners.feature import Feature, Turn
from bot.services.handover import Result
from bot.views import errors
from bot.views import handover as views
from bot.views.forms import handover as forms
from bot.views.forms.handover import Typed
from bot.views.handover import Line
from bot.views.message import Message

feature = Feature("Handover")

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


@feature.command(
    "handover",
    usage="@from @to",
    tells="Hand one person’s onboardings over to another (managers)",
    examples=("handover @ana @ben", "handover user_csm_003 @ben"),
)
async def handover(turn: Turn) -> View:
    """Preview it; who has left Slack is named by their Pivotal user id."""
    rights.check(rights.Right.HANDOVER, turn.actor)
    said = words.split(turn.text)
    if len(said) != 2 or not _MENTION.fullmatch(said[1]):
        raise UserError("Say from whom, and to whom.", hint=f"For example: `{turn.names.command} handover @ana @ben`.")
    await turn.screen.loading(forms.TITLE)
    return await _preview(turn, said[0], said[1])


@feature.button(views.REST)
async def rest(turn: Turn) -> View:
    """`Show what is left`: the preview again, in the place of the result."""
    rights.check(rights.Right.HANDOVER, turn.actor)
    giver, taker = views.decode(turn.pressed.value if turn.pressed else "")
    turn.screen.take_over()
    return await _preview(turn, giver, taker)


@feature.form(forms.CALLBACK, parse=forms.parse, again=forms.again)
async def sent(turn: Turn) -> Message:
    """Carry out what is ticked, and list what became of each."""
    typed: Typed = turn.form
    results = await turn.services.handover.carry_out(
        tuple(tick.piece for tick in typed.ticks),
        to=typed.owner,
        by=turn.actor,
        source=turn.source,
        reference=turn.reference,
        guard=turn.guard,
    )
    trouble = results[-1].trouble if results else None
    return views.outcome(
        [_line(tick, result) for tick, result in zip(typed.ticks, results, strict=False)],
        from_name=typed.from_name,
        to_name=typed.to_name,
        untried=len(typed.ticks) - len(results),
        trouble=errors.sentence(trouble, now=turn.now) if trouble else "",
        between=(typed.from_, typed.to),
    )


async def _preview(turn: Turn, giver: str, taker: str) -> View:
    snapshot = await turn.services.onboardings.snapshot()
    if snapshot.stale:
        raise turn.services.portfolio.trouble or UpstreamError("Pivotal is not answering.")
    from_ids, from_name = _giver(turn, giver, snapshot)
    owner, to_name = await _taker(turn, taker)
    if owner in from_ids:
        raise UserError("That is the same person twice.", hint="Name two people.")
    found = pieces(snapshot, from_ids, phases=turn.phases)
    if not found:
        raise NotFound(f"{from_name} owns no open onboarding, so there is nothing to hand over.")
    typed = Typed(giver, taker, from_name, to_name, owner, test_key=turn.services.test_key)
    ticks = tuple(forms.tick(standing, piece, phases=turn.phases) for standing, piece in found[:MOST])
    return forms.form(replace(typed, ticks=ticks, left_out=len(found) - len(ticks)))


def _giver(turn: Turn, said: str, snapshot: Snapshot) -> tuple[frozenset[str], str]:
    """The Pivotal users that stand for who gives, and their name. Only links that an admin confirmed count."""
    mention = _MENTION.fullmatch(said)
    if mention:
        ids = turn.directory.confirmed(mention[1])
        if not ids:
            raise UserError(
                "The first person is not linked to a Pivotal user.",
                hint="Name their Pivotal user id instead, as the card of an onboarding shows it.",
            )
        return ids, turn.directory.name(min(ids))
    owners = {owner for one in snapshot.standings for owner in rights.owners(one.onboarding).values()}
    if said not in owners:
        raise NotFound(f"“{said}” is neither a person here nor a Pivotal user who owns an onboarding.")
    return frozenset({said}), turn.directory.name(said)


async def _taker(turn: Turn, said: str) -> tuple[str, str]:
    """The Pivotal user id of who takes over, and their name."""
    mention = _MENTION.fullmatch(said)
    if mention is None:
        raise UserError("Say to whom with an @mention.")
    person = await turn.actors.actor(mention[1], team=None)
    ids = turn.directory.confirmed(person.slack_id)
    if not person.home or person.guest or not ids:
        raise UserError(
            f"{person.name} cannot take over: no admin has confirmed who they are in Pivotal.",
            hint=f"`{turn.names.command} people` shows who is not linked yet.",
        )
    return min(ids), person.name


def _line(tick: forms.Tick, result: Result) -> Line:
    if result.done:
        return Line(tick.label)
    unknown = isinstance(result.trouble, OutcomeUnknown)
    why = result.why or ("not known whether it was done" if unknown else "Pivotal did not do it")
    return Line(tick.label, why, left=not result.over, unknown=unknown)
