"""`@bot acme`: the card in the thread it was asked in, which no slash command can reach; and what else one may ask."""

import re
from dataclasses import replace

from bot.domain import gates
from bot.domain.errors import Forbidden, NotFound, Refused
from bot.domain.records import Standing
from bot.listeners.feature import Answer, Feature, Registry, Reply, Seen, Turn
from bot.listeners.grammar import SHOW, Understood, understand
from bot.listeners.show import did_you_mean, drawn, pick
from bot.services.cards import Share
from bot.services.onboardings import Choices

feature = Feature("Mentions")

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^<>]*)?>")
_POSTS = ("digest",)
"""Changes nothing, but can be told to post."""


@feature.on("app_mention", reply=Reply.WHISPER)
async def mentioned(turn: Turn) -> Seen:
    """Post the card in the thread; what cannot be posted there, or is no card, only who asked gets to see."""
    said = understood(turn)
    turn = replace(turn, text=said.rest)
    return await (_card(turn) if said.command.verb == SHOW else _answered(turn, said))


def understood(turn: Turn) -> Understood:
    """What a mention asks for; what is a customer's whole name asks for that customer's card."""
    asked, names = _asked(turn.text), turn.services.onboardings.names
    said = understand(asked, Registry(turn.features), names=names)
    if said.command.verb != SHOW and names(asked, True):
        return Understood(turn.commands[SHOW], asked)
    return said


async def _answered(turn: Turn, said: Understood) -> Seen:
    """What another verb shows; nothing is changed by mention, where a slip of the tongue is soon made."""
    verb = said.command.verb
    if gates.changes(verb) or verb in _POSTS:
        typed = " ".join(filter(None, (turn.names.command, verb, said.rest)))
        raise Refused(
            "When I am mentioned I only look things up, so nothing was done.", hint=f"Type `{typed}` in a channel."
        )
    return await said.command.handler(turn)


async def _card(turn: Turn) -> Seen:
    try:
        found = await turn.services.onboardings.find(turn.text)
    except NotFound as error:
        raise did_you_mean(turn, error) from error
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
        source=turn.source,
        reference=turn.reference,
        thread_ts=thread,
        seen=standing,
    )


def _asked(text: str) -> str:
    """What was said after the mention, or before it when nothing follows."""
    *before, after = _MENTION.split(text)
    return after.strip() or " ".join(part.strip() for part in before).strip()
