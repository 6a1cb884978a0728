"""Settings as a person may see them: their own, and to admins the effective ones, never a secret."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.domain.records import Actor
from bot.views import text
from bot.views.message import Message, context, header, section
from bot.views.people import about

_VALUE = 120
_LINES = 10
"""Settings in one paragraph: Slack takes 3,000 characters there."""
_TROUBLES = 5


def settings(actor: Actor, *, effective: Sequence[tuple[str, str]], troubles: Sequence[str] = ()) -> Message:
    """Draw somebody's settings; `effective` are name and value of the installation's, none for whoever may not see."""
    own = (*about(actor), f"Your time zone is {text.name(actor.zone)}, as your Slack profile says.")
    blocks: list[Block] = [header("Settings"), section("\n".join(own))]
    if effective:
        lines = [f"`{name}`  {text.name(value, _VALUE) if value else 'not set'}" for name, value in effective]
        blocks.append(section("*This installation*"))
        blocks += [section("\n".join(lines[at : at + _LINES])) for at in range(0, len(lines), _LINES)]
    blocks += [context(text.name(trouble, 300)) for trouble in troubles[:_TROUBLES]]
    told = "Whoever runs this bot changes these, and restarts it." if effective else "Admins of this bot see the rest."
    blocks.append(context(told))
    return Message(" ".join(("Your settings.", *own, told)), tuple(blocks))
