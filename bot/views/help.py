"""Help: every verb the bot knows, drawn from rows the registry gives, so that nothing is ever missing from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from slack_sdk.models.blocks import Block

from bot.views import text
from bot.views.message import Message, context, header, section

_GROUPS = 20
_EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One verb: how to type it, what it does, and the conversation (`group`) it belongs to."""

    verb: str
    usage: str
    help: str
    examples: tuple[str, ...] = ()
    group: str = ""
    synonyms: tuple[str, ...] = ()


def overview(rows: Sequence[HelpRow], *, command: str, alias: str = "") -> Message:
    """Draw all verbs, those of one group together, in the order given."""
    groups = [(title, tuple(members)) for title, members in groupby(rows, key=lambda row: row.group)]
    blocks: list[Block] = [header("What you can ask me")]
    for title, members in groups[:_GROUPS]:
        lines = [f"{_typed(command, row)}\n{text.escape(row.help)}" for row in members]
        blocks.append(section("\n".join([f"*{text.name(title)}*", *lines] if title else lines)))
    first = [
        next((row.examples[0] for row in members if row.examples and row.examples[0]), "") for _, members in groups
    ]
    shown = " · ".join(f"`{_code(f'{command} {example}')}`" for example in first[:_EXAMPLES] if example)
    if shown:
        blocks.append(
            section(f"*For example*\n{shown}\nThe name may come first, too: `{_code(command)} acme corp advance`.")
        )
    short = f"`{text.escape(alias)}` is short for `{text.escape(command)}`." if alias and alias != command else ""
    more = f"More about one of these: `{text.escape(command)} help advance`."
    whole = "What changes something wants the whole name or the number."
    private = "Answers are private until you share them."
    blocks.append(context(*filter(None, (more, whole, short, private))))
    verbs = text.listed(tuple(text.escape(row.verb) for row in rows), limit=40)
    return Message(f"You can ask {text.escape(command)} for: {verbs}.", tuple(blocks))


def nothing(why: str, hint: str) -> Message:
    """Help for somebody who may do nothing here: why, and who can help; both are plain text."""
    told = f"{text.escape(why)} So there is nothing here that you can ask me."
    return Message(
        f"{told} {text.escape(hint)}", (header("What you can ask me"), section(told), context(text.escape(hint)))
    )


def verb(row: HelpRow, *, command: str) -> Message:
    """Draw one verb with its examples and the other words for it."""
    parts = [f"{_typed(command, row)}\n{text.escape(row.help)}"]
    if row.examples:
        parts.append("*For example*\n" + "\n".join(f"`{_code(f'{command} {example}')}`" for example in row.examples))
    blocks: list[Block] = [section(part) for part in parts]
    if row.synonyms:
        blocks.append(context("Also: " + ", ".join(f"`{_code(synonym)}`" for synonym in row.synonyms)))
    return Message(f"{_code(f'{command} {row.verb}')}: {text.escape(row.help)}.", tuple(blocks))


def _typed(command: str, row: HelpRow) -> str:
    return f"`{_code(' '.join(filter(None, (command, row.verb, row.usage))))}`"


def _code(typed: str) -> str:
    """What stands between backticks: it must not hold one."""
    return text.escape(typed.replace("`", "'"))
