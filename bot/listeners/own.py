"""What is one's own: the onboardings somebody works on, and in a customer's own channel those of that customer."""

from dataclasses import replace

from bot.domain import filters, order, rights
from bot.domain.errors import UserError
from bot.domain.order import Order
from bot.domain.records import Snapshot, Standing
from bot.listeners.claims import offer
from bot.listeners.feature import Feature, Turn
from bot.views import lists, people
from bot.views.message import Message

feature = Feature("Lists")

SORT = "[sort:date|name|phase|newest]"
_UNLINKED = "You are not linked to a Pivotal user yet, so I can’t tell which are yours."


@feature.command("home", "menu", tells="Your onboardings, and the ways to everything else", examples=("",))
async def home(turn: Turn, page: int = 1) -> Message:
    """The root command alone; in a customer's own channel it is about that customer."""
    snapshot, own = await turn.services.onboardings.owned(turn.actor.own_ids)
    theirs = turn.services.onboardings.of_channel(turn.channel, snapshot)
    if theirs:
        return _customers(turn, snapshot, *theirs, page=page)
    viewing = turn.viewing(snapshot)
    needy = turn.services.onboardings.at_risk(replace(snapshot, standings=own), today=viewing.today, now=turn.now)
    reasons = {risk.standing.onboarding.id: risk.reasons for risk in needy}
    seen = lists.home(
        [*(risk.standing for risk in needy), *(one for one in own if one.onboarding.id not in reasons)],
        viewing,
        reasons=reasons,
        linked=bool(turn.actor.own_ids),
        linking=people.linking(turn.actor),
        creates=rights.allowed(rights.Right.NEW, turn.actor) and not snapshot.stale,
    )
    return _offering(turn, seen)


@feature.command(
    "mine",
    usage=f"[@person] {SORT}",
    tells="Every open onboarding that is yours, or somebody else’s",
    examples=("mine", "mine @ana", "mine sort:date"),
)
async def mine(turn: Turn, page: int = 1) -> Message:
    """Owned as CSM, SE, designer or product ops."""
    sort, person = order.take(turn.text)
    title, ids, empty = _whose(replace(turn, text=person))
    snapshot, own = await turn.services.onboardings.owned(ids)
    sort = sort or Order.NEWEST
    seen = lists.listing(
        title,
        order.arranged(own, sort, phases=turn.phases),
        turn.viewing(snapshot),
        page=page,
        name="mine",
        note=sort.told,
        filters=turn.text,
        empty=empty,
    )
    return seen if ids or person.strip() else _offering(turn, seen)


def _offering(turn: Turn, seen: Message) -> Message:
    """With the owners in Pivotal that somebody unlinked may be, to say which."""
    return Message(seen.text, (*seen.blocks, *offer(turn)))


def _customers(turn: Turn, snapshot: Snapshot, name: str, theirs: tuple[Standing, ...], *, page: int) -> Message:
    """The onboardings of the customer whose channel this is, what is over included."""
    return lists.listing(
        f"Onboardings of {name}",
        order.arranged(theirs, Order.NEWEST, phases=turn.phases),
        turn.viewing(snapshot),
        page=page,
        name="home",
        note=f"this is their channel, and only you see this · yours: {turn.names.command} mine",
        empty="They have no onboarding in Pivotal.",
    )


def _whose(turn: Turn) -> tuple[str, frozenset[str], str]:
    """Whose onboardings are wanted: the title of their list, their Pivotal users, and what to say when it is empty."""
    if not turn.text:
        ids = turn.actor.own_ids
        return (
            "Your onboardings",
            ids,
            "No open onboarding is yours right now." if ids else f"{_UNLINKED} {people.linking(turn.actor)}",
        )
    mention = filters.MENTION.fullmatch(turn.text)
    if mention is None:
        raise UserError(f"“{turn.text}” is not a person I can find.", hint="Mention them: `/onboarding mine @name`.")
    ids = turn.directory.of_slack(mention[1] or mention[2])
    if not ids:
        return (
            "Onboardings of one person",
            ids,
            "They are not linked to a Pivotal user. An admin of this bot can link them.",
        )
    name = turn.directory.name(min(ids))
    return f"Onboardings of {name}", ids, "No open onboarding is theirs right now."
