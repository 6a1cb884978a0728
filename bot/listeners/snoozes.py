"""Snoozing: an onboarding is left out of one channel's at-risk digest for a while, with a reason and an end."""

import re
from dataclasses import replace
from datetime import date, timedelta

from slack_sdk.models.views import View

from bot.domain import dates, flags, rights, schedule, when
from bot.domain.errors import UpstreamError, UserError
from bot.domain.records import Standing, Subscription
from bot.domain.snoozes import DEFAULT_DAYS
from bot.listeners.feature import Answer, Feature, Seen, Turn
from bot.listeners.show import pick_for
from bot.services.onboardings import Choices
from bot.views import snoozes as views
from bot.views import standing as said
from bot.views.forms import snooze as forms
from bot.views.forms.snooze import Typed
from bot.views.message import Message

feature = Feature("Snooze")

KIND = "at-risk"
"""The digest that snoozes are for."""
_WHOM = "<customer or #id>"
_SPAN = re.compile(r"\+?(\d{1,3})\s?(d|days?|w|weeks?)\b", re.IGNORECASE)
_LEAD = re.compile(r"(until|till|for)\s+", re.IGNORECASE)


@feature.command(
    "snooze",
    usage=f"{_WHOM} [3d | 2w | until 2026-09-10 | fri] [reason]",
    tells="Leave it out of this channel’s at-risk digest for a while; without a reason a form asks why",
    examples=("snooze aurora foods", "snooze aurora foods 3d their DNS is moving"),
)
async def snooze(turn: Turn) -> Seen:
    """Snooze it here; the form asks for a reason where none was typed, and where this channel has no such digest."""
    text = flags.none(turn.text, verb="snooze")
    found, rest = await turn.services.onboardings.find_before(text, verbs=("snooze",))
    if isinstance(found, Choices):
        return _which(turn, found, "snooze", rest)
    until, reason = _read(rest, today=dates.today(turn.now, turn.zone))
    channels = await _channels(turn)
    if reason and turn.channel in channels:
        return await _snooze(turn, found, turn.channel, until=until, reason=reason)
    remark = "" if turn.channel in channels else "This channel gets no at-risk digest: choose where it is left out."
    view = await _form(turn, found, channels, until=until, reason=reason, remark=remark)
    try:
        await turn.screen.show(view)
    except UpstreamError:  # too late for a modal: its button opens the form
        return views.ask_again(found, remark=remark)
    return None


@feature.command("snoozed", tells="What this channel’s at-risk digest leaves out for now", examples=("snoozed",))
async def snoozed(turn: Turn) -> Message:
    """Until when, by whom and why, with the way back for those who may."""
    found = await turn.services.snoozing.of_channel(turn.channel, today=await _today(turn))
    changeable = {
        one.onboarding_id
        for one in found
        if (known := turn.services.portfolio.known(one.onboarding_id))
        and rights.allowed(rights.Right.SNOOZE, turn.actor, onboarding=known.onboarding)
    }
    return views.listing(found, channel=turn.channel, changeable=changeable, command=turn.names.command)


@feature.command(
    "unsnooze",
    "wake",
    usage=_WHOM,
    tells="Have this channel’s at-risk digest tell of it again",
    examples=("unsnooze aurora foods",),
)
async def unsnooze(turn: Turn) -> Message:
    """End a snooze here."""
    found = await turn.services.onboardings.find(turn.text, exactly=True)
    if isinstance(found, Choices):
        return _which(turn, found, "unsnooze")
    return await _wake(turn, found, turn.channel)


@feature.button(views.ASK)
async def ask(turn: Turn) -> View:
    """`Snooze…` on a card or in a digest: the form, about the onboarding as it is now."""
    await turn.screen.loading(forms.TITLE)
    standing = await turn.services.onboardings.read(turn.press.id)
    until = dates.today(turn.now, turn.zone) + timedelta(days=DEFAULT_DAYS)
    return await _form(turn, standing, await _channels(turn), until=until)


@feature.button(views.WAKE)
async def wake(turn: Turn) -> Answer:
    """`Unsnooze` in the list, or beside what was just snoozed."""
    channel = str(turn.press.wanted.get(views.CHANNEL))
    standing = await turn.services.onboardings.look(turn.press.id)
    return Answer(await _wake(turn, standing, channel), replace=True)


