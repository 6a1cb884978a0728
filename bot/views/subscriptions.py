"""Subscriptions: which channel gets which digest when, when the next one comes, and what has just been changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import Block

from bot.domain import dates
from bot.domain.records import Subscription
from bot.views import standing as said
from bot.views import text
from bot.views.message import Message, context, header, section

_SHOWN = 20


def listing(
    subscriptions: Sequence[tuple[Subscription, datetime | None]],
    *,
    titles: Mapping[str, str],
    filters: Mapping[str, str],
    creators: Mapping[str, str],
    command: str,
) -> Message:
    """Draw subscriptions, each with the instant of its next run (None: no next one).

    `titles` are by kind; `filters`, what each keeps in words, by subscription id; `creators` by Slack id.
    """
    if not subscriptions:
        hint = f"Subscribe this channel with `{text.escape(command)} subscribe at-risk`."
        return Message(f"No digest subscriptions yet. {hint}", (section("No digest subscriptions yet."), context(hint)))
    blocks: list[Block] = [header("Digest subscriptions")]
    for subscription, following in subscriptions[:_SHOWN]:
        named = f"*{title(subscription, titles=titles)}* in {channel(subscription)}"
        settings = said.joined(
            when(subscription), _kept(filters.get(subscription.id, "")), _by(creators.get(subscription.creator, ""))
        )
        blocks.append(section(f"{named}\n{settings}\n{_following(subscription, following)}"))
    left = len(subscriptions) - _SHOWN
    total = text.count(len(subscriptions), "subscription")
    blocks.append(context(f"{total}, {left} of them not shown" if left > 0 else total))
    told = tuple(
        f"{title(subscription, titles=titles)} in {channel(subscription)}, {when(subscription)}"
        for subscription, _ in subscriptions
    )
    return Message(f"{total}: {text.listed(told, limit=5)}.", tuple(blocks))


def subscribed(
    subscription: Subscription,
    *,
    following: datetime | None,
    titles: Mapping[str, str],
    filters: str = "",
    instead_of: Subscription | None = None,
    creator: str = "",
) -> Message:
    """Say that a channel is subscribed, as understood, when the first digest comes, and what it takes the place of.

    `creator` is the name of who set the earlier one up.
    """
    told = f"{channel(subscription)} now gets “{title(subscription, titles=titles)}”, {when(subscription)}."
    details = [_following(subscription, following), *filter(None, [_kept(filters)])]
    if instead_of and instead_of != subscription:
        details.append(said.joined(f"Instead of {when(instead_of)}", _by(creator)))
    return Message(f"{told} {'; '.join(details)}.", (section(told), context(*details)))


def unsubscribed(subscription: Subscription, *, titles: Mapping[str, str], command: str) -> Message:
    """Say that a channel no longer gets a digest, and the way back."""
    told = f"{channel(subscription)} no longer gets “{title(subscription, titles=titles)}”."
    back = f"To have it back: `{text.escape(command)} subscribe {text.name(subscription.kind)}`"
    return Message(f"{told} {back}.", (section(told), context(back)))


def line(subscription: Subscription, *, following: datetime | None, titles: Mapping[str, str]) -> str:
    """One subscription in one line: what, where, when, and when next."""
    what = f"{title(subscription, titles=titles)} in {channel(subscription)}, {when(subscription)}"
    return f"{what} · {_following(subscription, following)}"


def title(subscription: Subscription, *, titles: Mapping[str, str]) -> str:
    """What the digest is called; its kind, should nobody know it any more."""
    return text.name(titles.get(subscription.kind, subscription.kind))


def when(subscription: Subscription) -> str:
    """`Mon–Fri at 09:00 (Europe/Berlin)`: the weekdays, and the local time in the subscription's zone."""
    *first, last = ("–".join(day.capitalize() for day in part.split("-")) for part in subscription.days.split(","))
    days = f"{', '.join(first)} and {last}" if first else last
    return f"{text.name(days)} at {subscription.at:%H:%M} ({text.name(subscription.zone)})"


def _kept(filters: str) -> str:
    return f"filters: {text.name(filters, 200)}" if filters else ""


def _by(creator: str) -> str:
    return f"set up by {text.name(creator)}" if creator else ""


def _following(subscription: Subscription, following: datetime | None) -> str:
    if subscription.paused is not None:
        return f"Paused: {text.name(subscription.paused, 200)}"
    if following is None:
        return "No next run"
    local = following.astimezone(ZoneInfo(subscription.zone))
    return f"Next: {dates.full(local.date())} at {local:%H:%M}"


def channel(subscription: Subscription) -> str:
    """The channel it goes to, as a link to it."""
    return f"<#{text.escape(subscription.channel)}>"
