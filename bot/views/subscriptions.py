"""Subscriptions: their list, and what is said and asked when one is made, replaced or deleted."""

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

from bot.domain.records import Delivery, Subscription
from bot.domain.schedule import Slot
from bot.views import controls, outcomes, terms, text, values
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
    told_all = tuple(terms.brief(row.subscription, reader, titles=titles) for row in rows)
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
    told = (
        f"{terms.gets(subscription, reader, now=not (edited or already))} “{terms.title(subscription, titles=titles)}”"
    )
    told += f"{' already' if already else ''}, {terms.when(subscription)}."
    details = [
        terms.following(subscription, following, zone=zone),
        *filter(None, (terms.kept(filters), *terms.manner(subscription))),
    ]
    if instead_of and instead_of != subscription:
        details.append(said.joined(f"Instead of {terms.when(instead_of)}", terms.by(creator)))
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
    gets = f"{terms.channel(before)} gets “{terms.title(before, titles=titles)}” already"
    asked = f"{gets}{f', {terms.by(creator)}' if creator else ''}. Nothing was changed yet."
    old, new = (
        said.joined(terms.when(one), terms.kept(kept), *terms.manner(one), "paused" if one.paused is not None else "")
        for one, kept in zip((before, wanted), filters, strict=True)
    )
    press = controls.button(
        "Replace it",
        action=REPLACE,
        named=f"Replace the digest {terms.title(before, titles=titles)}",
        value=value,
        style="danger",
    )
    blocks = (section(f"{asked}\n*Now:* {old}\n*Then:* {new}"), ActionsBlock(elements=[press]))
    return Message(f"{asked} Now: {old}. Then: {new}. Replace it?", blocks)


def unsubscribed(subscription: Subscription, *, titles: Mapping[str, str], command: str, reader: str = "") -> Message:
    """Say that somebody no longer gets a digest, and the line that brings it back as it was."""
    told = terms.ended(subscription, titles=titles, reader=reader)
    where = "" if subscription.direct else f", in {terms.channel(subscription)}"
    typed = terms.line_typed(subscription).replace("`", "'")
    back = f"To have it back{where}: `{text.escape(command)} subscribe {text.escape(typed)}`"
    return Message(f"{told} {back}", (section(told), context(back)))


def pick(subscriptions: Sequence[Subscription], *, titles: Mapping[str, str]) -> Message:
    """Ask which digest to delete: one line and one button each, and Slack's own question before it is done."""
    asked = "Which digest shall be deleted?"
    blocks: list[Block] = [section(asked)]
    for at, one in enumerate(subscriptions[:_PICK]):
        named = terms.title(one, titles=titles)
        blocks.append(section(f"*{named}*\n{terms.when(one)}", accessory=_end_button(one, named, at=at)))
    left = len(subscriptions) - _PICK
    if left > 0:
        blocks.append(context(f"{left} more not shown"))
    return Message(asked, tuple(blocks))


def _told(row: Row, *, titles: Mapping[str, str], now: datetime, zone: ZoneInfo, reader: str) -> str:
    subscription = row.subscription
    named = f"*{terms.title(subscription, titles=titles)}* {terms.place(subscription, reader)}"
    by = "" if terms.own(subscription, reader) else terms.by(row.creator)
    settings = said.joined(terms.when(subscription), terms.kept(row.filters), *terms.manner(subscription), by)
    parts = [named, settings, terms.following(subscription, row.following, zone=zone)]
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
            text=PlainTextObject(
                text=f"{text.plain(named, 80)}: {terms.when(subscription)}. It does not come any more."
            ),
            confirm=PlainTextObject(text="Delete"),
            deny=PlainTextObject(text="Cancel"),
        ),
    )
