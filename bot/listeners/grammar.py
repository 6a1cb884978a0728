"""What a typed command means: a verb of ours with the rest of the line, else the name of a customer."""

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.domain import flags, words
from bot.listeners.feature import Command, Registry, spelled

HOME = "home"
SHOW = "show"
WHOM = ("<customer or ", "[customer or ")
"""How the usage of a verb begins that is said of one onboarding."""
ALIKE = 75
"""From which of rapidfuzz's scores (0 to 100) on a word is taken for a mistyped verb."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The command meant, and what was said after its verb, as it was typed."""

    command: Command
    rest: str


Names = Callable[[str, bool], bool]
"""Whether a text is what an onboarding is called: a number, a link, a customer's name, or (`False`) part of one."""


def nobody(_text: str, _exactly: bool) -> bool:
    """No customer is known: every word that is a verb is one."""
    return False


def understand(text: str, registry: Registry, *, names: Names = nobody) -> Understood:
    """Find the command in a line. Case, hyphens and spaces inside a verb make no difference: `At risk` is `at-risk`.

    The verb may follow whom it is for: `acme advance`, `#89 pause legal is stuck`. What has no verb is taken as a
    customer's name or number, to be shown. Slack sends `&`, `<` and `>` as
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
    return _turned_round(spoken, registry, names) or Understood(registry.verbs[SHOW], spoken)


def _turned_round(spoken: str, registry: Registry, names: Names) -> Understood | None:
    """Read `acme advance` as `advance acme`: a name first, then a verb that wants one.

    The longest name that is a customer's own, a number or a link decides; what follows its verb is a reason or the
    like. Otherwise a verb at the very end may follow anything, and flags may follow it. A customer's whole name
    (`Northwind Next`) is no order.
    """
    said = words.pieces(spoken)
    found = [
        (command, " ".join(said[:at]), said[at + length :])
        for at in range(len(said) - 1, 0, -1)
        for length in (2, 1)
        if at + length <= len(said)
        and (command := registry.verbs.get(spelled("".join(said[at : at + length]))))
        and command.usage.startswith(WHOM)
    ]
    if not found or names(spoken, False):
        return None
    certain = next((one for one in found if names(one[1], True)), None)
    if certain:
        command, whom, rest = certain
        # In quotes it stays this name, whatever longer one it makes with what follows the verb.
        return Understood(command, " ".join([words.quoted(whom), *rest]))
    command, whom, rest = found[0]
    return Understood(command, " ".join([whom, *rest])) if all(map(flags.meant, rest)) else None


def nearest(typed: str, verbs: Iterable[str]) -> str | None:
    """The verb that somebody may have mistyped, or None when nothing comes near."""
    from rapidfuzz import fuzz, process  # takes memory that nobody needs who spells everything right

    found = process.extractOne(typed, tuple(verbs), scorer=fuzz.ratio, processor=spelled, score_cutoff=ALIKE)
    return found[0] if found else None
