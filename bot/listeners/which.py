"""A verb typed without a name, or with one that several have: asks which, and goes on as if it had been typed."""

from dataclasses import replace

from bot.domain import gates
from bot.domain.errors import NotFound, UpstreamError, UserError
from bot.domain.records import Standing
from bot.listeners.feature import Answer, Command, Feature, Handler, Seen, Turn
from bot.listeners.grammar import WHOM
from bot.views import lists
from bot.views.forms import which as views
from bot.views.message import Message

feature = Feature("Which onboarding")

_MORE = {"[reason]": "Why?", "[note]": "Note", "<text>": "Text"}
"""What may follow the name, by its place in the usage, and the label it has in the form."""


def nameless(command: Command, rest: str) -> bool:
    """Whether a verb that needs a name was typed without one."""
    return not rest.strip() and command.usage.startswith(WHOM[0])


def asking(command: Command) -> Handler:
    """Make the handler that asks for the name, instead of the verb's own."""
    after = command.usage.split(">", 1)[1].split()
    more = _MORE.get(after[0], "") if after else ""
    needed = bool(more) and after[0].startswith("<")

    async def ask(turn: Turn) -> Seen:
        told = f"{turn.names.command} {command.verb}: {command.tells[0].lower()}{command.tells[1:]}."
        typed = views.Typed(command.verb, told, turn.channel, more, needed)
        try:
            await turn.screen.show(views.form(typed))
        except UpstreamError as error:
            raise UserError("Which onboarding?", hint="Add a customer’s name or a number, such as “#89”.") from error
        return None

    return ask


@feature.form(views.CALLBACK, parse=views.parse, again=views.again)
async def go_on(turn: Turn) -> Seen:
    """Do what was typed, for the onboarding that was chosen."""
    typed: views.Typed = turn.form
    command, known = turn.commands.get(typed.verb), turn.services.portfolio.known(typed.onboarding_id)
    if command is None:
        raise UserError("This form is from an older version of the bot.", hint="Type the command again.")
    if known is None:
        raise NotFound("Pivotal has no such onboarding; it may have been deleted.")
    return await _as_typed(replace(turn, channel=typed.channel), command, known, typed.words)


@feature.button(lists.GO_ON)
async def chosen(turn: Turn) -> Seen:
    """Of several that could be meant, one was chosen: do what was typed, for that one."""
    wanted = turn.press
    turn.screen.take_over()  # a list in a modal gives way
    command = turn.commands.get(wanted.verb)
    if command is None:
        raise UserError("This button is from an older version of the bot.", hint="Type the command again.")
    gates.admit(command.verb, turn.actor)
    services = turn.services
    known = services.portfolio.known(wanted.id) or await services.onboardings.read(wanted.id)
    seen = await _as_typed(turn, command, known, wanted.reason)
    return Answer(seen, replace=True) if isinstance(seen, Message) else seen


async def _as_typed(turn: Turn, command: Command, known: Standing, words: str) -> Seen:
    text = f"onboarding #{known.onboarding.display_id} {words}".strip()
    return await command.handler(replace(turn, text=text))
