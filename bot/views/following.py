"""What followers are told: that they follow, what has changed, and the way out."""

from datetime import datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.domain.following import DELETED, News
from bot.domain.phases import Phases
from bot.domain.records import Directory, Follow, Observation, Standing
from bot.views import controls, observed, text, values
from bot.views import standing as said
from bot.views.message import Message, context, section
from bot.views.values import Press

UNFOLLOW = "ob:unfollow"
_MOST = 8


def follows(standing: Standing, *, already: bool = False) -> Message:
    """Say that somebody follows an onboarding, what that means, and the way out."""
    done = f"You follow {said.called(standing)}{' already' if already else ''}."
    what = (
        "When its phase, state, target date or owners change, a direct message tells you, "
        "at night and at weekends later. What you do yourself is not told."
    )
    button = unfollow_button(standing.title, standing.onboarding.id)
    return Message(f"{done} {what}", (section(done, accessory=button), context(what)))


def unfollowed(title: str, *, followed: bool = True) -> Message:
    """Say that somebody follows no longer, or did not."""
    done = f"You {'no longer' if followed else 'do not'} follow {text.name(title, 80)}."
    return Message(done, (section(done),))


def news(
    follow: Follow, changes: News, standing: Standing | None, *, phases: Phases, directory: Directory, now: datetime
) -> Message:
    """What changed since a follower was told last, in one message."""
    title = said.called(standing) if standing else text.name(follow.title, 80)
    if DELETED in changes:
        gone = f"*{title}* no longer exists in Pivotal, so you do not follow it any more."
        return Message(gone.replace("*", ""), (section(gone),))
    lines = [
        observed.change(
            Observation(follow.onboarding_id, field, before, after, now, ""), phases=phases, directory=directory
        )
        for field, (before, after) in list(changes.items())[:_MOST]
    ]
    blocks: list[Block] = [section("\n".join((f"*{title}*", *(f"• {line}" for line in lines))))]
    buttons: list[ButtonElement] = [controls.open_button(standing, at=0)] if standing else []
    blocks.append(ActionsBlock(elements=[*buttons, unfollow_button(follow.title, follow.onboarding_id)]))
    return Message(f"{title}: {'; '.join(lines)}.".replace("  ·  ", " "), tuple(blocks))


def row(follow: Follow, standing: Standing | None, *, zone: ZoneInfo) -> Block:
    """One line of what somebody follows."""
    since = follow.since.astimezone(zone)
    named = said.called(standing) if standing else text.name(follow.title, 80)
    return section(f"*{named}*\n_since {since:%d %b}_", accessory=unfollow_button(follow.title, follow.onboarding_id))


def unfollow_button(title: str, onboarding_id: str) -> ButtonElement:
    """The way out; `title` is whose news end."""
    return controls.button(
        "Unfollow",
        action=f"{UNFOLLOW}:{onboarding_id}",
        named=f"Unfollow {text.plain(title, controls.LABEL - 9)}",
        value=values.encode(Press(onboarding_id, "unfollow")),
    )
