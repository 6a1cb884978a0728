"""Settings, to look at only: my link, my rights and my zone; for admins, how this installation is set up."""

from bot.domain import rights
from bot.domain.rights import Right
from bot.listeners.feature import Feature, Turn
from bot.views import settings as views
from bot.views.message import Message

feature = Feature("Settings")


@feature.command(
    "settings", "config", tells="What is set for you, and for admins for everybody", examples=("settings",)
)
async def settings(turn: Turn) -> Message:
    """Show what is set; changing it is for whoever runs the bot."""
    admin = rights.allowed(Right.SETTINGS, turn.actor)
    return views.settings(
        turn.actor,
        effective=_effective(turn) if admin else (),
        troubles=(*turn.actors.troubles, *(f"Off: {feature}." for feature in turn.off)),
    )


def _effective(turn: Turn) -> tuple[tuple[str, str], ...]:
    """Every setting; the phases as they are, though nobody has set them."""
    phases = ",".join(turn.phases.order)
    return tuple((name, phases if name == "BOT_PHASES" else value) for name, value in turn.services.settings)
