"""The log: who did what here and when, what came of it, and what was seen to happen elsewhere."""

from bot.domain.records import Standing
from bot.listeners.feature import Answer, Feature, Turn
from bot.listeners.show import remembered
from bot.services.onboardings import Choices
from bot.views import log as views
from bot.views import values
from bot.views.message import Message

feature = Feature("Log")


@feature.command(
    "log",
    "history",
    "audit",
    usage="[customer or #id]",
    tells="Who did what and when, and what changed elsewhere",
    examples=("log", "log aurora", "log #89"),
)
async def log(turn: Turn) -> Message:
    """The log of one onboarding; without a name the latest of all of them."""
    if not turn.text.strip():
        return await _drawn(turn, None)
    found = await turn.services.onboardings.find(turn.text)
    if not isinstance(found, Choices):
        return await _drawn(turn, found)
    return views.which(found.question, found.standings, remembered(turn))


@feature.button(views.LOG)
async def history(turn: Turn) -> Message:
    """`Log` beside an onboarding, and `History` in the menu of a card: privately, beside what was pressed."""
    return await _drawn(turn, await _known(turn, turn.press.id))


@feature.button(views.LOG_PAGE)
async def page(turn: Turn) -> Answer:
    """Newer and Older: the same message, another page."""
    wanted = values.decode_turning(turn.pressed.value if turn.pressed else "")
    whose = await _known(turn, wanted.filters) if wanted.filters else None
    return Answer(await _drawn(turn, whose, page=wanted.page), replace=True)


async def _known(turn: Turn, onboarding_id: str) -> Standing:
    """What is remembered does: the log is there while Pivotal is away."""
    return turn.services.portfolio.known(onboarding_id) or await turn.services.onboardings.read(onboarding_id)


async def _drawn(turn: Turn, whose: Standing | None, *, page: int = 1) -> Message:
    onboarding_id = whose.onboarding.id if whose else None
    story = await turn.services.journal.read(by=turn.actor, onboarding_id=onboarding_id)
    return views.log(story, turn.viewing(), whose=whose, page=page)
