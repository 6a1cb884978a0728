"""A digest out of turn: a private preview, or posted now with the name of whoever asked."""

from bot.domain import rights, words
from bot.domain.errors import UserError
from bot.domain.records import is_direct
from bot.listeners.feature import Feature, Turn
from bot.listeners.wishes import kind_of
from bot.views.message import Message, say

feature = Feature("Digests")


@feature.command(
    "digest",
    usage="<preview | now> <at-risk | launch-week | portfolio>",
    tells="See a digest privately, or post it here now",
    examples=("digest preview at-risk", "digest now launch-week"),
)
async def digest(turn: Turn) -> Message:
    """Preview for one pair of eyes, or post for the channel."""
    how, rest = words.head(turn.text.lower())
    if how not in ("preview", "now"):
        raise UserError("Preview it, or post it now?", hint=f"Try `{turn.names.command} digest preview at-risk`.")
    kind, more = kind_of(turn, rest)
    if more:
        raise UserError(
            "A digest is written with the filters its channel is subscribed with; others cannot be added here.",
            hint=f"Name the digest only: `{turn.names.command} digest {how} {kind}`.",
        )
    if how == "preview":
        return await turn.digests.preview(kind, channel=turn.channel, by=turn.actor)
    direct = is_direct(turn.channel)
    channel = await turn.cards.direct(turn.actor.slack_id) if direct else turn.channel
    async with turn.services.subscriptions.posting_now(
        kind, channel=channel, by=turn.actor, source=turn.source, reference=turn.reference
    ):
        rights.check(rights.Right.READ if direct else rights.Right.DIGEST_NOW, turn.actor)
        await turn.cards.guard(channel)
        await turn.digests.post_now(kind, channel=channel, by=turn.actor, trigger=turn.trigger)
    where = "Posted here, for you" if direct else "Posted here"
    theirs = await turn.services.subscriptions.of_channel(channel)
    scheduled = any(one.kind == kind and one.paused is None for one in theirs)
    still = " The scheduled one still comes at its hour." if scheduled else ""
    return say(f"{where}: “{turn.titles[kind]}”.{still}")
