"""What a subscriber is told, in a direct message, when a digest did not come as it should."""

from datetime import date

from bot.domain import dates
from bot.domain.records import Subscription
from bot.views import text
from bot.views.message import Message, say


def failed(subscription: Subscription, *, title: str, reason: str, hint: str, command: str) -> Message:
    """It was not posted; the subscription goes on."""
    again = f"To post it now, go there and type `{_now(subscription, command)}`."
    return say(f"{_which(subscription, title)} was not posted. {text.escape(reason)}", *_hint(hint), again)


def paused(subscription: Subscription, *, title: str, reason: str, hint: str, command: str) -> Message:
    """It was not posted, and the subscription is paused until somebody takes it up again."""
    kept = f"The subscription is paused, its settings are kept. `{text.escape(command)} subscriptions` shows it."
    return say(f"{_which(subscription, title)} was not posted. {text.escape(reason)}", *_hint(hint), kept)


def uncertain(subscription: Subscription, *, title: str, command: str) -> Message:
    """It may or may not have been posted: only a person can look."""
    told = f"{_which(subscription, title)} may or may not have been posted: I was interrupted, and never post twice."
    return say(told, f"Please look. If it is not there, type `{_now(subscription, command)}` in that channel.")


def missed(subscription: Subscription, *, title: str, days: tuple[date, ...], command: str) -> Message:
    """Its hour passed while the bot was not running, and it is too late to catch up."""
    when = text.listed(tuple(dates.short(day) for day in days), limit=7)
    told = f"{_which(subscription, title)} was not posted on {when}: I was not running at the hour set."
    return say(told, f"To post it now, go there and type `{_now(subscription, command)}`.")


def _which(subscription: Subscription, title: str) -> str:
    return f"The digest “{text.name(title)}” for <#{text.escape(subscription.channel)}>"


def _now(subscription: Subscription, command: str) -> str:
    return f"{text.escape(command)} digest now {text.escape(subscription.kind)}"


def _hint(hint: str) -> tuple[str, ...]:
    return (text.escape(hint),) if hint else ()