@feature.form(forms.CALLBACK, parse=forms.parse, again=forms.again)
async def sent(turn: Turn) -> Message:
    """Snooze as the form says."""
    typed: Typed = turn.form
    known = turn.services.portfolio.known(typed.onboarding_id)
    standing = known or await turn.services.onboardings.read(typed.onboarding_id)
    return await _snooze(turn, standing, typed.channel, until=typed.until, reason=typed.reason)


def _which(turn: Turn, found: Choices, verb: str, rest: str = "") -> Message:
    """Several could be meant: nothing is done until one is chosen."""
    return pick_for(turn, replace(found, question=f"{found.question} Nothing was changed yet."), verb, rest)


async def _snooze(turn: Turn, standing: Standing, channel: str, *, until: date, reason: str) -> Message:
    made = await turn.services.snoozing.snooze(
        standing,
        channel=channel,
        until=until,
        reason=reason,
        by=turn.actor,
        source=turn.source,
        reference=turn.reference,
    )
    done = f"snoozed it until {dates.short(made.until)}"
    await turn.digests.note(made.onboarding_id, done=done, by=turn.actor.name, channel=channel)
    return views.snoozed(standing, made)


async def _wake(turn: Turn, standing: Standing, channel: str) -> Message:
    ended = await turn.services.snoozing.unsnooze(
        standing, channel=channel, by=turn.actor, source=turn.source, reference=turn.reference
    )
    await turn.digests.note(ended.onboarding_id, done="ended its snooze", by=turn.actor.name, channel=channel)
    return views.woken(ended)


async def _form(
    turn: Turn, standing: Standing, channels: tuple[str, ...], *, until: date, reason: str = "", remark: str = ""
) -> View:
    rights.check(rights.Right.SNOOZE, turn.actor, onboarding=standing.onboarding, directory=turn.directory)
    typed = Typed(
        standing.onboarding.id,
        said.called(standing),
        channels[: forms.CHOICES],
        channels[0],
        today=dates.today(turn.now, turn.zone),
        until=until,
        reason=reason,
        more=max(0, len(channels) - forms.CHOICES),
    )
    return forms.form(typed, remark=remark)


async def _channels(turn: Turn) -> tuple[str, ...]:
    """Where an at-risk digest comes: the channel this is said in first, then the person's own, then the others.

    Of private channels those they are in. Raises UserError when it comes nowhere.
    """
    found = [one for one in await turn.services.subscriptions.all() if one.kind == KIND and await sees(turn, one)]
    if not found:
        raise UserError(
            "No channel gets an at-risk digest, so there is nothing to leave it out of.",
            hint=f"`{turn.names.command} subscribe at-risk` has one posted.",
        )
    found.sort(key=lambda one: (one.channel != turn.channel, not one.direct, one.channel))
    return tuple(dict.fromkeys(one.channel for one in found))


async def sees(turn: Turn, subscription: Subscription) -> bool:
    """Whether the person may know of a digest here: one's own, this channel's, and those of channels they can see."""
    if subscription.direct or subscription.creator == turn.actor.slack_id:
        return subscription.creator == turn.actor.slack_id
    return subscription.channel == turn.channel or await turn.actors.rooms.shows(subscription.channel, turn.actor)


async def _today(turn: Turn) -> date:
    """The day it is where the channel's digest comes from; the reader's, where there is none."""
    there = await turn.services.subscriptions.of_channel(turn.channel)
    zone = next((one.zone for one in there if one.kind == KIND and schedule.readable(one)), turn.actor.zone)
    return dates.today(turn.now, zone)


def _read(typed: str, *, today: date) -> tuple[date, str]:
    """The day and the reason of `3d reason`, `until fri reason`, `reason`; raises UserError for an ambiguous day."""
    usual = today + timedelta(days=DEFAULT_DAYS)
    lead = _LEAD.match(typed)
    text = typed[lead.end() :] if lead else typed
    if not text.strip():
        return usual, ""
    if span := _SPAN.match(text):
        days = int(span[1]) * (7 if span[2].casefold().startswith("w") else 1)
        return today + timedelta(days=days), text[span.end() :].strip()
    try:
        understood = when.day(text, today=today, present=None)
    except UserError:
        if lead or text[0].isdecimal():
            raise
        return usual, typed.strip()
    return understood.day or usual, understood.rest if understood.day else typed.strip()
