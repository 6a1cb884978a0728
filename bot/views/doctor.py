"""What an examination of the bot found: what fails first, each with its remedy, and what is all right in few words."""

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import Block

from bot.domain.errors import COMMAND
from bot.domain.findings import Finding, Level, Part, counted
from bot.views import text
from bot.views.message import SECTION, Message, context, header, section

_PROBLEMS = 10
_ROOM = 12_000
"""Characters of problems and of what is all right together: Slack takes 13,000 in one message."""
_LONG, _WHOLE = 200, 400
"""Characters of what was found, where something is wrong and where all is right: the longest names the packages."""
_MORE = 100
"""Characters left in a section to say how many more there are."""
_NAMED = 8


def doctor(findings: Sequence[Finding], *, command: str) -> Message:
    """Draw what was found; `command` is what the slash command is called here."""
    problems = [one for level in (Level.FAIL, Level.WARN) for one in findings if one.level is level]
    summary = f"Checkup: {counted(findings)}"
    blocks: list[Block] = [header(summary)]
    told = [_problem(one, command) for one in problems[:_PROBLEMS]]
    blocks += map(section, told)
    left = len(problems) - _PROBLEMS
    if left > 0:
        blocks.append(context(f"{left} more not shown: `onboarding-bot doctor` in a terminal shows all"))
    blocks += _fine([one for one in findings if one.level is Level.OK], room=_ROOM - sum(map(text.length, told)))
    named = tuple(f"{one.level}: {text.name(f'{one.part} {one.name}')}" for one in problems)
    short = text.listed(named, limit=_NAMED) or "All is well"
    return Message(f"{summary}. {short}.", tuple(blocks))


def _problem(one: Finding, command: str) -> str:
    remedy = text.name(one.remedy.replace(f"`{COMMAND} ", f"`{command} "), _LONG)
    named = f"*{one.level.capitalize()}* · {text.name(f'{one.part}: {one.name}')}"
    found = f"{one.found[:1].upper()}{one.found[1:]}"
    return f"{named}\n{text.name(found, _LONG)}\n→ {remedy}"


def _fine(findings: Sequence[Finding], *, room: int) -> Iterable[Block]:
    """What is all right, part by part, in as many sections as it takes."""
    for part in Part:
        lines = [f"• {text.name(one.name, 60)}: {text.name(one.found, _WHOLE)}" for one in findings if one.part is part]
        sections = [f"*Ok* · {part}"]
        for at, line in enumerate(lines):
            if text.length(line) >= room:
                sections[-1] += f"\n{len(lines) - at} more: `onboarding-bot doctor` in a terminal shows all"
                break
            room -= text.length(line) + 1
            if text.length(f"{sections[-1]}\n{line}") <= SECTION - _MORE:
                sections[-1] += f"\n{line}"
            else:
                sections.append(line)
        if lines:
            yield from map(section, sections)
