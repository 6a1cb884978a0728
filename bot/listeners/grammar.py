"""What a typed command means: a verb of ours with the rest of the line, else the name of a customer."""

from dataclasses import dataclass

from bot.listeners.feature import Command, Registry

HOME = "home"
SHOW = "show"


@dataclass(frozen=True, slots=True)
class Understood:
    """The command meant, and what was said after its verb, as it was typed."""

    command: Command
    rest: str


def understand(text: str, registry: Registry) -> Understood:
    """Find the command in a line. Case, hyphens and spaces inside a verb make no difference: `At risk` is `at-risk`.

    What begins with no verb is taken as a customer's name or number, to be shown.
    """
    spoken = text.strip()
    if not spoken:
        return Understood(registry.verbs[HOME], "")
    for length in (2, 1):
        *head, rest = [*spoken.split(None, length), ""][: length + 1]
        command = registry.verbs.get("-".join(head).lower())
        if command:
            return Understood(command, rest)
    return Understood(registry.verbs[SHOW], spoken)
