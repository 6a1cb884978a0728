"""What a link to Pivotal leads to, in a few lines below it: no buttons, no notes, no contacts."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import Block

from bot.domain.phases import Phases
from bot.domain.records import Directory, Standing
from bot.views import rows, text
from bot.views import standing as said
from bot.views.message import Message, context, section

MOST = 3
"""Onboardings of one customer."""


def unfurl(
    standings: Sequence[Standing],
    *,
    phases: Phases,
    directory: Directory,
    now: datetime,
    zone: ZoneInfo,
    test_key: bool = False,
) -> Message:
    """Two lines for each onboarding, three at most, and when it was so."""
    shown = standings[:MOST]
    blocks: list[Block] = [
        section(rows.line(one, phases=phases, directory=directory, now=now, zone=zone)) for one in shown
    ]
    left = len(standings) - len(shown)
    more = f"{text.count(left, 'onboarding')} more of this customer" if left else ""
    stamp = said.as_of(now, now=now, zone=zone)
    blocks.append(context(said.joined(said.TEST_BADGE if test_key else "", more, stamp)))
    names = text.listed(tuple(said.called(one) for one in standings), limit=MOST)
    return Message(f"Where it stands: {names}.", tuple(blocks))
