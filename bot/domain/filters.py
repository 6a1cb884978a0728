"""What a list is narrowed to: `phase:review state:at_risk owner:@ana launch:this-week mine` and words of a name."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain import launches, references, states, words
from bot.domain.errors import UserError
from bot.domain.launches import Lane
from bot.domain.phases import Phases
from bot.domain.phases import label as phase_label
from bot.domain.records import Directory, Standing, Standings
from bot.domain.rights import owners

KEYS = ("phase", "state", "owner", "launch", "customer")
LAUNCHES = {
    "this-week": Lane.THIS_WEEK,
    "next-week": Lane.NEXT_WEEK,
    "overdue": Lane.OVERDUE,
    "none": Lane.NO_TARGET,
}
NOBODY = "none"
ME = "me"
MINE = "mine"
"""A word of its own that means `owner:me`."""

TOKEN = re.compile(r"([^\s:<>/]+):(?!//)(.*)", re.DOTALL)
MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>|@?([UW][A-Z0-9]{5,})")
GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|@?([^<>]*))?>|@?(S[A-Z0-9]{5,})")
PIVOTAL_ID = re.compile(r"[a-z]+_[A-Za-z0-9_]+")

NO_GROUPS: Mapping[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Filters:
    """What to keep: any of the values of a key, and all of the keys; an empty key keeps everything."""

    phases: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    """Slack user ids, user groups as Slack writes them, Pivotal user ids, `me`, or `none` for those without any."""
    launches: tuple[str, ...] = ()
    """`this-week`, `next-week`, `overdue`, `none`."""
    text: str = ""
    """Words to be found in the title."""
    customers: tuple[str, ...] = ()
    """Words to be found in the customer's name."""

    def __bool__(self) -> bool:
        return self != Filters()


def parse(text: str, *, phases: Phases, seen: Iterable[Standing] = ()) -> Filters:
    """Read filters as typed; values may be joined by commas, and words without a key are looked for in the name.

    Phases and states of the onboardings `seen` are accepted too, known or not.
    Raises UserError for a key or value it does not know, saying which comes nearest.
    """

    known = Standings.of(seen)

    def phase(typed: str) -> str:
        names = dict.fromkeys((*phases.order, *known.by_phase))
        return _choose("phase", typed, {name: phase_label(name) for name in names})

    def state(typed: str) -> str:
        return _choose("state", typed, states.LABELS | {name: states.label(name) for name in known.states})

    def launch(typed: str) -> str:
        return _choose("launch", typed, {name: name for name in LAUNCHES})

    readers: Mapping[str, Callable[[str], str]] = {
        "phase": phase,
        "state": state,
        "owner": _owner,
        "launch": launch,
        "customer": str,
    }
    found: dict[str, list[str]] = {key: [] for key in KEYS}
    rest = []
    for word in words.split(text):
        if word.casefold() == MINE:
            found["owner"].append(ME)
            continue
        token = TOKEN.fullmatch(word)
        if token is None or (not token[2] and token[1].casefold() not in KEYS):
            rest.append(word)
            continue
        key = _key(token[1])
        values = [value for value in token[2].split(",") if value.strip()]
        if not values:
            raise UserError(f"“{key}:” has no value.", hint=f"Write it like `{key}:{_example(key)}`.")
        found[key] += [readers[key](value.strip()) for value in values]
    unique = {key: tuple(dict.fromkeys(values)) for key, values in found.items()}
    return Filters(
        unique["phase"], unique["state"], unique["owner"], unique["launch"], " ".join(rest), unique["customer"]
    )


def groups_of(filters: Filters) -> tuple[str, ...]:
    """The ids of the Slack user groups they name, whose members have to be asked for."""
    return tuple(group[1] or group[3] for owner in filters.owners if (group := GROUP.fullmatch(owner)))


def apply(
    filters: Filters,
    standings: Iterable[Standing],
    *,
    phases: Phases,
    directory: Directory,
    today: date,
    groups: Mapping[str, frozenset[str]] = NO_GROUPS,
    me: str = "",
    first: int = 0,
) -> tuple[Standing, ...]:
    """Keep what the filters ask for, in the order given.

    `today` is the reader's calendar day, and `first` the weekday their weeks begin with. `groups` has the Slack users
    of every user group by its id, and `me` is the Slack user whose own onboardings are meant.
    """
    people = {member for owner in filters.owners for member in _members(owner, groups, me)}
    ids = {one for owner in people for one in (owner, *directory.of_slack(owner))}
    lanes = {LAUNCHES[launch] for launch in filters.launches}

    checks: tuple[tuple[object, Callable[[Standing], bool]], ...] = (
        (filters.phases, lambda one: one.onboarding.phase in filters.phases),
        (filters.states, lambda one: states.effective(one.onboarding) in filters.states),
        (filters.owners, lambda one: not ids.isdisjoint(owners(one.onboarding).values() or (NOBODY,))),
        (lanes, lambda one: launches.lane(one, phases=phases, today=today, first=first) in lanes),
        (filters.customers, lambda one: any(references.contains(_customer(one), name) for name in filters.customers)),
        (filters.text, lambda one: references.contains(one.title, filters.text)),
    )
    known = Standings.of(standings)
    kept = known.by_phase.get(filters.phases[0], ()) if len(filters.phases) == 1 else known
    for asked, passes in checks:
        kept = tuple(one for one in kept if passes(one)) if asked else kept
    return kept


