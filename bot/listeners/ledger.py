"""What a subscriber answers when told that a digest did not come: Post now, or It arrived."""

from bot.listeners.feature import Answer, Feature, Turn
from bot.views import digest_notices as views
from bot.views import values

feature = Feature("Digests that did not come")


@feature.button(views.POST)
async def post(turn: Turn) -> Answer:
    """Post that day's digest after all; of two presses one does."""
    entry = values.decode_entry(turn.pressed.value if turn.pressed else "")
    return Answer(await turn.digests.post_slot(entry.subscription_id, entry.slot, by=turn.actor), replace=True)


@feature.button(views.ARRIVED)
async def arrived(turn: Turn) -> Answer:
    """It is there: the next one is compared with it."""
    entry = values.decode_entry(turn.pressed.value if turn.pressed else "")
    return Answer(await turn.digests.arrived(entry.subscription_id, entry.slot, by=turn.actor), replace=True)
