"""`@bot acme`: the card in the thread it was asked in, which no slash command can reach."""

import re

from bot.domain.errors import Forbidden
from bot.domain.records import Standing
from bot.listeners.feature import Answer, Feature, Reply, Seen, Turn
from bot.listeners.show import drawn, pick
from bot.services.cards import Share
from bot.services.onboardings import Choices

feature = Feature("Mentions")

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^<>]*)?>")


@feature.on("app_mention", reply=Reply.WHISPER)
async def mentioned(turn: Turn) -> Seen:
    """Post the card in the thread; what cannot be posted there, or is no card, only who asked gets to see."""
    found = await turn.services.onboardings.find(_asked(turn.text))
    if isinstance(found, Choices):
        return Answer(pick(turn, found))
    thread = str(turn.event.get("thread_ts") or turn.event["ts"])
    try:
        await turn.cards.share(_wish(turn, found, thread))
    except Forbidden as refusal:  # customers read it: the answer is for one pair of eyes
        return drawn(turn, found, notice=f"Only you can see this. {refusal.message}")
    return None


def _wish(turn: Turn, standing: Standing, thread: str) -> Share:
    return Share(
        standing.onboarding.id,
        turn.channel,
        by=turn.actor,
        source=f"mention in {turn.channel}",
        reference=turn.reference,
        thread_ts=thread,
        seen=standing,
    )


def _asked(text: str) -> str:
    """What was said after the mention, or before it when nothing follows."""
    *before, after = _MENTION.split(text)
    return after.strip() or " ".join(part.strip() for part in before).strip()
