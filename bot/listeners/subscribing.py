"""Subscribing a channel, or oneself, to a digest: by a typed line, or by the form; and changing one there is."""

from datetime import datetime
from zoneinfo import available_timezones

from slack_sdk.models.blocks import Option
from slack_sdk.models.views import View

from bot.domain import countries, dates, filters, rights, schedule
from bot.domain.errors import BotError, Forbidden, UserError
from bot.domain.records import Subscription
from bot.domain.schedule import Slot
from bot.listeners.feature import Feature, Seen, Turn
from bot.listeners.wishes import DIRECT, PLACE, check, kind_of, read, wished
from bot.services import Services
from bot.services.subscriptions import Wish
from bot.views import subscriptions as views
from bot.views import text
from bot.views.forms import subscription as forms
from bot.views.forms.subscription import Typed
from bot.views.message import Message

feature = Feature("Digests")

_OFFERED = 100


@feature.command(
    "subscribe",
    usage="[at-risk | launch-week | portfolio] [here | dm] [09:00] [mon-fri] [Europe/Berlin] [filters] "
    "[mentions:on] [holidays:DE] [quiet:off]",
    tells="Have a digest posted in this channel, or sent to you; alone, it opens a form",
    examples=(
        "subscribe",
        "subscribe at-risk",
        "subscribe launch-week dm 08:30 mon Europe/Berlin",
        "subscribe at-risk owner:@ana mentions:on holidays:DE:skip",
    ),
)
async def subscribe(turn: Turn) -> Seen:
    """Subscribe as typed; with nothing typed, open the form with what is usual."""
    if not turn.text.strip():
        return await _form(turn)
    kind, said = kind_of(turn, turn.text)
    wish, place = read(turn, kind, said)
    direct = place in DIRECT or (turn.channel.startswith("D") and not PLACE.fullmatch(place))
    found = PLACE.fullmatch(place)
    return await _subscribe(turn, "" if direct else found[1] if found else turn.channel, wish)


@feature.button(views.ADD)
async def add(turn: Turn) -> Seen:
    """`Add a digest`: the form."""
    return await _form(turn)


@feature.button(views.KIND)
async def other_kind(turn: Turn) -> View:
    """Another kind was chosen in the form: it shows that one's usual days and hour, and keeps all else."""
    kind, _, here = (turn.pressed.value if turn.pressed else "").partition("|")
    if kind not in turn.digests.kinds:
        raise UserError("This form is from an older version of the bot.", hint="Open it again.")
    turn.screen.take_over()
    return forms.form(_usual(turn, kind, here), remark=await _replaces(turn, kind, here))


@feature.search(forms.ZONE)
def zones(query: str, _services: Services) -> list[Option]:
    """Time zones whose names have what was typed."""
    wanted = query.strip().replace(" ", "_").casefold()
    found = sorted(
        zone for zone in available_timezones() if zone == "UTC" or ("/" in zone and wanted in zone.casefold())
    )
    return [forms.offer(zone, zone) for zone in found[:_OFFERED]]


@feature.search(forms.COUNTRY)
def holidays_of(query: str, _services: Services) -> list[Option]:
    """Countries, and parts of them, whose names have what was typed."""
    return [forms.offer(code, name) for code, name in countries.search(query)[:_OFFERED]]


@feature.form(forms.CALLBACK, parse=forms.parse, again=forms.again)
async def sent(turn: Turn) -> Message | View:
    """Subscribe, or change the subscription; what cannot be read is said in the form."""
    typed: Typed = turn.form
    wish = wished(typed)
    try:
        check(turn, wish.filters)
    except UserError as error:
        wrong = {forms.OTHER: f"{error.message} {error.hint}".strip()}
        return forms.form(typed, remark="Nothing was saved yet: please look at the marked field.", wrong=wrong)
    if typed.subscription_id:
        return await _edit(turn, typed.subscription_id, wish)
    return await _subscribe(turn, typed.channel if typed.channels else "", wish)


