"""Subscribing a channel, or oneself, to a digest: by a typed line, or by the form; and changing one there is."""

import json
from dataclasses import replace
from hashlib import sha256
from zoneinfo import available_timezones

from slack_sdk.models.blocks import Option
from slack_sdk.models.views import View

from bot.domain import countries, dates, filters, rights, schedule
from bot.domain.errors import BotError, Forbidden, UserError
from bot.domain.records import Subscription, is_direct
from bot.listeners.feature import Answer, Feature, Seen, Turn
from bot.listeners.wishes import check, kind_of, place_of, read, wished
from bot.services import Services
from bot.services.subscriptions import Wish, allowed
from bot.services.wishes import again, made
from bot.views import subscriptions as views
from bot.views import terms, text, values
from bot.views.forms import subscription as forms
from bot.views.forms.subscription import Typed
from bot.views.message import Message
from bot.views.values import LIMIT

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
    return await _typed(turn, turn.text)


@feature.button(views.REPLACE)
async def replace_it(turn: Turn) -> Answer:
    """`Replace it`: what was typed takes the place of the digest that was shown, unless that is another by now."""
    channel, seen, typed = values.texts(turn.pressed.value if turn.pressed else "", 3)
    return Answer(await _typed(replace(turn, channel=channel), typed, agreed=seen), replace=True)


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


async def _typed(turn: Turn, typed: str, *, agreed: str = "") -> Message:
    """Subscribe as typed; what is not typed stays as it is where there is such a digest.

    Somebody else's is asked about first, unless its replacing is `agreed` to.
    """
    kind, said = kind_of(turn, typed)
    place = place_of(said, here=turn.channel)
    channel = place or await turn.cards.direct(turn.actor.slack_id)
    there = await turn.services.subscriptions.of_channel(channel)
    before = next((one for one in there if one.kind == kind), None)
    wish = read(turn, kind, said, base=again(before) if before else None)
    if before and before.paused is None and wish == again(before):
        return views.subscribed(
            before,
            following=await turn.services.ledger.following(before, now=turn.now),
            titles=turn.titles,
            zone=turn.zone,
            filters=told(turn, before, creator=await name_of(turn, before.creator)),
            reader=turn.actor.slack_id,
            already=True,
        )
    others = before and before.creator != turn.actor.slack_id and not is_direct(channel)
    if before and others and agreed != _seen(before) and allowed(before, turn.actor):
        await _guard(turn, channel)
        return await _replacing(turn, before, wish, typed)
    return await _subscribe(turn, place, wish)


async def _replacing(turn: Turn, before: Subscription, wish: Wish, typed: str) -> Message:
    """The question before a colleague's digest gives way."""
    value = json.dumps([turn.channel, _seen(before), typed], ensure_ascii=False)
    if len(value) > LIMIT:
        raise UserError("This channel has such a digest already.", hint="Change that one: `/onboarding subscriptions`.")
    wanted, creator = (
        made(wish, channel=before.channel, by=turn.actor, now=turn.now),
        await name_of(turn, before.creator),
    )
    kept = told(turn, before, creator=creator), told(turn, wanted)
    return views.replacing(before, wanted, titles=turn.titles, filters=kept, creator=creator, value=value)


def _seen(subscription: Subscription) -> str:
    """What tells this state of a subscription from any other."""
    return sha256(repr(subscription).encode()).hexdigest()[:12]


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
    named = f"{terms.channel(before)} gets “{terms.title(before, titles=turn.titles)}” already"
    return f"{named}, {terms.when(before)}: what you save takes its place."


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
        following=await turn.services.ledger.following(made, now=turn.now),
        titles=turn.titles,
        zone=turn.zone,
        filters=told(turn, made),
        reader=turn.actor.slack_id,
        instead_of=before,
        creator=await name_of(turn, before.creator) if before else "",
    )


async def _edit(turn: Turn, subscription_id: str, wish: Wish) -> Message:
    saved = await turn.services.subscriptions.edit(
        subscription_id, wish, by=turn.actor, source=turn.source, reference=turn.reference
    )
    return views.subscribed(
        saved,
        following=await turn.services.ledger.following(saved, now=turn.now),
        titles=turn.titles,
        zone=turn.zone,
        filters=told(turn, saved, creator=await name_of(turn, saved.creator)),
        reader=turn.actor.slack_id,
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
    """What a subscription's filters keep, in words; as typed when they cannot be read any more.

    `creator` is the name of who set it up: `mine` means theirs.
    """
    try:
        wanted = filters.parse(subscription.filters, phases=turn.phases)
    except UserError:
        return subscription.filters
    me = "" if subscription.creator == turn.actor.slack_id else creator or "the subscriber"
    return filters.describe(wanted, directory=turn.directory, me=me)
