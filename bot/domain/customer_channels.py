"""Reads which Slack channels a customer's field in Pivotal names, however people have written them there.

Rather one channel too many than one too few: in a customer's own channel nothing internal is posted.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_ID = re.compile("[CDG][A-Z0-9]{8,}")
_ANY_ID = re.compile(_ID.pattern, re.IGNORECASE | re.ASCII)
_BETWEEN = re.compile(r"[\s,;]+")


def named(value: str | None) -> frozenset[str]:
    """The channels a field names: ids, and `#name` in small letters for whatever in it may be a channel's name."""
    if not value:
        return frozenset()
    if _ID.fullmatch(value):
        return frozenset((value,))
    ids = {found.upper() for found in _ANY_ID.findall(value)}
    names = {_name(part) for part in _BETWEEN.split(value)}
    return frozenset(ids | names - {"#"})


def all_named(values: Iterable[str | None]) -> frozenset[str]:
    """The same of many fields."""
    return frozenset(channel for value in values if value for channel in named(value))


def of_channel(channel: Mapping[str, Any]) -> frozenset[str]:
    """All that a channel may be called in such a field, from what `conversations.info` says of it.

    Source: https://docs.slack.dev/reference/objects/conversation-object/.
    """
    names = (channel.get("name"), channel.get("name_normalized"), *(channel.get("previous_names") or ()))
    return frozenset({str(channel.get("id")), *(_name(str(name)) for name in names if name)})


def _name(text: str) -> str:
    return "#" + text.strip("#<>").casefold()
