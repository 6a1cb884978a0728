"""Subscriptions: who gets which digest when, when the next one comes, and what became of the last ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
)

from bot.domain import countries, dates
from bot.domain.records import MOVE, Delivery, Subscription
from bot.domain.schedule import Slot
from bot.views import controls, outcomes, text, values
from bot.views import standing as said
from bot.views.message import Message, context, header, section
from bot.views.values import Press, Turning

ADD = "ob:subscribe"
REPLACE = "ob:subscribe-replace"
"""`Replace it`: the value carries the line that was typed, and what it would replace."""
ROW = "ob:subscription"
"""The menu of a subscription; which entry is in its value."""
PAGE = "ob:subscriptions"
END = "ob:unsubscribe"
KIND = "ob:digest-kind"
"""The form’s menu of kinds: another kind has other usual days and another hour."""
EDIT, PAUSE, RESUME, DELETE = "edit", "pause", "resume", "delete"
PER_PAGE = 10
_PICK = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One subscription as the list shows it."""

    subscription: Subscription
    following: Slot | None
    """Its next run; None: no next one."""
    filters: str = ""
    """What it keeps, in words."""
    creator: str = ""
    """The name of who set it up."""
    past: Sequence[Delivery] = ()
    """The newest rows of its ledger, newest first."""
    waiting: str = ""
    """What it waits for at this moment, in words."""
    changeable: bool = False
    """The reader may change it."""


