"""The traces of a person in a text: what they are known by, and how it is found and replaced; no SQL in here."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

_SHORT = 2
"""So short a name is one as it is written only, and with a letter in it: `An` is somebody, `an` and `12` are not."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything by which somebody is known here."""

    ids: frozenset[str]
    """Slack's: the person, and their direct messages with the bot."""
    pivotal_ids: frozenset[str]
    names: frozenset[str]
    """Names and addresses that are theirs alone, in all their spellings."""
    others: frozenset[str]
    """Names of others, in lower case: where one of theirs is part of such a name, it stays."""
    beside: frozenset[str]
    """Names they were linked under, others' too: theirs where their id stands behind."""


def tells(name: str) -> bool:
    """Whether a name says by itself who is meant: a single letter from A to Z does not."""
    if len(name) > _SHORT:
        return True
    return any(one.isalpha() for one in name) and (len(name) == _SHORT or not name.isascii())


def replacer(terms: Iterable[str], known: Known, pseudonym: str) -> Callable[[str], str]:
    """Replace whole terms, the longest first; a mention of an id is replaced with all that belongs to it.

    Names are matched in whatever case they are written, unless they are short; an id is one only as it is.
    """
    longest = sorted({*terms, *known.others}, key=lambda term: (-len(term), term))
    loose = {one for one in known.names | known.others if len(one) > _SHORT or not one.isascii()}
    words = [f"(?i:{re.escape(one)})" if one in loose else re.escape(one) for one in longest]
    mentions = [rf"<@{re.escape(one)}(?:\|[^<>]*)?>" for one in sorted(known.ids)]
    whose = "|".join(map(re.escape, sorted(known.ids)))
    beside = [rf"(?<!\w){re.escape(one)}(?= \((?:{whose})\))" for one in sorted(known.beside)]
    pattern = re.compile("|".join((*mentions, *beside, rf"(?<!\w)(?P<word>{'|'.join(words)})(?!\w)")))

    def put(found: re.Match[str]) -> str:
        word = found["word"]
        return word if word and word.casefold() in known.others else pseudonym

    return lambda text: pattern.sub(put, text)


def walked(value: Any, replaced: Callable[[str], str]) -> Any:
    """What JSON can hold, with every text in it `replaced`."""
    if isinstance(value, str):
        return replaced(value)
    if isinstance(value, list):
        return [walked(one, replaced) for one in value]
    if isinstance(value, dict):
        return {walked(name, replaced): walked(one, replaced) for name, one in value.items()}
    return value
