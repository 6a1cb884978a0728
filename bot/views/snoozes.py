"""Snoozes: what one channel's at-risk digest leaves out for now, until when, by whom and why; and the way back."""

from collections.abc import Collection, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.domain import dates
from bot.domain.records import Snooze, Standing
from bot.views import controls, text, values
from bot.views import standing as said
from bot.views.message import Message, context, header, say, section
from bot.views.values import Press

ASK = "ob:snooze"
WAKE = "ob:unsnooze"
CHANNEL = "channel"
BACK = "It is back that day, or as soon as its phase, state, target date or an owner changes."
_SHOWN = 20


def snoozed(standing: Standing, snooze: Snooze) -> Message:
    """Say what is left out where, until when, and what brings it back; with the button that takes it back."""
    told = f"{said.called(standing)} is left out of {digest(snooze.channel)} until {dates.full(snooze.until)}."
    only = f"Of that digest only: lists, its card and every other digest show it as before. {BACK}"
    blocks = (
        section(told),
        context(f"Reason: {text.name(snooze.reason, 300)}", only),
        ActionsBlock(elements=[_button(snooze, at=0)]),
    )
    return Message(f"{told} {only}", blocks)


def woken(snooze: Snooze) -> Message:
    """Say that an onboarding is told of again."""
    return say(f"{text.name(snooze.title)} is no longer snoozed: {digest(snooze.channel)} tells of it again.")


def listing(snoozes: Sequence[Snooze], *, channel: str, changeable: Collection[str], command: str) -> Message:
    """What a channel has snoozed, what is back first comes first; `changeable` are the ids the reader may wake."""
    if not snoozes:
        told = f"Nothing is snoozed in {digest(channel)}."
        return say(told, f"`{text.escape(command)} snooze` and a customer’s name leaves one out for a while.")
    blocks: list[Block] = [header("Snoozed")]
    for at, one in enumerate(snoozes[:_SHOWN]):
        line = (
            f"*{text.name(one.title)}*\n"
            f"until {dates.full(one.until)}  ·  by {text.name(one.name)}  ·  {text.name(one.reason, 300)}"
        )
        wake = _button(one, at=at) if one.onboarding_id in changeable else None
        blocks.append(section(line, accessory=wake))
    left = len(snoozes) - _SHOWN
    counted = f"{len(snoozes)} left out of {digest(channel)}" + (f", {left} not shown" if left > 0 else "")
    blocks.append(context(f"{counted}. Each is back on its day, or as soon as something about it changes."))
    names = tuple(f"{text.name(one.title, 60)} until {dates.short(one.until)}" for one in snoozes)
    return Message(f"{counted}: {text.listed(names, limit=5)}.", tuple(blocks))


def ask_again(standing: Standing, *, remark: str = "") -> Message:
    """Offer the form by a button, where it came too late to be opened at once."""
    button = controls.button(
        "Snooze…",
        action=ASK,
        named=controls.naming("Snooze ", standing),
        value=values.encode(Press(standing.onboarding.id, "snooze")),
    )
    told = f"To snooze {said.called(standing)}, say until when and why."
    return Message(told, (section(told), *([context(remark)] if remark else []), ActionsBlock(elements=[button])))


def hidden(snoozes: Sequence[Snooze]) -> str:
    """`Hidden in #onboarding until 21 Sep`, for the small print of a card; nothing when it is hidden nowhere."""
    parts = [f"{channel(one.channel)} until {dates.short(one.until)}" for one in snoozes]
    return f"Hidden in {text.listed(tuple(parts), limit=3)}" if parts else ""


def digest(channel_id: str) -> str:
    """`the at-risk digest of #onboarding`."""
    return "your own at-risk digest" if channel_id.startswith("D") else f"the at-risk digest of {channel(channel_id)}"


def channel(channel_id: str) -> str:
    """The channel as a link to it; a direct message is called just that."""
    return "your direct message" if channel_id.startswith("D") else f"<#{text.escape(channel_id)}>"


def _button(snooze: Snooze, *, at: int) -> ButtonElement:
    press = Press(snooze.onboarding_id, "unsnooze", wanted={CHANNEL: snooze.channel})
    named = f"Unsnooze {text.plain(snooze.title, 60)}"
    return controls.button("Unsnooze", action=f"{WAKE}:{at}", named=named, value=values.encode(press))
