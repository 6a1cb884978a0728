"""Which channel gets which digest, and when."""

import re
from datetime import datetime, time

from bot.domain import filters, rights, schedule, words
from bot.domain.errors import BotError, UserError
from bot.domain.records import Subscription
from bot.listeners.feature import Feature, Turn, spelled
from bot.services.subscriptions import Wish
from bot.views import subscriptions as views
from bot.views.message import Message

feature = Feature("Digests")

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(am|pm)?", re.IGNORECASE)


@feature.command(
    "subscribe",
    usage="<at-risk | launch-week> [09:00] [mon-fri] [Europe/Berlin] [filters]",
    tells="Have a digest posted in this channel",
    examples=("subscribe at-risk", "subscribe launch-week 08:30 mon Europe/Berlin", "subscribe at-risk owner:@ana"),
)
async def subscribe(turn: Turn) -> Message:
    """Subscribe the channel the command was typed in; it must be one that customers cannot read."""
    wish = _wish(turn)
    rights.check(rights.Right.SUBSCRIBE, turn.actor)
    await turn.cards.guard(turn.channel)
    before = next(
        (one for one in await turn.services.subscriptions.of_channel(turn.channel) if one.kind == wish.kind), None
    )
    subscription = await turn.services.subscriptions.subscribe(turn.channel, wish, by=turn.actor)
    return views.subscribed(
        subscription,
        following=_following(subscription, turn.now),
        titles=turn.titles,
        filters=_told(turn, subscription),
        instead_of=before,
        creator=await _name(turn, before.creator) if before else "",
    )


@feature.command(
    "unsubscribe",
    usage="<at-risk | launch-week>",
    tells="Stop a digest in this channel",
    examples=("unsubscribe at-risk",),
)
async def unsubscribe(turn: Turn) -> Message:
    """End the channel's subscription of one kind."""
    kind, rest = kind_of(turn, turn.text)
    if rest:
        raise UserError(f"I don't know what to do with “{rest}”.", hint="Name the digest only.")
    ended = await turn.services.subscriptions.unsubscribe(turn.channel, kind, by=turn.actor)
    return views.unsubscribed(ended, titles=turn.titles, command=turn.names.command)


@feature.command(
    "subscriptions", tells="Every channel's digests, and when the next one comes", examples=("subscriptions",)
)
async def subscriptions(turn: Turn) -> Message:
    """All of them: nobody should have to guess where a digest comes from."""
    every = await turn.services.subscriptions.all()
    return views.listing(
        [(one, _following(one, turn.now)) for one in every],
        titles=turn.titles,
        filters={one.id: _told(turn, one) for one in every},
        creators={one.creator: await _name(turn, one.creator) for one in every},
        command=turn.names.command,
    )


def kind_of(turn: Turn, typed: str) -> tuple[str, str]:
    """The digest kind that a text begins with, and its rest; raises UserError naming the kinds there are."""
    kinds = {spelled(kind): kind for kind in turn.titles}
    for length in (1, 2):
        *head, rest = [*typed.split(None, length), ""][: length + 1]
        kind = kinds.get(spelled("".join(head)))
        if kind:
            return kind, rest
    known = " or ".join(f"`{one}`" for one in turn.titles)
    first = words.head(typed)[0]
    raise UserError(f"There is no digest “{first}”." if first else "Which digest?", hint=f"There are {known}.")


def _wish(turn: Turn) -> Wish:
    """Read kind, time, weekdays and zone in any order; what is left are filters."""
    kind, said = kind_of(turn, turn.text)
    digest = turn.digests.kinds[kind]
    at, days, zone, rest = digest.at, digest.days, turn.actor.zone, []
    for word in words.split(said):
        if word[0].isdecimal():
            at = _hour(word)
        elif ("/" in word and ":" not in word) or word.upper() == "UTC":
            zone = word
        elif ":" in word:
            rest.append(_quoted(word))
        else:
            schedule.weekdays(word)
            days = word.lower()
    filters.parse(" ".join(rest), phases=turn.phases)
    return Wish(kind=kind, days=days, at=at, zone=zone, filters=" ".join(rest))


async def _name(turn: Turn, slack_id: str) -> str:
    """Who that is; nothing when Slack does not say."""
    try:
        return (await turn.actors.actor(slack_id, team=None)).name
    except BotError:
        return ""


def _told(turn: Turn, subscription: Subscription) -> str:
    """What a subscription's filters keep, in words; as typed when they cannot be read any more."""
    try:
        wanted = filters.parse(subscription.filters, phases=turn.phases)
    except UserError:
        return subscription.filters
    return filters.describe(wanted, directory=turn.directory)


def _hour(word: str) -> time:
    """Read `09:00`, `9`, `9am` or `5:30pm`; raises UserError."""
    clock = _TIME.fullmatch(word)
    hour, minute = (int(clock[1]), int(clock[2] or 0)) if clock else (24, 0)
    if clock and clock[3]:
        hour = hour % 12 + (12 if clock[3].lower() == "pm" else 0) if 1 <= hour <= 12 else 24
    if hour > 23 or minute > 59:
        raise UserError(f"“{word}” is not a time of day.", hint="Write it like `09:00`, `9`, `9am` or `5:30pm`.")
    return time(hour, minute)


def _following(subscription: Subscription, now: datetime) -> datetime | None:
    return None if subscription.paused else schedule.next_run(subscription, now)


def _quoted(word: str) -> str:
    """A filter as it can be read again: `phase:"Internal QA"` has lost its quotes by now."""
    key, _, value = word.partition(":")
    return f'{key}:"{value}"' if " " in value else word
