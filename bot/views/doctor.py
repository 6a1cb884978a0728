"""What an examination of the bot found: what fails first, each with its remedy, and what is all right in few words."""

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import Block

from bot.domain.errors import COMMAND
from bot.domain.findings import Finding, Level, Part, counted
from bot.views import text
from bot.views.message import Message, context, header, section

_PROBLEMS = 10
_FINE = 5
"""Lines of one part in which all is right."""
_LONG, _SHORT = 200, 120
"""Characters of what was found, where something is wrong and where all is right."""
_NAMED = 8


def doctor(findings: Sequence[Finding], *, command: str) -> Message:
    """Draw what was found; `command` is what the slash command is called here."""
    problems = [one for level in (Level.FAIL, Level.WARN) for one in findings if one.level is level]
    summary = f"Checkup: {counted(findings)}"
    blocks: list[Block] = [header(summary)]
    blocks += [section(_problem(one, command)) for one in problems[:_PROBLEMS]]
    left = len(problems) - _PROBLEMS
    if left > 0:
        blocks.append(context(f"{left} more not shown: `onboarding-bot doctor` in a terminal shows all"))
    blocks += _fine([one for one in findings if one.level is Level.OK])
    named = tuple(f"{one.level}: {text.name(f'{one.part} {one.name}')}" for one in problems)
    told = text.listed(named, limit=_NAMED) or "All is well"
    return Message(f"{summary}. {told}.", tuple(blocks))


def _problem(one: Finding, command: str) -> str:
    remedy = text.name(one.remedy.replace(f"`{COMMAND} ", f"`{command} "), _LONG)
    named = f"*{one.level.capitalize()}* · {text.name(f'{one.part}: {one.name}')}"
    found = f"{one.found[:1].upper()}{one.found[1:]}"
    return f"{named}\n{text.name(found, _LONG)}\n→ {remedy}"


def _fine(findings: Sequence[Finding]) -> Iterable[Block]:
    for part in Part:
        lines = [f"• {text.name(one.name, 60)}: {text.name(one.found, _SHORT)}" for one in findings if one.part is part]
        if lines:
            more = [f"{len(lines) - _FINE} more"] if len(lines) > _FINE else []
            yield section("\n".join((f"*Ok* · {part}", *lines[:_FINE], *more)))
