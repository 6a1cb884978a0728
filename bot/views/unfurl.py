"""What a link to Pivotal leads to, in a few lines below it: no buttons, no notes, no contacts."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.domain.records import Standing
from bot.views import rows, text
from bot.views import standing as said
from bot.views.message import Message, context, section
from bot.views.viewing import Viewing

MOST = 3
"""Onboardings of one customer."""


def unfurl(standings: Sequence[Standing], viewing: Viewing) -> Message:
    """Two lines for each onboarding, three at most, and when it was so."""
    shown = standings[:MOST]
    blocks: list[Block] = [section(rows.line(one, viewing)) for one in shown]
    left = len(standings) - len(shown)
    more = f"{text.count(left, 'onboarding')} more of this customer" if left else ""
    blocks.append(context(said.joined(viewing.badge, more, viewing.stamp)))
    names = text.listed(tuple(said.called(one) for one in standings), limit=MOST)
    return Message(f"Where it stands: {names}.", tuple(blocks))
