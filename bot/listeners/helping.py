"""Help: every verb, from the registry itself; it answers before any gate."""

from rapidfuzz import process

from bot.domain.errors import NotFound
from bot.listeners.feature import Command, Feature, Turn
from bot.views import help as views
from bot.views.help import HelpRow
from bot.views.message import Message

feature = Feature("Help")


@feature.command("help", "?", usage="[verb]", tells="What you can ask me", examples=("help", "help advance"))
async def help_(turn: Turn) -> Message:
    """All verbs, or one of them with examples."""
    rows = {command.verb: _row(command, owner.title) for owner in turn.features for command in owner.commands}
    asked = "-".join(turn.text.lower().split())
    if not asked:
        return views.overview(tuple(rows.values()), command=turn.names.command, alias=turn.names.alias)
    synonyms = {word: row for row in rows.values() for word in (row.verb, *row.synonyms)}
    if asked not in synonyms:
        near = process.extractOne(asked, synonyms, score_cutoff=60)
        hint = f"Did you mean `help {near[2]}`?" if near else "`help` lists all verbs."
        raise NotFound(f"There is no verb “{turn.text}”.", hint=hint)
    return views.verb(synonyms[asked], command=turn.names.command)


def _row(command: Command, group: str) -> HelpRow:
    return HelpRow(command.verb, command.usage, command.tells, command.examples, group, command.synonyms)
