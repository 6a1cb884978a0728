"""What can be pressed in a digest. A row's menu writes nothing: it opens the private card, or a form that asks."""

from bot.domain.errors import UserError
from bot.domain.moves import Verb
from bot.listeners import changing
from bot.listeners.changing import Wish
from bot.listeners.feature import Answer, Feature, Seen, Turn
from bot.listeners.show import open_card
from bot.views import digest_rows as views
from bot.views.forms import reason
from bot.views.values import Press

feature = Feature("Digest rows")


@feature.button(views.MENU)
async def menu(turn: Turn) -> Seen:
    """An entry of a row's menu."""
    match turn.press.verb:
        case views.OPEN:
            return await open_card(turn)
        case Verb.FLAG | Verb.CLEAR as verb:
            return await _ask(turn, Verb(verb))
    raise UserError("This menu is from an older version of the bot.", hint="Open the onboarding itself.")


async def _ask(turn: Turn, verb: Verb) -> Seen:
    """The form that asks before a change and takes the reason, about the onboarding as it is now."""
    await turn.guard()
    await changing.patience(turn, reason.title(verb))
    standing = await turn.services.onboardings.read(turn.press.id)
    wish = Wish(Press(standing.onboarding.id, verb))
    move = await changing.proposed(turn, standing, wish)
    return move if isinstance(move, Answer) else changing.form(turn, standing, move, wish=wish)