def listing(
    rows: Sequence[Row],
    *,
    page: int,
    total: int,
    titles: Mapping[str, str],
    now: datetime,
    zone: ZoneInfo,
    command: str,
    reader: str = "",
    notice: str = "",
    hidden: int = 0,
) -> Message:
    """Draw one page (from 1) of `total` subscriptions for a reader in `zone`; `notice` is markup, said above them.

    `reader` is a Slack user id, here and below: a direct message of theirs is called “you”. So many more are `hidden`
    from them, being of private channels that they are not in.
    """
    more = f"{hidden} more in private channels that you are not in" if hidden else ""
    add = controls.button("Add a digest", action=ADD, named="Add a digest", style="primary")
    before: list[Block] = [section(notice)] if notice else []
    if not rows:
        hint = f"Subscribe this channel with `{text.escape(command)} subscribe at-risk`, or press the button."
        told = "No digest subscriptions that you can see." if hidden else "No digest subscriptions yet."
        return Message(
            " ".join(filter(None, (notice, told, hint))),
            (*before, section(told), context(*filter(None, (hint, more))), ActionsBlock(elements=[add])),
        )
    pages = -(-total // PER_PAGE)
    blocks = [*before, header("Digest subscriptions")]
    for row in rows:
        menu = _menu(row, titles=titles) if row.changeable else None
        blocks.append(section(_told(row, titles=titles, now=now, zone=zone, reader=reader), accessory=menu))
    counted = text.count(total, "subscription")
    place_in = f"{counted}, page {page} of {pages}" if pages > 1 else counted
    blocks.append(context(*filter(None, (place_in, more))))
    blocks.append(ActionsBlock(elements=[add, *_turns(page, pages)]))
    told_all = tuple(
        f"{title(row.subscription, titles=titles)} {place(row.subscription, reader)}, {when(row.subscription)}"
        for row in rows
    )
    return Message(f"{notice} {counted}: {text.listed(told_all, limit=5)}.".strip(), tuple(blocks))


def subscribed(
    subscription: Subscription,
    *,
    following: Slot | None,
    titles: Mapping[str, str],
    zone: ZoneInfo,
    filters: str = "",
    instead_of: Subscription | None = None,
    creator: str = "",
    reader: str = "",
    edited: bool = False,
    already: bool = False,
) -> Message:
    """Say that somebody gets a digest, as understood, when the next one comes, and what it takes the place of.

    `zone` is the reader's; `creator` is the name of who set the earlier one up; `already` says that nothing changed.
    """
    told = f"{_gets(subscription, reader, now=not (edited or already))} “{title(subscription, titles=titles)}”"
    told += f"{' already' if already else ''}, {when(subscription)}."
    details = [_following(subscription, following, zone=zone), *filter(None, (_kept(filters), *_manner(subscription)))]
    if instead_of and instead_of != subscription:
        details.append(said.joined(f"Instead of {when(instead_of)}", _by(creator)))
    told = f"Saved. {told}" if edited else told
    return Message(f"{told} {'; '.join(details)}.", (section(told), context(*details)))


def replacing(
    before: Subscription,
    wanted: Subscription,
    *,
    titles: Mapping[str, str],
    filters: tuple[str, str] = ("", ""),
    creator: str = "",
    value: str,
) -> Message:
    """Ask before somebody else's digest gives way to the one that was typed; `filters` are in words, old and new.

    `value` goes into the button.
    """
    named = f"“{title(before, titles=titles)}”"
    asked = f"{channel(before)} gets {named} already{f', {_by(creator)}' if creator else ''}. Nothing was changed yet."
    old, new = (
        said.joined(when(one), _kept(kept), *_manner(one), "paused" if one.paused is not None else "")
        for one, kept in zip((before, wanted), filters, strict=True)
    )
    press = controls.button(
        "Replace it",
        action=REPLACE,
        named=f"Replace the digest {title(before, titles=titles)}",
        value=value,
        style="danger",
    )
    blocks = (section(f"{asked}\n*Now:* {old}\n*Then:* {new}"), ActionsBlock(elements=[press]))
    return Message(f"{asked} Now: {old}. Then: {new}. Replace it?", blocks)


def unsubscribed(subscription: Subscription, *, titles: Mapping[str, str], command: str, reader: str = "") -> Message:
    """Say that somebody no longer gets a digest, and the line that brings it back as it was."""
    told = ended(subscription, titles=titles, reader=reader)
    where = "" if subscription.direct else f", in {channel(subscription)}"
    typed = line_typed(subscription).replace("`", "'")
    back = f"To have it back{where}: `{text.escape(command)} subscribe {text.escape(typed)}`"
    return Message(f"{told} {back}", (section(told), context(back)))


def ended(subscription: Subscription, *, titles: Mapping[str, str], reader: str = "") -> str:
    """`#onboarding no longer gets “At-risk onboardings”.`"""
    whose = "A direct message" if subscription.direct else channel(subscription)
    gets = "You no longer get" if _own(subscription, reader) else f"{whose} no longer gets"
    return f"{gets} “{title(subscription, titles=titles)}”."


def line_typed(subscription: Subscription) -> str:
    """What follows `subscribe` in the line that makes this very subscription, typed where it comes: not escaped."""
    holidays = f"holidays:{subscription.holidays}" if subscription.holidays else ""
    skipped = f":{subscription.on_holiday}" if holidays and subscription.on_holiday != MOVE else ""
    return " ".join(
        filter(
            None,
            (
                subscription.kind,
                "dm" if subscription.direct else "",
                f"{subscription.at:%H:%M}",
                subscription.days,
                subscription.zone,
                subscription.filters,
                "mentions:on" if subscription.mentions else "",
                holidays + skipped,
                "" if subscription.quiet else "quiet:off",
            ),
        )
    )


def pick(subscriptions: Sequence[Subscription], *, titles: Mapping[str, str]) -> Message:
    """Ask which digest to delete: one line and one button each, and Slack's own question before it is done."""
    asked = "Which digest shall be deleted?"
    blocks: list[Block] = [section(asked)]
    for at, one in enumerate(subscriptions[:_PICK]):
        named = title(one, titles=titles)
        blocks.append(section(f"*{named}*\n{when(one)}", accessory=_end_button(one, named, at=at)))
    left = len(subscriptions) - _PICK
    if left > 0:
        blocks.append(context(f"{left} more not shown"))
    return Message(asked, tuple(blocks))


def line(subscription: Subscription, *, following: datetime | None, titles: Mapping[str, str]) -> str:
    """One subscription of the reader's in one line: what, where, when, and when next."""
    what = f"{title(subscription, titles=titles)} {place(subscription, subscription.creator)}, {when(subscription)}"
    return f"{what} · {_next(subscription, following)}"


def title(subscription: Subscription, *, titles: Mapping[str, str]) -> str:
    """What the digest is called; its kind, should nobody know it any more."""
    return text.name(titles.get(subscription.kind, subscription.kind))


def when(subscription: Subscription) -> str:
    """`Mon–Fri at 09:00 (Europe/Berlin)`: the weekdays, and the local time in the subscription's zone."""
    *first, last = ("–".join(day.capitalize() for day in part.split("-")) for part in subscription.days.split(","))
    days = f"{', '.join(first)} and {last}" if first else last
    return f"{text.name(days)} at {subscription.at:%H:%M} ({text.name(subscription.zone)})"


def _following(subscription: Subscription, following: Slot | None, *, zone: ZoneInfo) -> str:
    """When the next one comes, for a reader in `zone`; and which holidays it is moved from."""
    told = _next(subscription, following.at if following else None, zone=zone)
    moved = following.moved_from if following else ()
    if not moved:
        return told
    days = tuple(f"{dates.WEEKDAYS[day.weekday()]} {dates.short(day)}" for day in moved)
    return f"{told}, moved: {text.listed(days, limit=3)} {'is a holiday' if len(days) == 1 else 'are holidays'}"


def _next(subscription: Subscription, following: datetime | None, *, zone: ZoneInfo | None = None) -> str:
    """When the next one comes, by its own clock, and by the reader's where that shows another time."""
    if subscription.paused is not None:
        why = text.name(subscription.paused, 200)
        return why if why.startswith("Paused") else f"Paused: {why}"
    if following is None:
        return "No next run"
    there = following.astimezone(ZoneInfo(subscription.zone))
    told = f"Next: {dates.full(there.date())} at {there:%H:%M}"
    here = following.astimezone(zone) if zone else there
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return told
    day = "" if here.date() == there.date() else f"{dates.WEEKDAYS[here.weekday()]} "
    return f"{told} ({day}{here:%H:%M} your time)"


def channel(subscription: Subscription) -> str:
    """The channel it goes to, as a link to it; a direct message is called just that."""
    return "a direct message" if subscription.direct else f"<#{text.escape(subscription.channel)}>"


def place(subscription: Subscription, reader: str) -> str:
    """`in #onboarding`, or `for you` where it is the reader's own direct message."""
    return "for you" if _own(subscription, reader) else f"in {channel(subscription)}"


def _own(subscription: Subscription, reader: str) -> bool:
    return subscription.direct and subscription.creator == reader


def _gets(subscription: Subscription, reader: str, *, now: bool) -> str:
    """`#onboarding now gets`, `You get`."""
    if _own(subscription, reader):
        return f"You {'now ' if now else ''}get"
    return f"{'A direct message' if subscription.direct else channel(subscription)} {'now ' if now else ''}gets"


def _told(row: Row, *, titles: Mapping[str, str], now: datetime, zone: ZoneInfo, reader: str) -> str:
    subscription = row.subscription
    named = f"*{title(subscription, titles=titles)}* {place(subscription, reader)}"
    by = "" if _own(subscription, reader) else _by(row.creator)
    settings = said.joined(when(subscription), _kept(row.filters), *_manner(subscription), by)
    parts = [named, settings, _following(subscription, row.following, zone=zone)]
    if row.waiting:
        parts.append(text.name(row.waiting, 300))
    if row.past:
        parts.append(f"Last: {outcomes.past(row.past, subscription, now=now)}")
    return "\n".join(parts)


def _menu(row: Row, *, titles: Mapping[str, str]) -> OverflowMenuElement:
    paused = row.subscription.paused is not None
    entries = (("Edit…", EDIT), ("Resume", RESUME) if paused else ("Pause", PAUSE), ("Delete…", DELETE))
    options = [
        Option(text=PlainTextObject(text=label), value=values.encode(Press(row.subscription.id, verb)))
        for label, verb in entries
    ]
    return OverflowMenuElement(action_id=f"{ROW}:{row.subscription.id}", options=options)


def _turns(page: int, pages: int) -> list[ButtonElement]:
    ways = [("Previous", page - 1)] if page > 1 else []
    ways += [("Next", page + 1)] if page < pages else []
    return [
        controls.button(
            label,
            action=f"{PAGE}:{label.lower()}",
            named=f"{label} digest subscriptions",
            value=values.encode_turning(Turning("subscriptions", "", to)),
        )
        for label, to in ways
    ]


def _end_button(subscription: Subscription, named: str, *, at: int) -> ButtonElement:
    return controls.button(
        "Delete",
        action=f"{END}:{at}",
        named=f"Delete the digest {named}",
        value=values.encode(Press(subscription.id, DELETE)),
        style="danger",
        confirm=ConfirmObject(
            title=PlainTextObject(text="Delete this digest?"),
            text=PlainTextObject(text=f"{text.plain(named, 80)}: {when(subscription)}. It does not come any more."),
            confirm=PlainTextObject(text="Delete"),
            deny=PlainTextObject(text="Cancel"),
        ),
    )


def _manner(subscription: Subscription) -> tuple[str, ...]:
    """Whatever is not as usual: mentions, digests without rows, holidays."""
    parts = ["mentions on"] if subscription.mentions else []
    parts += [] if subscription.quiet else ["comes also with nothing to say"]
    if subscription.holidays:
        there = text.name(countries.name(subscription.holidays))
        moves = subscription.on_holiday == MOVE
        parts.append(
            f"on the next workday when {there} has a holiday" if moves else f"not on public holidays in {there}"
        )
    return tuple(parts)


def _kept(filters: str) -> str:
    if filters.startswith("only "):
        return text.name(filters, 200)
    return f"filters: {text.name(filters, 200)}" if filters else ""


def _by(creator: str) -> str:
    return f"set up by {text.name(creator)}" if creator else ""
