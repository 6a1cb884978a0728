"""What somebody wants of a digest, read from a typed line or from the form, and written into the form again."""

import re
from dataclasses import replace
from datetime import time

from bot.domain import countries, dates, filters, schedule, words
from bot.domain.errors import UserError
from bot.domain.filters import Filters
from bot.domain.records import MOVE, SKIP, Subscription
from bot.listeners.feature import Turn, spelled
from bot.services.subscriptions import Wish
from bot.views import terms
from bot.views.forms.subscription import Typed

DIRECT = ("dm", "me")
_GROUPS = "usergroups:read"
_ORDER = ("at-risk", "launch-week", "portfolio")
"""The order in which the kinds are named."""
PLACE = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
_HERE = ("here", "channel")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(am|pm)?", re.IGNORECASE)
_SWITCHES = {"on": True, "yes": True, "off": False, "no": False}


def kind_of(turn: Turn, typed: str) -> tuple[str, str]:
    """The digest kind that a text begins with, and its rest; raises UserError naming the kinds there are."""
    kinds = {spelled(kind): kind for kind in turn.titles}
    for length in (1, 2):
        *head, rest = [*typed.split(None, length), ""][: length + 1]
        kind = kinds.get(spelled("".join(head)))
        if kind:
            return kind, rest
    *others, last = dict.fromkeys(kind for kind in (*_ORDER, *turn.titles) if kind in turn.titles)
    known = f"There are {', '.join(others)} and {last}." if others else f"There is {last}."
    first = words.head(typed)[0]
    raise UserError(f"There is no digest “{first}”." if first else "Which digest?", hint=known)


def place_of(said: str, *, here: str) -> str:
    """The channel that a line means; nothing for the person's own direct message."""
    place = here
    for word in words.split(said):
        if word.casefold() in _HERE:
            place = here
        elif word.casefold() in DIRECT:
            place = ""
        elif found := PLACE.fullmatch(word):
            place = found[1]
    return "" if place.startswith("D") else place


def read(turn: Turn, kind: str, said: str, *, base: Wish | None = None) -> Wish:
    """Read hour, weekdays, zone and switches in any order; what is left are filters.

    What is not said stays as in `base`, or else is what is usual for the kind. Words for the place are passed over.
    """
    digest = turn.digests.kinds[kind]
    wish, rest = base or Wish(kind=kind, days=digest.days, at=digest.at, zone=turn.actor.zone), []
    for word in words.split(said):
        key, _, value = word.casefold().partition(":")
        if word.casefold() in (*_HERE, *DIRECT) or PLACE.fullmatch(word):
            continue
        if word[0].isdecimal():
            wish = replace(wish, at=_hour(word))
        elif key == "mentions":
            wish = replace(wish, mentions=_switch(key, value))
        elif key == "quiet":
            wish = replace(wish, quiet=_switch(key, value))
        elif key == "holidays":
            wish = _with_holidays(wish, value)
        elif ("/" in word and ":" not in word) or word.upper() == "UTC":
            wish = replace(wish, zone=dates.zone(word).key)
        elif ":" in word or word.casefold() == filters.MINE:
            rest.append(_quoted(word))
        else:
            schedule.weekdays(word)
            wish = replace(wish, days=word.lower())
    check(turn, " ".join(rest))
    return replace(wish, filters=" ".join(rest)) if rest or base is None else wish


def check(turn: Turn, typed: str) -> None:
    """Raise UserError for filters that cannot be read, or that name a user group where nobody can say who is in it."""
    wanted = filters.parse(typed, phases=turn.phases)
    if filters.groups_of(wanted) and any(_GROUPS in lacking for lacking in turn.off):
        raise UserError(
            "I may not see who is in a user group here.",
            hint=f"Name the people, or have an admin add the scope {_GROUPS}.",
        )


