"""Help: every verb, from the registry itself; it answers before any gate."""

from bot.domain import rights
from bot.domain.errors import Forbidden, NotFound
from bot.listeners.feature import Command, Feature, Turn, spelled
from bot.listeners.grammar import nearest
from bot.views import help as views
from bot.views.help import HelpRow
from bot.views.message import Message

feature = Feature("Help")


@feature.command("help", "?", usage="[verb]", tells="What you can ask me", examples=("help", "help advance"))
async def help_(turn: Turn) -> Message:
    """All verbs, or one of them with examples; whoever may do nothing here is told that instead."""
    if not turn.actor.unknown:
        try:
            rights.check(rights.Right.READ, turn.actor)
        except Forbidden as refusal:
            return views.nothing(refusal.message, refusal.advice(turn.names.command))
    rows = {command.verb: _row(command, owner.title) for owner in turn.features for command in owner.commands}
    if not turn.text:
        return views.overview(tuple(rows.values()), command=turn.names.command, alias=turn.names.alias)
    asked = {spelled(word): command.verb for word, command in turn.commands.items()}.get(spelled(turn.text))
    if asked is None:
        near = nearest(turn.text, turn.commands)
        ask = f"{turn.names.command} help"
        hint = f"Did you mean `{ask} {near}`?" if near else f"`{ask}` lists all verbs."
        raise NotFound(f"There is no verb “{turn.text}”.", hint=hint)
    return views.verb(rows[asked], command=turn.names.command)


def _row(command: Command, group: str) -> HelpRow:
    return HelpRow(command.verb, command.usage, command.tells, command.examples, group, command.synonyms)
