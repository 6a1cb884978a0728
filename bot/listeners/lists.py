"""Lists: all, at risk, launches; private, ten to a page, from a snapshot two minutes old at most."""

from dataclasses import dataclass, replace

from bot.domain import filters, launches, order, states
from bot.domain.errors import UserError
from bot.domain.launches import Lane
from bot.domain.order import Order
from bot.domain.records import Snapshot
from bot.listeners.feature import Answer, Feature, Seen, Turn, spelled
from bot.listeners.own import SORT, home, mine
from bot.views import lists, values
from bot.views.message import Message
from bot.views.values import Turning
from bot.views.viewing import Viewing

feature = Feature("Lists")

_FILTERS = "[phase:… state:… owner:@… launch:…]"
_LANES = {spelled(lane): lane for lane in Lane} | {"none": Lane.NO_TARGET}


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person sees of the portfolio now: it is narrowed by their filters, which `told` says in words."""

    narrowed: Snapshot
    viewing: Viewing
    told: str
    sort: Order | None
    """The order asked for."""
    over: int = 0
    """How many passed the filters but are over, and were left out."""


@feature.command(
    "list",
    "ls",
    usage=f"{_FILTERS} {SORT}",
    tells="All open onboardings, or those that pass the filters",
    examples=("list", "list phase:review", "list owner:@ana launch:next-week", "list state:waiting sort:date"),
)
async def list_(turn: Turn, page: int = 1) -> Message:
    """The whole portfolio, newest first; what is over only when a phase or state is asked for."""
    sight = await _sight(turn, over=False)
    sort = sight.sort or Order.NEWEST
    return lists.listing(
        "Onboardings",
        order.arranged(sight.narrowed.standings, sort, phases=turn.phases),
        sight.viewing,
        page=page,
        filters=turn.text,
        told=sight.told,
        note=f"{sort.told} · {_left_out(turn, sight.over)}" if sight.over else sort.told,
    )


@feature.command(
    "at-risk",
    "risks",
    usage=f"{_FILTERS} {SORT}",
    tells="What needs attention, worst first, and why",
    examples=("at-risk", "at-risk owner:@ana sort:date"),
)
async def at_risk(turn: Turn, page: int = 1) -> Message:
    """Marked at risk in Pivotal, or found by this bot's rules."""
    sight = await _sight(turn)
    risks = turn.services.onboardings.at_risk(sight.narrowed, today=sight.viewing.today, now=turn.now)
    if sight.sort:
        by_id = {one.standing.onboarding.id: one for one in risks}
        sorted_ = order.arranged((one.standing for one in risks), sight.sort, phases=turn.phases)
        risks = tuple(by_id[one.onboarding.id] for one in sorted_)
    return lists.at_risk(
        risks,
        sight.viewing,
        page=page,
        filters=turn.text,
        told=sight.told,
        note=sight.sort.told if sight.sort else "worst first",
    )


@feature.command(
    "launches",
    "launch-week",
    usage="[this week | next week | overdue | none] [filters]",
    tells="What launches when, overdue first",
    examples=("launches", "launches this week", "launches overdue"),
)
async def launches_(turn: Turn, page: int = 1) -> Message:
    """Lane by lane: overdue, this week, next week, later, no target."""
    only, rest = _lane(turn.text)
    sight = await _sight(replace(turn, text=rest))
    if sight.sort:
        raise UserError(
            "Launches stand by their date, overdue first.", hint=f"Try `/onboarding list {rest}` for another order."
        )
    lanes = launches.lanes(sight.narrowed, phases=turn.phases, today=sight.viewing.today, first=turn.week_first)
    return lists.launches(
        lanes,
        sight.viewing,
        made=launches.made(lanes, today=sight.viewing.today, first=turn.week_first),
        page=page,
        only=only,
        filters=turn.text,
        told=sight.told,
    )


PAGED = {"home": home, "mine": mine, "list": list_, "at-risk": at_risk, "launches": launches_}


@feature.button(lists.TURN)
async def turn_page(turn: Turn) -> Answer:
    """Previous and Next: another page in the place of this one."""
    wanted = _turning(turn)
    handler = PAGED.get(wanted.list)
    if handler is None:
        raise UserError("This button is from an older version of the bot.", hint="Ask for the list again.")
    if turn.pressed and turn.pressed.home:  # the list opens over it, and further pages take its place
        await turn.patience()
    return Answer(await handler(replace(turn, text=wanted.filters), wanted.page), replace=True)


def _turning(turn: Turn) -> Turning:
    return values.decode_turning(turn.pressed.value if turn.pressed else "")


async def _sight(turn: Turn, *, over: bool = True) -> Sight:
    """Read the filters and narrow the portfolio; without `over`, what is over only if they ask for a phase or state."""
    snapshot = await turn.services.onboardings.snapshot()
    viewing = turn.viewing(snapshot)
    sort, typed = order.take(turn.text)
    wanted = filters.parse(typed, phases=turn.phases, seen=snapshot.standings)
    kept = filters.apply(
        wanted,
        snapshot.standings,
        phases=turn.phases,
        directory=turn.directory,
        today=viewing.today,
        groups={group: await turn.actors.members(group) for group in filters.groups_of(wanted)},
        me=turn.actor.slack_id,
        first=turn.week_first,
    )
    told, found = filters.describe(wanted, directory=turn.directory), len(kept)
    if not (over or wanted.phases or wanted.states):
        kept = tuple(one for one in kept if not states.closed(one.onboarding, phases=viewing.phases))
    return Sight(replace(snapshot, standings=kept), viewing, told, sort, over=found - len(kept))


def _left_out(turn: Turn, over: int) -> str:
    """How many are not shown because they are over, and how to see them."""
    last = turn.phases.order[-1]
    return f"{over} {turn.phases.label(last).lower()} not shown: add phase:{last.replace('_', '-')}"


def _lane(text: str) -> tuple[Lane | None, str]:
    """Read a lane at the beginning of what was typed, and give the rest."""
    for length in (2, 1):
        *head, rest = [*text.split(None, length), ""][: length + 1]
        lane = _LANES.get(spelled("".join(head)))
        if lane:
            return lane, rest
    return None, text


@feature.button(lists.GO)
async def go(turn: Turn) -> Seen:
    """A way from one view to another: what the button names is run as if it had been typed."""
    verb = turn.pressed.value if turn.pressed else ""
    command = turn.commands.get(verb)
    if command is None or command.verb != verb:
        raise UserError("This button is from an older version of the bot.", hint="Try `/onboarding help`.")
    await turn.patience()
    return await command.handler(turn)
