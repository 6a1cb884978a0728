"""What a list is narrowed to: `phase:review state:at_risk owner:@ana launch:this-week` and words of a name."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process

from bot.domain import launches, references, states, words
from bot.domain.errors import UserError
from bot.domain.launches import Lane
from bot.domain.phases import Phases
from bot.domain.phases import label as phase_label
from bot.domain.records import Directory, Standing
from bot.domain.rights import owners

KEYS = ("phase", "state", "owner", "launch")
LAUNCHES = {
    "this-week": Lane.THIS_WEEK,
    "next-week": Lane.NEXT_WEEK,
    "overdue": Lane.OVERDUE,
    "none": Lane.NO_TARGET,
}
NOBODY = "none"

TOKEN = re.compile(r"([^\s:<>/]+):(?!//)(.*)", re.DOTALL)
MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>|@?([UW][A-Z0-9]{5,})")
PIVOTAL_ID = re.compile(r"[a-z]+_[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Filters:
    """What to keep: any of the values of a key, and all of the keys; an empty key keeps everything."""

    phases: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    """Slack user ids, Pivotal user ids, or `none` for those without any owner."""
    launches: tuple[str, ...] = ()
    """`this-week`, `next-week`, `overdue`, `none`."""
    text: str = ""
    """Words to be found in the title."""

    def __bool__(self) -> bool:
        return self != Filters()


def parse(text: str, *, phases: Phases, seen: Iterable[Standing] = ()) -> Filters:
    """Read filters as typed; values may be joined by commas, and words without a key are looked for in the name.

    Phases and states of the onboardings `seen` are accepted too, known or not.
    Raises UserError for a key or value it does not know, saying which comes nearest.
    """
    rows = [standing.onboarding for standing in seen]
    readers: Mapping[str, Callable[[str], str]] = {
        "phase": _chooser("phase", {name: phase_label(name) for name in [*phases.order, *(row.phase for row in rows)]}),
        "state": _chooser("state", states.LABELS | {row.state: states.label(row.state) for row in rows}),
        "owner": _owner,
        "launch": _chooser("launch", {name: name for name in LAUNCHES}),
    }
    found: dict[str, list[str]] = {key: [] for key in KEYS}
    rest = []
    for word in words.split(text):
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
    return Filters(unique["phase"], unique["state"], unique["owner"], unique["launch"], " ".join(rest))


def apply(
    filters: Filters, standings: Iterable[Standing], *, phases: Phases, directory: Directory, today: date
) -> tuple[Standing, ...]:
    """Keep what the filters ask for, in the order given; `today` is the reader's calendar day."""
    ids = {one for owner in filters.owners for one in (owner, *directory.of_slack(owner))}
    lanes = {LAUNCHES[launch] for launch in filters.launches}

    def wanted(standing: Standing) -> bool:
        onboarding = standing.onboarding
        holders = set(owners(onboarding).values()) or {NOBODY}
        return (
            (not filters.phases or onboarding.phase in filters.phases)
            and (not filters.states or states.effective(onboarding) in filters.states)
            and (not filters.owners or not ids.isdisjoint(holders))
            and (not lanes or launches.lane(standing, phases=phases, today=today) in lanes)
            and (not filters.text or references.contains(standing.title, filters.text))
        )

    return tuple(standing for standing in standings if wanted(standing))


def describe(filters: Filters, *, directory: Directory) -> str:
    """Say in words what is kept: `phase Review or Launch · owner Ana Ruiz`; empty when everything is."""
    parts = {
        "phase": [phase_label(phase) for phase in filters.phases],
        "state": [states.label(state) for state in filters.states],
        "owner": [_owner_name(owner, directory) for owner in filters.owners],
        "launch": ["no target date" if launch == NOBODY else launch.replace("-", " ") for launch in filters.launches],
        "name": [f"“{filters.text}”"] if filters.text else [],
    }
    return " · ".join(f"{key} {' or '.join(values)}" for key, values in parts.items() if values)


def _key(typed: str) -> str:
    key = typed.casefold()
    if key not in KEYS:
        raise _unknown("filter", typed, [f"{name}:" for name in KEYS])
    return key


def _chooser(key: str, choices: Mapping[str, str]) -> Callable[[str], str]:
    """Make the reader of a key whose values are in a list: by value or by label, blanks and dashes alike."""
    by_name = {_plain(name): value for value, label in choices.items() for name in (label, value)}

    def choose(typed: str) -> str:
        if _plain(typed) in by_name:
            return by_name[_plain(typed)]
        raise _unknown(key, typed, [value.replace("_", "-") for value in choices])

    return choose


def _owner(typed: str) -> str:
    if mention := MENTION.fullmatch(typed):
        return mention[1] or mention[2]
    if typed.casefold() == NOBODY or PIVOTAL_ID.fullmatch(typed):
        return typed if "_" in typed else NOBODY
    raise UserError(f"“{typed}” is not a person I can find.", hint="Mention them: `owner:@name`, or `owner:none`.")


def _owner_name(owner: str, directory: Directory) -> str:
    if owner == NOBODY:
        return "nobody"
    names = [directory.name(one) for one in sorted(directory.of_slack(owner))]
    if names:
        return names[0]
    return "somebody not linked to a Pivotal user" if MENTION.fullmatch(owner) else directory.name(owner)


def _unknown(what: str, typed: str, choices: list[str]) -> UserError:
    near = process.extractOne(_plain(typed), choices, scorer=fuzz.WRatio, processor=_plain, score_cutoff=60)
    guess = f"Did you mean “{near[0]}”? " if near else ""
    listed = ", ".join(f"`{choice}`" for choice in dict.fromkeys(choices))
    return UserError(f"I don't know the {what} “{typed}”.", hint=f"{guess}There are {listed}.")


def _plain(text: str) -> str:
    return re.sub(r"[\s_:-]+", " ", text.casefold()).strip()


def _example(key: str) -> str:
    return {"phase": "review", "state": "at-risk", "owner": "@name", "launch": "this-week"}[key]
