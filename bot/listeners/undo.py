"""Undo: one's own newest change taken back within ten minutes, as long as nobody has changed anything since."""

from bot.domain.errors import Refused
from bot.listeners.changing import Wish, fulfil, taking_back
from bot.listeners.feature import Feature, Seen, Turn
from bot.views import card, notices

feature = Feature("Undo")


@feature.command("undo", tells="Take back your last change, for ten minutes; asks first", examples=("undo",))
async def undo(turn: Turn) -> Seen:
    """Offer once more to take back the newest change; the button does it."""
    taken = await turn.services.undoing.newest(by=turn.actor)
    standing = await turn.services.onboardings.read(str(taken.entry.onboarding_id))
    press = taking_back(turn, standing, taken.restores, until=taken.until)
    if press is None or not await turn.services.undoing.still(taken, standing.onboarding):
        raise Refused(
            f"{standing.title} has changed since your change, {taken.entry.before} → {taken.entry.after}.",
            hint="So it is not undone; look at it as it is now.",
        )
    return notices.made(standing, f"Your last change here was {taken.entry.before} → {taken.entry.after}.", undo=press)


@feature.button(card.UNDO)
async def take_back(turn: Turn) -> Seen:
    """Write back what was there before, unless the ten minutes are over or anything has changed since."""
    wanted = turn.press
    if turn.now.timestamp() > wanted.until:
        raise Refused("The ten minutes for Undo are over; nothing was changed.", hint="Change it back by hand.")
    return await fulfil(turn, Wish(wanted))