def shown(turn: Turn, subscription: Subscription) -> Typed:
    """A subscription there is, as the form shows it."""
    try:
        kept, unread = filters.parse(subscription.filters, phases=turn.phases), ""
    except UserError:  # a phase that is no more, for one: it can be put right in the form
        kept, unread = Filters(), subscription.filters
    people = tuple(owner for owner in kept.owners if filters.MENTION.fullmatch(owner))
    phases = tuple(phase for phase in kept.phases if phase in turn.phases.order)
    days = schedule.weekdays(subscription.days)
    return Typed(
        kind=subscription.kind,
        kinds={subscription.kind: turn.titles.get(subscription.kind, subscription.kind)},
        days=tuple(day for number, day in enumerate(schedule.DAYS) if number in days),
        at=subscription.at,
        zone=subscription.zone,
        channel=subscription.channel,
        mine=filters.ME in kept.owners,
        owners=people,
        phases=phases,
        customer=kept.customers[0] if kept.customers else "",
        every_phase=turn.phases.order,
        other=unread or _others(kept, people=people, phases=phases),
        mentions=subscription.mentions,
        quiet=subscription.quiet,
        country=subscription.holidays,
        country_name=countries.name(subscription.holidays) if subscription.holidays else "",
        on_holiday=subscription.on_holiday,
        subscription_id=subscription.id,
        where=terms.channel(subscription),
    )


def _with_holidays(wish: Wish, value: str) -> Wish:
    """Read `DE`, `DE:skip`, `DE:move` or `off`."""
    country, _, then = value.partition(":")
    if country in ("off", "none", "no"):
        return replace(wish, holidays="")
    if then not in ("", MOVE, SKIP):
        raise UserError(f"“{then}” is not what can happen on a holiday.", hint="`holidays:DE` or `holidays:DE:skip`.")
    return replace(wish, holidays=countries.read(country), on_holiday=then or MOVE)


def _switch(key: str, value: str) -> bool:
    if value not in _SWITCHES:
        raise UserError(f"“{key}:{value}” is neither on nor off.", hint=f"Write `{key}:on` or `{key}:off`.")
    return _SWITCHES[value]


def _hour(word: str) -> time:
    """Read `09:00`, `9`, `9am` or `5:30pm`; raises UserError."""
    clock = _TIME.fullmatch(word)
    hour, minute = (int(clock[1]), int(clock[2] or 0)) if clock else (24, 0)
    if clock and clock[3]:
        hour = hour % 12 + (12 if clock[3].lower() == "pm" else 0) if 1 <= hour <= 12 else 24
    if hour > 23 or minute > 59:
        raise UserError(f"“{word}” is not a time of day.", hint="Write it like `09:00`, `9`, `9am` or `5:30pm`.")
    return time(hour, minute)


def _days(chosen: tuple[str, ...]) -> str:
    """Weekdays as one writes them: `mon-fri`, `mon,thu`."""
    places = [place for place, day in enumerate(schedule.DAYS) if day in chosen]
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    written = [
        f"{schedule.DAYS[run[0]]}-{schedule.DAYS[run[-1]]}" if len(run) > 2 else ",".join(schedule.DAYS[p] for p in run)
        for run in runs
    ]
    return ",".join(written)


def wished(typed: Typed) -> Wish:
    """What the form asks for."""
    return Wish(
        kind=typed.kind,
        days=_days(typed.days),
        at=typed.at,
        zone=typed.zone,
        filters=_written(typed),
        mentions=typed.mentions,
        quiet=typed.quiet,
        holidays=typed.country,
        on_holiday=typed.on_holiday,
    )


def _written(typed: Typed) -> str:
    """The form's filters as they are typed in commands."""
    parts = [filters.MINE] if typed.mine else []
    if typed.owners:
        parts.append("owner:" + ",".join(f"<@{owner}>" for owner in typed.owners))
    if typed.phases:
        parts.append(f'phase:"{",".join(typed.phases)}"')
    if typed.customer:
        parts.append(f'customer:"{_plain(typed.customer)}"')
    return " ".join((*parts, *([typed.other] if typed.other else [])))


def _others(kept: Filters, *, people: tuple[str, ...], phases: tuple[str, ...]) -> str:
    """The filters that have no field of their own in the form, as they are typed in commands."""
    others = {
        "phase": [phase for phase in kept.phases if phase not in phases],
        "state": kept.states,
        "owner": [owner for owner in kept.owners if owner not in (*people, filters.ME)],
        "launch": kept.launches,
        "customer": kept.customers[1:],
    }
    parts = [_quoted(f"{key}:{','.join(values)}") for key, values in others.items() if values]
    return " ".join((*parts, *([kept.text] if kept.text else [])))


def _quoted(word: str) -> str:
    """A filter as it can be read again: `phase:"Internal QA"` has lost its quotes by now."""
    key, _, value = word.partition(":")
    return f'{key}:"{value}"' if " " in value else word


def _plain(typed: str) -> str:
    """A name without what would end it early, or cut it in two."""
    return "".join(" " if character in f"{words.DOUBLE}," else character for character in typed).strip()
