"""Where every turn ends that an error ends: if something was to be changed, the audit has it, whoever refused it."""

from contextlib import suppress

from bot.domain import gates
from bot.domain.errors import Forbidden, UserError
from bot.domain.records import Standing
from bot.listeners.grammar import WHOM
from bot.listeners.mentions import understood
from bot.listeners.turn import Turn
from bot.services import Services
from bot.services.attempts import Attempt, stands

MENTION = "app_mention"


async def keep(turn: Turn, error: BaseException, *, action: str, asked: bool, services: Services) -> None:
    """Keep who tried what, on which onboarding as far as memory knows, from where, and why nothing came of it.

    `services` are those of nobody in particular: what is kept of a stranger's attempt has its onboarding too. That
    somebody may not even look is kept where they `asked` to, and not of a link they posted.
    """
    if action == MENTION:
        said = understood(turn)
        verb, typed = said.command.verb, said.rest
    else:
        verb, typed = _verb(turn, action), turn.text
    if not gates.changes(verb) and (not isinstance(error, Forbidden) or not asked):
        return
    standing = _whose(turn, verb, typed, services)
    attempt = Attempt(verb.removeprefix("ob:"), turn.actor, turn.source, turn.reference)
    if standing:
        attempt.title, attempt.onboarding_id = standing.title, standing.onboarding.id
        attempt.before = stands(standing, phases=services.phases)
    await services.journal.unheard(attempt, error)


def _verb(turn: Turn, action: str) -> str:
    """The verb that was meant, where the control or the form has one, else the name of what was used."""
    meant = getattr(turn.form, "verb", "")
    with suppress(UserError):
        meant = meant or (getattr(turn.form, "press", None) or turn.press).verb
    return meant if meant in gates.GATES else action


def _whose(turn: Turn, verb: str, typed: str, services: Services) -> Standing | None:
    """The onboarding that the control, the form or the typed words are about."""
    if turn.form is not None:
        press = getattr(turn.form, "press", None)
        return services.portfolio.known(press.id if press else getattr(turn.form, "onboarding_id", ""))
    if turn.pressed:
        with suppress(UserError):
            return services.portfolio.known(turn.press.id)
        return None
    command = turn.commands.get(verb)
    found = services.onboardings.guess(typed) if command and command.usage.startswith(WHOM) else None
    return found[0] if found else None
