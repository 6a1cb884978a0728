"""What is told when a digest does not come as it should: to its subscriber, and in its channel while it is put off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import ActionsBlock, ButtonElement

from bot.domain import dates
from bot.domain.records import Subscription
from bot.views import controls, text, values
from bot.views.message import Message, say
from bot.views.values import Entry

POST = "ob:digest-post"
ARRIVED = "ob:digest-arrived"
DAYS = 5
"""Days that are named one by one."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The digest that is talked of: its subscription, what its kind is called, and how the bot is spoken to."""

    subscription: Subscription
    title: str
    command: str

    @property
    def which(self) -> str:
        """The digest and its channel, for its subscriber."""
        place = "you" if self.subscription.direct else f"<#{text.escape(self.subscription.channel)}>"
        return f"“{text.name(self.title)}” for {place}"

    @property
    def zone(self) -> ZoneInfo:
        """The channel's zone."""
        return ZoneInfo(self.subscription.zone)


def failed(subject: Subject, *, slot: str, reason: str, hint: str) -> Message:
    """It was not posted; the subscription goes on."""
    told = f"The digest {subject.which} of {day(slot)} was not posted. {text.escape(reason)}"
    return _asking(say(told, *_hint(hint)), _post(subject, slot))


def paused(subject: Subject, *, slot: str, reason: str, hint: str) -> Message:
    """It was not posted, and the subscription is paused until somebody takes it up again."""
    told = f"The digest {subject.which} of {day(slot)} was not posted. {text.escape(reason)}"
    kept = (
        f"The subscription is paused, its settings are kept. `{text.escape(subject.command)} subscriptions` shows it."
    )
    return say(told, *_hint(hint), kept)


def uncertain(subject: Subject, *, slot: str) -> Message:
    """It may or may not have been posted: only a person can look."""
    told = (
        f"The digest {subject.which} of {day(slot)} may or may not have been posted: "
        "I was interrupted, and never post twice."
    )
    look = "Please look. If it is there, press *It arrived*; if not, *Post now* posts it as things stand by then."
    return _asking(say(told, look), _post(subject, slot), _arrived(subject, slot))


def skipped(subject: Subject, *, slots: Sequence[tuple[str, str]]) -> Message:
    """Slots that it is too late for, oldest first, each with the reason why it was not posted in time."""
    by_reason: dict[str, list[str]] = {}
    for slot, reason in slots:
        by_reason.setdefault(reason, []).append(day(slot))
    why = [f"{_days(days)}: {text.escape(reason)}".rstrip(".") + "." for reason, days in by_reason.items()]
    told = f"The digest {subject.which} was not posted on {' '.join(why)}"
    return _asking(say(told, "The next one says so too."), _post(subject, slots[-1][0]))


def put_off(subject: Subject, *, reason: str, minutes: int, until: datetime) -> Message:
    """In the channel: today's digest is still to come."""
    last = f"{until.astimezone(subject.zone):%H:%M} {subject.subscription.zone}"
    told = f"“{text.name(subject.title)}” could not be made yet: {text.escape(reason)}"
    return say(told, f"I try again every {minutes} minutes, the last time at {last}.")


def came(subject: Subject, *, reason: str, at: datetime) -> Message:
    """In its place, once the digest is there."""
    told = f"“{text.name(subject.title)}” came late, at {at.astimezone(subject.zone):%H:%M}: {text.escape(reason)}"
    return say(told)


def came_not(subject: Subject, *, slot: str, reason: str) -> Message:
    """In its place, once it is too late."""
    told = f"“{text.name(subject.title)}” of {day(slot)} was not posted: {text.escape(reason)}"
    return say(told, "Whoever subscribed it has been told, and can still post it.")


def silent(subject: Subject, *, slot: str) -> Message:
    """In its place, where it turned out that there is nothing to say."""
    return say(f"“{text.name(subject.title)}” of {day(slot)} has nothing to say.")


def given_up(subject: Subject, *, slot: str) -> Message:
    """In its place, once its subscription is paused or ended."""
    return say(f"“{text.name(subject.title)}” of {day(slot)} does not come: it is no longer subscribed here.")


def posted_by_hand(subject: Subject, *, slot: str, name: str) -> Message:
    """To the subscriber, in place of the question: it is there now."""
    return say(f"The digest {subject.which} of {day(slot)} is posted now, because {text.name(name)} asked for it.")


def nothing_to_say(subject: Subject, *, slot: str) -> Message:
    """Likewise: there is nothing it would say."""
    return say(f"The digest {subject.which} of {day(slot)} has nothing to say by now, so nothing was posted.")


def seen_by(subject: Subject, *, slot: str, name: str) -> Message:
    """Likewise: somebody saw it."""
    told = f"Noted: the digest {subject.which} of {day(slot)} arrived, as {text.name(name)} says."
    return say(told, "The next one is compared with it.")


def _days(days: Sequence[str]) -> str:
    """The days by name, or of many the first, the last, and how many they are."""
    if len(days) <= DAYS:
        return text.listed(tuple(days), limit=DAYS)
    return f"{len(days)} days from {days[0]} to {days[-1]}"


def _asking(message: Message, *buttons: ButtonElement) -> Message:
    return Message(message.text, (*message.blocks, ActionsBlock(elements=list(buttons))))


def _post(subject: Subject, slot: str) -> ButtonElement:
    value = values.encode_entry(Entry(subject.subscription.id, slot))
    return controls.button("Post now", action=POST, named=f"Post now: {subject.title} of {day(slot)}", value=value)


def _arrived(subject: Subject, slot: str) -> ButtonElement:
    value = values.encode_entry(Entry(subject.subscription.id, slot))
    named = f"It arrived: {subject.title} of {day(slot)}"
    return controls.button("It arrived", action=ARRIVED, named=named, value=value)


def day(slot: str) -> str:
    """`Mon 7 Sep`, of a slot that is a day."""
    named = date.fromisoformat(slot)
    return f"{dates.WEEKDAYS[named.weekday()]} {dates.short(named)}"


def _hint(hint: str) -> tuple[str, ...]:
    return (text.escape(hint),) if hint else ()