def describe(filters: Filters, *, directory: Directory, me: str = "") -> str:
    """Say in words what is kept: `phase Review or Launch · owner Ana Ruiz`; empty when everything is.

    `me` is the name of whose own onboardings are meant, where that is not the reader.
    """
    own = (f"only {me}’s" if me else "only yours") if filters.owners == (ME,) else ""
    parts = {
        "phase": [phase_label(phase) for phase in filters.phases],
        "state": [states.label(state) for state in filters.states],
        "owner": [] if own else [_owner_name(owner, directory, me) for owner in filters.owners],
        "launch": ["no target date" if launch == NOBODY else launch.replace("-", " ") for launch in filters.launches],
        "customer": [f"“{customer}”" for customer in filters.customers],
        "name": [f"“{filters.text}”"] if filters.text else [],
    }
    told = (f"{key} {' or '.join(values)}" for key, values in parts.items() if values)
    return " · ".join(filter(None, (own, *told)))


def fingerprint(filters: Filters, *, me: str = "") -> str:
    """What they keep, the same however they are spelled; `me` is the Slack user whose own onboardings are meant."""
    owners = {f"S:{group[1] or group[3]}" if (group := GROUP.fullmatch(one)) else one for one in filters.owners}
    parts = {
        "phase": filters.phases,
        "state": filters.states,
        "owner": {me if one == ME and me else one for one in owners},
        "launch": filters.launches,
        "customer": [one.casefold() for one in filters.customers],
        "text": [filters.text.casefold()] if filters.text else [],
    }
    kept = {key: sorted(set(values)) for key, values in parts.items() if values}
    return json.dumps(kept) if kept else ""


def _members(owner: str, groups: Mapping[str, frozenset[str]], me: str) -> Iterable[str]:
    if group := GROUP.fullmatch(owner):
        return groups.get(group[1] or group[3], ())
    return (me,) if owner == ME else (owner,)


def _customer(standing: Standing) -> str:
    return standing.customer.name if standing.customer else standing.title


def _key(typed: str) -> str:
    key = typed.casefold()
    if key not in KEYS:
        raise _unknown("filter", typed, [f"{name}:" for name in KEYS])
    return key


def _choose(key: str, typed: str, choices: Mapping[str, str]) -> str:
    """Read the value of a key that has a list of them: by value or by label, blanks and dashes alike."""
    by_name = {_plain(name): value for value, label in choices.items() for name in (label, value)}
    if _plain(typed) in by_name:
        return by_name[_plain(typed)]
    raise _unknown(key, typed, [value.replace("_", "-") for value in choices])


def _owner(typed: str) -> str:
    if mention := MENTION.fullmatch(typed):
        return mention[1] or mention[2]
    if GROUP.fullmatch(typed):
        return typed
    if typed.casefold() in (ME, MINE):
        return ME
    if typed.casefold() == NOBODY or PIVOTAL_ID.fullmatch(typed):
        return typed if "_" in typed else NOBODY
    raise UserError(
        f"“{typed}” is not a person I can find.",
        hint="Mention them or their user group: `owner:@name`, or `owner:none`.",
    )


def _owner_name(owner: str, directory: Directory, me: str) -> str:
    if owner == NOBODY:
        return "nobody"
    if owner == ME:
        return me or "you"
    if group := GROUP.fullmatch(owner):
        return f"in @{group[2]}" if group[2] else "in a user group"
    names = [directory.name(one) for one in sorted(directory.of_slack(owner))]
    if names:
        return names[0]
    return "somebody not linked to a Pivotal user" if MENTION.fullmatch(owner) else directory.name(owner)


def _unknown(what: str, typed: str, choices: list[str]) -> UserError:
    from rapidfuzz import fuzz, process  # takes memory that nobody needs who spells everything right

    near = process.extractOne(_plain(typed), choices, scorer=fuzz.WRatio, processor=_plain, score_cutoff=60)
    guess = f"Did you mean “{near[0]}”? " if near else ""
    listed = ", ".join(f"`{choice}`" for choice in dict.fromkeys(choices))
    return UserError(f"I don’t know the {what} “{typed}”.", hint=f"{guess}There are {listed}.")


def _plain(text: str) -> str:
    return re.sub(r"[\s_:-]+", " ", text.casefold()).strip()


def _example(key: str) -> str:
    return {"phase": "review", "state": "at-risk", "owner": "@name", "launch": "this-week", "customer": "aurora"}[key]
