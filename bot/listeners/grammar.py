"""What a typed command means: a verb of ours with the rest of the line, else the name of a customer."""

import html
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.listeners.feature import Command, Registry, spelled

HOME = "home"
SHOW = "show"
ALIKE = 75
"""From which of rapidfuzz's scores (0 to 100) on a word is taken for a mistyped verb."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The command meant, and what was said after its verb, as it was typed."""

    command: Command
    rest: str


def understand(text: str, registry: Registry) -> Understood:
    """Find the command in a line. Case, hyphens and spaces inside a verb make no difference: `At risk` is `at-risk`.

    What begins with no verb is taken as a customer's name or number, to be shown. Slack sends `&`, `<` and `>` as
    entities (https://docs.slack.dev/interactivity/implementing-slash-commands#escaping); here they are read back.
    """
    spoken = html.unescape(text).strip()
    if not spoken:
        return Understood(registry.verbs[HOME], "")
    for length in (2, 1):
        *head, rest = [*spoken.split(None, length), ""][: length + 1]
        command = registry.verbs.get(spelled("".join(head)))
        if command:
            return Understood(command, rest)
    return Understood(registry.verbs[SHOW], spoken)


def nearest(typed: str, verbs: Iterable[str]) -> str | None:
    """The verb that somebody may have mistyped, or None when nothing comes near."""
    found = process.extractOne(typed, tuple(verbs), scorer=fuzz.ratio, processor=spelled, score_cutoff=ALIKE)
    return found[0] if found else None
