"""The doctor: examines the bot from within, for its admins, and says what to do about what is wrong."""

from bot.domain import rights
from bot.listeners.feature import Feature, Turn
from bot.views import doctor as views
from bot.views.message import Message

feature = Feature("Settings")


@feature.command(
    "doctor", "checkup", tells="Whether all is well, and what to do where it is not (admins)", examples=("doctor",)
)
async def doctor(turn: Turn) -> Message:
    """Examine everything at once; it takes up to eight seconds where something hangs."""
    rights.check(rights.Right.EXAMINE, turn.actor)
    return views.doctor(await turn.examine(), command=turn.names.command)
