"""A typed change: whose onboarding the line begins with, and whether the change is made or only worked out."""

from collections.abc import Awaitable, Callable

from bot.domain import flags
from bot.domain.errors import Refused
from bot.domain.moves import Move, Verb
from bot.domain.records import Standing
from bot.listeners.changing import Wish
from bot.listeners.feature import Seen, Turn
from bot.listeners.show import pick
from bot.services.onboardings import Choices
from bot.views import notices
from bot.views.message import Message
from bot.views.values import Press

Reader = Callable[[Turn, Standing, str], Wish]
"""Makes what follows the name into a wish; raises UserError when it cannot be read, or lacks something."""
Going = Callable[[Turn, Standing, str], Awaitable[Seen]]
"""Goes on with an onboarding that was just read, and with what follows its name."""
Foreseeing = Callable[[Turn, Verb, tuple[Standing, str] | None], Awaitable[None]]
"""Opens a form at once where memory says that one will come."""


async def change(
    turn: Turn, verb: Verb, go: Going, *, read: Reader, foresee: Foreseeing | None = None, named: str = ""
) -> Seen:
    """Go on with the onboarding that is named for sure, else let it be picked; a dry run shows what would be done.

    `named` is the command, where it is not called as the verb is.
    """
    text, dry = flags.read(turn.text)
    onboardings, verbs = turn.services.onboardings, spellings(turn, named or verb)
    if dry:
        looked, rest = await onboardings.find_before(text, verbs=verbs, exactly=False)
        return pick(turn, looked) if isinstance(looked, Choices) else _tried(turn, looked, read(turn, looked, rest))
    if foresee:
        await foresee(turn, verb, onboardings.guess(text, verbs=verbs))
    found, rest = await onboardings.find_before(text, verbs=verbs)
    return pick(turn, found, verb=verb, reason=rest) if isinstance(found, Choices) else await go(turn, found, rest)


def spellings(turn: Turn, command: str) -> tuple[str, ...]:
    """How a verb may have been typed."""
    return command, *turn.commands[command].synonyms


def plainly(verb: Verb) -> Reader:
    """The reader of a verb after whose name only a reason may follow."""

    def read(_turn: Turn, standing: Standing, why: str) -> Wish:
        return Wish(Press(standing.onboarding.id, verb, reason=why))

    return read


def _tried(turn: Turn, standing: Standing, wish: Wish) -> Message:
    """The checks of a change and what it would set off; nothing is written."""
    try:
        move: Move | Refused = turn.services.changes.preview(
            standing, wish.verb, by=turn.actor, wanted=wish.press.wanted
        )
    except Refused as refusal:
        move = refusal
    return notices.dry_run(standing, move, verb=wish.verb, now=turn.now, zone=turn.zone)
