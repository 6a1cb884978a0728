"""Following an onboarding: being told by direct message what changes."""

from bot.domain.errors import NotFound
from bot.listeners.feature import Answer, Feature, Turn
from bot.listeners.show import pick_for
from bot.services.onboardings import Choices
from bot.views import following as views
from bot.views.message import Message

feature = Feature("Follow")


@feature.command(
    "follow",
    usage="<customer or #id>",
    tells="Be told by direct message what changes",
    examples=("follow #89", "follow aurora foods"),
)
async def follow(turn: Turn) -> Message:
    """Follow one onboarding; when several could be meant, none is followed."""
    found = await turn.services.onboardings.find(turn.text)
    if isinstance(found, Choices):
        return pick_for(turn, found, "follow")
    return await begun(turn, found.onboarding.id)


@feature.command(
    "unfollow", usage="<customer or #id>", tells="Be told no longer", examples=("unfollow #89", "unfollow aurora foods")
)
async def unfollow(turn: Turn) -> Message:
    """Follow one onboarding no longer; what is gone from Pivotal can be left too."""
    try:
        found = await turn.services.onboardings.find(turn.text)
    except NotFound:
        known = [one for one in await turn.services.following.of(turn.actor.slack_id) if one.title == turn.text]
        if not known:
            raise
        return await _ended(turn, known[0].onboarding_id, known[0].title)
    if isinstance(found, Choices):
        return pick_for(turn, found, "unfollow")
    return await _ended(turn, found.onboarding.id, found.title)


@feature.button(views.UNFOLLOW)
async def stop(turn: Turn) -> Answer:
    """The button under the news, in the answer to Follow, and on Home."""
    onboarding_id = turn.press.id
    known = turn.services.portfolio.known(onboarding_id)
    named = next(
        (
            one.title
            for one in await turn.services.following.of(turn.actor.slack_id)
            if one.onboarding_id == onboarding_id
        ),
        known.title if known else "it",
    )
    return Answer(await _ended(turn, onboarding_id, named))


async def begun(turn: Turn, onboarding_id: str) -> Message:
    """Follow an onboarding, from its card's menu too."""
    standing = await turn.services.onboardings.look(onboarding_id)
    new = await turn.services.following.follow(standing, by=turn.actor)
    return views.follows(standing, already=not new)


async def _ended(turn: Turn, onboarding_id: str, title: str) -> Message:
    followed = await turn.services.following.unfollow(onboarding_id, by=turn.actor)
    return views.unfollowed(title, followed=followed)
