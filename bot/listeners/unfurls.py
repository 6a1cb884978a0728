"""Links to Pivotal: a small card below each, where only the team reads, and not again and again."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.domain import references
from bot.domain.errors import NotFound
from bot.domain.records import Standing
from bot.domain.references import Link
from bot.listeners.feature import Feature, Turn
from bot.services.onboardings import Choices
from bot.views import unfurl
from bot.views.message import Message

feature = Feature("Link previews")

AGAIN = timedelta(minutes=30)
"""The same link is not shown again in a channel before."""
MOST = 2
"""Links in one message; more are a list, and previews would bury it."""


@feature.on("link_shared")
async def shared(turn: Turn) -> None:
    """Draw what the links lead to. Whoever may not look, or posted where customers read, gets nothing at all."""
    links = [link["url"] for link in turn.event["links"]]
    if len(links) > MOST or turn.event.get("source") == "composer":  # still being written, in no channel yet
        return
    await turn.cards.guard(turn.channel)
    cards = {url: card for url in links if (card := await _card(turn, url))}
    fresh = {
        url: card
        for url, card in cards.items()
        if await turn.services.inbox.fresh(f"link:{turn.channel}:{_short(url)}", within=AGAIN)
    }
    if fresh:
        await turn.cards.unfurl(fresh, channel=turn.channel, ts=turn.event["message_ts"])


def _short(url: str) -> str:
    """What an address is known by: people's own may be longer than a key can be, and hold half a letter."""
    return sha256(url.encode(errors="replace")).hexdigest()


async def _card(turn: Turn, url: str) -> Message | None:
    if not isinstance(references.parse(url, host=urlsplit(turn.services.web).netloc), Link):
        return None
    try:
        found = await turn.services.onboardings.find(url)
    except NotFound:
        return None
    standings: tuple[Standing, ...] = found.standings if isinstance(found, Choices) else (found,)
    return unfurl.unfurl(standings, replace(turn.viewing(), zone=ZoneInfo(turn.services.zone)))
