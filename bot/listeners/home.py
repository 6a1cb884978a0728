"""The Home tab: drawn when it is opened, on Refresh, and after whatever its person has changed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from slack_sdk.models.views import View

from bot.domain import launches, rights, states
from bot.domain.records import Delivery, Snapshot, Standing, Subscription, Writes
from bot.domain.unmapped import unmapped
from bot.listeners.claims import offer
from bot.listeners.feature import Feature, Reply, Turn
from bot.views import home
from bot.views.home import Backstage, Home, Part, Welcome
from bot.views.values import Turning

feature = Feature("Home")

NEW = timedelta(days=1)
"""How long somebody is new here, and is told what this is."""
_WAYS = (("Digests", "subscriptions"), ("Settings", "settings"), ("Help", "help"))


@feature.on("app_home_opened", reply=Reply.HOME)
async def opened(turn: Turn) -> View | None:
    """Their Home tab; the Messages tab tells of its opening too, and shows nothing of ours."""
    return await _drawn(turn) if turn.event.get("tab") == "home" else None


@feature.button(home.REFRESH)
async def refresh(turn: Turn) -> View:
    """The same, as it is now."""
    return await _drawn(turn)


async def _drawn(turn: Turn) -> View:
    known_since = await turn.services.inbox.known_since(turn.actor.slack_id)
    snapshot, own = await turn.services.onboardings.owned(turn.actor.own_ids)
    subscribed = await turn.services.subscriptions.all()
    mine = [one for one in subscribed if one.creator == turn.actor.slack_id]
    followed = await turn.services.following.of(turn.actor.slack_id)
    viewing = turn.viewing(snapshot)
    content = Home(
        _parts(turn, snapshot, own, today=viewing.today),
        [(one, await _next(turn, one)) for one in mine],
        [(label, verb) for label, verb in _WAYS if verb in turn.commands],
        turn.titles,
        _welcome(turn) if abs(turn.now - known_since) < NEW else None,
        await _backstage(turn, snapshot, subscribed) if turn.actor.admin else None,
        follows=[(one, turn.services.following.standing(one)) for one in followed],
        creates=rights.allowed(rights.Right.NEW, turn.actor) and not snapshot.stale,
        offer=offer(turn),
    )
    return home.home(content, viewing)


def _parts(turn: Turn, snapshot: Snapshot, own: tuple[Standing, ...], *, today: date) -> list[Part]:
    """What is theirs; somebody who owns nothing looks after the whole team."""
    sight = replace(snapshot, standings=own) if own else snapshot
    whose, owner = ("", f"owner:<@{turn.actor.slack_id}>") if own else (" in the team", "")
    needy = turn.services.onboardings.at_risk(sight, today=today, now=turn.now)
    lanes = launches.lanes(sight, phases=turn.phases, today=today, first=turn.week_first)
    waiting = [
        one
        for one in sight.standings
        if states.effective(one.onboarding) == states.WAITING and not states.closed(one.onboarding, phases=turn.phases)
    ]
    waits = " ".join(filter(None, ("state:waiting", owner)))
    return [
        Part(
            "Yours that need attention" if own else "Need attention in the team",
            needy,
            Turning("at-risk", owner, 1),
            "Nothing of yours needs attention right now." if own else "Nothing needs attention right now.",
        ),
        Part(
            f"Launching this and next week{whose}",
            (*lanes.this_week, *lanes.next_week),
            Turning("list", " ".join(filter(None, ("launch:this-week,next-week", owner))), 1),
            "Nothing launches this week or next.",
        ),
        Part(
            f"Waiting on customer{whose}",
            waiting,
            Turning("list", waits, 1),
            "Nobody is waited for.",
        ),
    ]


def _welcome(turn: Turn) -> Welcome:
    writes = turn.services.policy.writes is not Writes.OFF
    return Welcome(turn.names.command, bool(turn.actor.own_ids), writes=writes)


async def _next(turn: Turn, subscription: Subscription) -> datetime | None:
    coming = await turn.services.ledger.following(subscription, now=turn.now)
    return coming.at if coming else None


async def _backstage(turn: Turn, snapshot: Snapshot, subscribed: Iterable[Subscription]) -> Backstage:
    unlinked = len(unmapped(snapshot.standings, directory=turn.directory, phases=turn.phases))
    outcomes: list[tuple[Subscription, Delivery]] = []
    for one in subscribed:
        outcomes += [(one, last) for last in await turn.services.ledger.recent(one, limit=1)]
    return Backstage(unlinked, outcomes, turn.off)
