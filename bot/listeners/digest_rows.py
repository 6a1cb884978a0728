"""What can be pressed in a digest: a row's menu, which writes nothing but opens a card or a form, and See all."""

from collections import Counter
from dataclasses import replace

from slack_sdk.models.views import View

from bot.domain import dates, launches
from bot.domain.errors import UserError
from bot.domain.launches import Lane
from bot.domain.moves import Verb
from bot.domain.records import Standing, Subscription
from bot.domain.risk import Risk
from bot.listeners import changing, snoozes
from bot.listeners.changing import Wish
from bot.listeners.feature import Answer, Feature, Seen, Turn
from bot.listeners.show import open_card
from bot.listeners.subscribing import name_of, told
from bot.views import digest_rows as views
from bot.views import lists, modal, values
from bot.views.forms import reason
from bot.views.rows import Row, as_row
from bot.views.values import Press

feature = Feature("Digest rows")

TITLE = "All rows"
"""Of the modal behind See all, until it is known which digest's they are."""


@feature.button(views.MENU)
async def menu(turn: Turn) -> Seen:
    """An entry of a row's menu."""
    match turn.press.verb:
        case views.OPEN:
            return await open_card(turn)
        case views.SNOOZE:
            return await snoozes.ask(turn)
        case Verb.FLAG | Verb.CLEAR as verb:
            return await _ask(turn, Verb(verb))
    raise UserError("This menu is from an older version of the bot.", hint="Open the onboarding itself.")


@feature.button(views.ALL)
async def see_all(turn: Turn) -> View:
    """All that a digest lists now, ten to a page; a further page takes the place of the one before."""
    wanted = values.decode_turning(turn.pressed.value if turn.pressed else "")
    turn.screen.take_over()
    await turn.screen.loading(TITLE)
    snapshot = await turn.services.onboardings.snapshot()
    _, since = views.then(wanted.filters)
    subscription, listed = await turn.digests.rows(wanted.list, since=since, by=turn.actor)
    title = turn.titles.get(subscription.kind, subscription.kind)
    page = views.page(
        title,
        _rows(listed, turn, subscription),
        turn.viewing(snapshot),
        subscription_id=wanted.list,
        seen=wanted.filters,
        page=wanted.page,
        told=told(turn, subscription, creator=await name_of(turn, subscription.creator)),
    )
    return modal.told(title, page)


async def _ask(turn: Turn, verb: Verb) -> Seen:
    """The form that asks before a change and takes the reason, about the onboarding as it is now."""
    await turn.guard()
    await changing.patience(turn, reason.title(verb))
    standing = await turn.services.onboardings.read(turn.press.id)
    wish = Wish(Press(standing.onboarding.id, verb))
    move = await changing.proposed(turn, standing, wish)
    return move if isinstance(move, Answer) else changing.form(turn, standing, move, wish=wish)


def _rows(listed: tuple[Risk | Standing, ...], turn: Turn, subscription: Subscription) -> list[Row]:
    """With their reasons, or under the headings of their lanes on the channel's calendar, which count them."""
    today = dates.today(turn.now, subscription.zone)
    first = dates.first_weekday(subscription.zone, turn.services.week_start)
    found = []
    for one in listed:
        if isinstance(one, Risk):
            found.append(as_row(one))
            continue
        lane = launches.lane(one, phases=turn.phases, today=today, first=first)
        found.append(Row(one, lane=lists.MADE if lane is Lane.LAUNCHED else lists.LANES.get(lane, "") if lane else ""))
    counts = Counter(row.lane for row in found)
    return [replace(row, lane=f"{row.lane} ({counts[row.lane]})") if row.lane else row for row in found]