async def _form(turn: Turn) -> View:
    """The form with what is usual; the channel it is opened in is proposed where it may have a digest."""
    await turn.screen.loading(forms.TITLE)
    here, remark = "", ""
    if not turn.channel.startswith("D") and turn.channel and rights.allowed(rights.Right.SUBSCRIBE, turn.actor):
        try:
            await turn.cards.guard(turn.channel)
            here = turn.channel
        except UserError as refusal:
            remark = f"Not for this channel: {text.escape(refusal.message)}"
    taken = {one.kind for one in await turn.services.subscriptions.of_channel(here)} if here else set()
    kinds = [one for one in ("at-risk", *turn.digests.kinds) if one in turn.digests.kinds]
    kind = next((one for one in kinds if one not in taken), kinds[0])
    return forms.form(_usual(turn, kind, here), remark=remark or await _replaces(turn, kind, here))


async def _replaces(turn: Turn, kind: str, here: str) -> str:
    """Say that the channel has a digest of that kind already, whose place this one would take; nothing otherwise."""
    there = await turn.services.subscriptions.of_channel(here) if here else ()
    before = next((one for one in there if one.kind == kind), None)
    if before is None:
        return ""
    named = f"{views.channel(before)} gets “{views.title(before, titles=turn.titles)}” already"
    return f"{named}, {views.when(before)}: what you save takes its place."


def _usual(turn: Turn, kind: str, here: str) -> Typed:
    """What a digest of this kind usually is, for whoever asks."""
    digest, country = turn.digests.kinds[kind], dates.country(turn.zone)
    usual = schedule.weekdays(digest.days)
    return Typed(
        kind=kind,
        kinds=turn.titles,
        days=tuple(day for number, day in enumerate(schedule.DAYS) if number in usual),
        at=digest.at,
        zone=turn.actor.zone,
        channel=here,
        here=here,
        channels=rights.allowed(rights.Right.SUBSCRIBE, turn.actor),
        every_phase=turn.phases.order,
        country=country if country in countries.known() else "",
        country_name=countries.name(country),
    )


async def _subscribe(turn: Turn, channel: str, wish: Wish) -> Message:
    """Subscribe a channel that customers cannot read, or, without one, the person's own direct message."""
    if channel:
        await _guard(turn, channel)
    else:
        channel = await turn.cards.direct(turn.actor.slack_id)
    there = await turn.services.subscriptions.of_channel(channel)
    before = next((one for one in there if one.kind == wish.kind), None)
    made = await turn.services.subscriptions.subscribe(
        channel, wish, by=turn.actor, source=turn.source, reference=turn.reference
    )
    return views.subscribed(
        made,
        following=following(made, turn.now),
        titles=turn.titles,
        zone=turn.zone,
        filters=told(turn, made),
        instead_of=before,
        creator=await name_of(turn, before.creator) if before else "",
    )


async def _edit(turn: Turn, subscription_id: str, wish: Wish) -> Message:
    saved = await turn.services.subscriptions.edit(
        subscription_id, wish, by=turn.actor, source=turn.source, reference=turn.reference
    )
    return views.subscribed(
        saved,
        following=following(saved, turn.now),
        titles=turn.titles,
        zone=turn.zone,
        filters=told(turn, saved),
        edited=True,
    )


async def _guard(turn: Turn, channel: str) -> None:
    """Refuse a channel that customers can read, and keep that somebody tried."""
    try:
        await turn.cards.guard(channel)
    except Forbidden as refusal:
        await turn.services.journal.refused(
            "subscribe", by=turn.actor, source=turn.source, reference=turn.reference, why=refusal.message
        )
        raise


async def name_of(turn: Turn, slack_id: str) -> str:
    """Who that is; nothing when Slack does not say."""
    try:
        return (await turn.actors.actor(slack_id, team=None)).name
    except BotError:
        return ""


def told(turn: Turn, subscription: Subscription, *, creator: str = "") -> str:
    """What a subscription's filters keep, in words; as typed when they cannot be read any more."""
    try:
        wanted = filters.parse(subscription.filters, phases=turn.phases)
    except UserError:
        return subscription.filters
    return filters.describe(wanted, directory=turn.directory, me=creator)


def following(subscription: Subscription, now: datetime) -> Slot | None:
    """When its next one comes; None while it is paused, or when no day can be found."""
    if subscription.paused or not schedule.readable(subscription):
        return None
    try:
        return schedule.due(subscription, now=schedule.next_run(subscription, now))
    except ValueError:
        return None
