"""Where somebody was when they typed or pressed: kept in every modal that is opened for them, for it has no channel."""

import re

HOME = "Home"
LIMIT = 3000
"""Characters Slack takes in a modal's private_metadata."""
_KEPT = re.compile(rf"({HOME}|[CDG][A-Z0-9]+)(?: (.*))?", re.DOTALL)


def packed(place: str, metadata: str) -> str:
    """What a form keeps, after the place it was opened from; without the place where there is no room for it."""
    both = f"{place} {metadata}" if place and metadata else place or metadata
    return both if len(both) <= LIMIT else metadata


def unpacked(kept: str) -> tuple[str, str]:
    """The place and what the form keeps, which is JSON, or nothing; no place where none was kept."""
    found = _KEPT.fullmatch(kept)
    return (found[1], found[2] or "") if found else ("", kept)
