"""A person's Home tab: what needs attention, what launches, who is waited for, digests; for admins, gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, DividerBlock
from slack_sdk.models.views import View

from bot.domain import dates
from bot.domain.records import Delivery, DeliveryStatus, Follow, Standing, Subscription
from bot.domain.risk import Risk
from bot.views import controls, following, new, rows, terms, text, values
from bot.views import standing as said
from bot.views.finding import FIND
from bot.views.lists import GO
from bot.views.message import context, header, section
from bot.views.modal import BLOCKS
from bot.views.rows import TURN, Row
from bot.views.values import Turning
from bot.views.viewing import Viewing

REFRESH = "ob:refresh"
MOST = 5
"""Rows of each part; the rest is one tap away."""

_OUTCOMES = {
    DeliveryStatus.CLAIMED: "on its way",
    DeliveryStatus.FAILED: "failed",
    DeliveryStatus.UNCERTAIN: "unclear whether it was posted",
    DeliveryStatus.SKIPPED: "skipped",
}
_TROUBLE = (DeliveryStatus.FAILED, DeliveryStatus.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of Home: its rows, the list that has all of them, and what is said when there are none."""

    title: str
    rows: Sequence[Row | Risk | Standing]
    everything: Turning
    empty: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a newcomer is told: whether the bot knows who they are in Pivotal, and how to get going."""

    command: str
    linked: bool
    writes: bool = True
    """Somebody may change something in Pivotal through the bot."""


@dataclass(frozen=True, slots=True)
class Backstage:
    """What an admin should know: owners nobody is linked to, each digest's last outcome, and features that are off."""

    unlinked: int
    outcomes: Sequence[tuple[Subscription, Delivery]] = ()
    off: Sequence[str] = ()
    """Each in words, with the scope it lacks."""


@dataclass(frozen=True, slots=True)
class Home:
    """All that is drawn on one person's Home. `ways` are buttons: a label, and the command each stands for."""

    parts: Sequence[Part]
    subscriptions: Sequence[tuple[Subscription, datetime | None]]
    ways: Sequence[tuple[str, str]]
    titles: Mapping[str, str]
    welcome: Welcome | None = None
    backstage: Backstage | None = None
    follows: Sequence[tuple[Follow, Standing | None]] = ()
    creates: bool = False
    """May create onboardings."""
    offer: Sequence[Block] = ()
    """Asks somebody the bot does not know who they are in Pivotal: first for a newcomer, else below all that is."""


def home(content: Home, viewing: Viewing) -> View:
    """Draw it, what matters most first, in at most a hundred blocks; https://docs.slack.dev/surfaces/app-home/."""
    blocks: list[Block] = [context(said.joined(viewing.badge, viewing.stamp))]
    if content.welcome:
        blocks += [*_welcome(content.welcome, asked=bool(content.offer)), *content.offer]
    drawn = 0
    for at, part in enumerate(content.parts):
        blocks += [DividerBlock(), _heading(part, at=at)]
        if not part.rows:
            blocks.append(context(part.empty))
        for row in part.rows[:MOST]:
            blocks.append(rows.block(row, viewing, at=drawn))
            drawn += 1
    blocks += _subscribed(content)
    blocks += _followed(content, zone=viewing.zone)
    if content.offer and not content.welcome:
        blocks += [DividerBlock(), *content.offer]
    blocks += [DividerBlock(), _ways(content.ways, creates=content.creates)]
    if content.backstage:
        blocks += _backstage(content.backstage, titles=content.titles, zone=viewing.zone)
    return View(type="home", blocks=blocks[:BLOCKS])


