"""Update…: one form for the state, the date, the owners and for sending back, and one write for all of it."""

from dataclasses import replace

from slack_sdk.models.blocks import Option
from slack_sdk.models.views import View

from bot.domain import flags, references, rights
from bot.domain.expectations import OWNERS
from bot.domain.moves import Verb
from bot.domain.records import Standing
from bot.listeners import changing
from bot.listeners.changing import Wish
from bot.listeners.feature import Feature, Seen, Turn
from bot.listeners.show import pick
from bot.services import Services
from bot.services.changes import Ending
from bot.services.onboardings import Choices
from bot.views import card, notices
from bot.views.forms import update as views

feature = Feature("Update")

TITLE = "Update"


@feature.command(
    "update",
    "edit",
    usage="<customer or #id>",
    tells="State, date, owners and sending back, in one form",
    examples=("update aurora foods",),
)
async def update(turn: Turn) -> Seen:
    """The form of one onboarding, named exactly."""
    text = flags.none(turn.text, verb="update")
    await turn.screen.loading(TITLE)
    found = await turn.services.onboardings.find(text, exactly=True)
    return pick(turn, found, verb=Verb.UPDATE) if isinstance(found, Choices) else await of(turn, found)


async def of(turn: Turn, standing: Standing, _typed: str = "") -> Seen:
    """The form about an onboarding that was just read."""
    return await _form(turn, standing)


@feature.button(card.UPDATE)
async def open_form(turn: Turn) -> Seen:
    """`Update…` on a card: the form, about the onboarding as it is now."""
    await turn.screen.loading(TITLE)
    pressed = turn.pressed
    posted = (pressed.channel, pressed.ts) if pressed and not pressed.private else None
    return await _form(turn, await turn.services.onboardings.read(turn.press.id), posted=posted)


def people(query: str, services: Services) -> list[Option]:
    """Everybody in the directory whose name has what was typed."""
    known = [(one.name or one.pivotal_id, one.pivotal_id) for one in services.people.directory.people.values()]
    return [views.person(pivotal_id, name) for name, pivotal_id in sorted(known) if references.contains(name, query)]


for _field in OWNERS:
    feature.search(f"{views.OWNER}:{_field}")(people)


@feature.form(views.CALLBACK, parse=views.parse, again=views.again)
async def save(turn: Turn) -> Seen:
    """Write what was touched, at once; or show the form again with what has changed underneath."""
    typed: views.Typed = turn.form
    seen = typed.press.expectation
    touched = {name: owner for name, owner in (seen.owners if seen else {}).items() if name in typed.wanted}
    press = replace(
        typed.press,
        expectation=replace(seen, owners=touched) if seen else None,
        confirmed=True,
        wanted=typed.wanted,
        reason=typed.reason,
    )
    wish = Wish(press, typed.posted)
    outcome = await changing.make(turn, wish)
    if outcome.ending is Ending.STALE:
        told = notices.escaped(notices.stale(outcome.differences, refreshed=False))
        return await _form(turn, outcome.standing, before=typed, remark=told)
    if outcome.ending is Ending.ASKS:
        return views.again(typed, "Please say why: this needs a reason.")
    return await changing.announced(turn, wish, outcome)


async def _form(
    turn: Turn,
    standing: Standing,
    *,
    posted: tuple[str, str] | None = None,
    before: views.Typed | None = None,
    remark: str = "",
) -> View:
    onboarding = standing.onboarding
    moves = await turn.services.changes.offer(standing, by=turn.actor, source=turn.source, reference=turn.reference)
    typed = views.offered(
        standing,
        moves,
        directory=turn.directory,
        dated=rights.allowed(rights.Right.DATE, turn.actor, onboarding=onboarding),
        owned=rights.allowed(rights.Right.OWNERS, turn.actor, onboarding=onboarding),
        posted=posted,
        before=before,
    )
    return views.form(typed, remark=remark)