def _welcome(welcome: Welcome, *, asked: bool) -> list[Block]:
    """Three lines, what is known of them, and the one thing to do next, unless that is `asked` just below."""
    command = text.escape(welcome.command)
    on = " and move them on" if welcome.writes else ""
    pivotal = (
        "What you change in Pivotal stands in my log under your name, and in Pivotal’s timeline under my key’s."
        if welcome.writes
        else "I write nothing to Pivotal for now."
    )
    told = (
        "This is where your customers’ onboardings stand in Pivotal.",
        f"Look them up{on} here or with a command; what I answer only you see, until you share it.",
        f"I write nothing in channels that customers can read. {pivotal}",
    )
    if welcome.linked:
        status = "I know who you are in Pivotal, so what is yours comes first here."
        start = controls.button("Find an onboarding", action=FIND, named="Find an onboarding", style="primary")
    else:
        status = "I do not know yet who you are in Pivotal, so I can’t tell which onboardings are yours."
        start = _way("Say who you are", "whoami", at="welcome", named="Say who you are in Pivotal", style="primary")
    blocks: list[Block] = [
        header("Welcome"),
        section("\n".join(told)),
        context(f"{status} `{command} help` shows all there is."),
    ]
    return blocks if asked and not welcome.linked else [*blocks, ActionsBlock(elements=[start])]


def _heading(part: Part, *, at: int) -> Block:
    count = len(part.rows)
    more = None
    value = values.encode_turning(part.everything)
    if count > MOST and value:
        more = controls.button("See all", action=f"{TURN}:home{at}", named=f"See all: {part.title}", value=value)
    return section(f"*{text.escape(part.title)}*" + (f"  ·  {count}" if count else ""), accessory=more)


def _subscribed(content: Home) -> list[Block]:
    shown = content.subscriptions[:MOST]
    if not shown:
        return []
    lines = [terms.line(one, following=coming, titles=content.titles) for one, coming in shown]
    left = len(content.subscriptions) - len(shown)
    more = _way("See all", "subscriptions", at="home", named="See all: digests") if left else None
    return [DividerBlock(), section("*Digests you subscribed*", accessory=more), context("\n".join(lines))]


def _followed(content: Home, *, zone: ZoneInfo) -> list[Block]:
    if not content.follows:
        return []
    left = len(content.follows) - MOST
    more = [context(f"{text.count(left, 'onboarding')} more that you follow")] if left > 0 else []
    lines = [following.row(one, standing, zone=zone) for one, standing in content.follows[:MOST]]
    return [DividerBlock(), section("*Onboardings you follow*"), *lines, *more]


def _ways(ways: Sequence[tuple[str, str]], *, creates: bool) -> ActionsBlock:
    find = controls.button("Find", action=FIND, named="Find an onboarding")
    others = [_way(label, verb, at="ways") for label, verb in ways]
    refresh = controls.button("Refresh", action=REFRESH, named="Refresh this Home")
    return ActionsBlock(elements=[find, *([new.button()] if creates else []), *others, refresh])


def _way(label: str, verb: str, *, at: str, named: str = "", style: str | None = None) -> ButtonElement:
    return controls.button(label, action=f"{GO}:{at}-{verb}", named=named or f"Show: {label}", value=verb, style=style)


def _backstage(backstage: Backstage, *, titles: Mapping[str, str], zone: ZoneInfo) -> list[Block]:
    lines = []
    if backstage.unlinked:
        owners = text.count(backstage.unlinked, "owner")
        lines.append(
            f"{owners} in Pivotal {'is' if backstage.unlinked == 1 else 'are'} not linked to anybody for sure."
        )
    else:
        lines.append("Every owner in Pivotal is linked to a person.")
    outcomes = sorted(backstage.outcomes, key=lambda one: one[1].status not in _TROUBLE)
    lines += [_outcome(one, last, titles=titles, zone=zone) for one, last in outcomes[:MOST]]
    left = len(outcomes) - MOST
    if left > 0:
        lines.append(f"{text.count(left, 'digest')} more")
    lines += [f"Off: {text.escape(one)}" for one in backstage.off]
    link = _way("Link people", "people", at="admin") if backstage.unlinked else None
    return [section("*For admins of this bot*", accessory=link), context("\n".join(lines))]


def _outcome(subscription: Subscription, last: Delivery, *, titles: Mapping[str, str], zone: ZoneInfo) -> str:
    local = last.claimed_at.astimezone(zone)
    told = _OUTCOMES.get(last.status, "posted")
    why = f" ({text.name(last.reason, 120)})" if last.reason and told != "posted" else ""
    where = terms.channel(subscription)
    named = f"{terms.title(subscription, titles=titles)} in {where}"
    return f"{named}: {told}{why}, {dates.short(local.date())} {local:%H:%M}"
