"""A row of a digest with its menu, the way to all rows, and the modal that shows them page by page."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    InteractiveElement,
    Option,
    OverflowMenuElement,
    PlainTextObject,
)

from bot.domain import states
from bot.domain.moves import Verb
from bot.domain.phases import Phases
from bot.domain.records import Standing
from bot.views import controls, rows, text, values
from bot.views.digest_frame import Frame
from bot.views.message import Message, section
from bot.views.rows import Row, Sheet
from bot.views.values import Press, Turning
from bot.views.viewing import Viewing

MENU = "ob:row"
"""The menu of a row; which entry is in its value, and nothing is written by choosing one."""
ALL = "ob:digest-all"
"""See all, and the pages behind it: the value is the way to one of them."""
OPEN, SNOOZE = "open", "snooze"
LONGEST = 700
"""Characters of one row, if there is room for them."""
_BLOCK_ID = 255
"""Characters Slack takes in the id of a block."""


def row(standing: Standing, told: str, *, phases: Phases, at: int, room: int = LONGEST, over: bool = False) -> Block:
    """One row in at most `room` characters; its block is found again by the onboarding's id, which its own begins with.

    `at` is its place in the message, which makes its ids unique there. Of what is `over` there is nothing to do but to
    open it.
    """
    block_id = f"{standing.onboarding.id}:{at}"
    return section(
        text.clip(told, min(room, LONGEST)),
        accessory=controls.open_button(standing, at=at) if over else _menu(standing, phases=phases, at=at),
        block_id=block_id if len(block_id) <= _BLOCK_ID else None,
    )


def see_all(frame: Frame, title: str, *, had: int) -> ButtonElement | None:
    """The button to all rows of a digest, which `had` so many; None where there is no way back to them."""
    seen = f"{had} {frame.since.isoformat() if frame.since else ''}".strip()
    value = values.encode_turning(Turning(frame.subscription, seen, 1)) if frame.subscription else None
    return controls.button("See all", action=f"{ALL}:1", named=f"See all: {title}", value=value) if value else None


def then(seen: str) -> tuple[int | None, str]:
    """What `See all` carries: how many rows the digest had, and the slot of the one before, which it told changes of.

    None and nothing where another version of the bot drew it.
    """
    had, _, since = seen.partition(" ")
    return int(had) if had.isdecimal() else None, since


def page(
    title: str,
    drawn: Sequence[Row],
    viewing: Viewing,
    *,
    subscription_id: str,
    seen: str,
    page: int,
    told: str,
) -> Message:
    """One page of all rows, ten of them, in the digest's order; `told` says its filters in words.

    `seen` is what the button carried. The modal has the title.
    """
    had, _ = then(seen)
    sheet = Sheet(
        title,
        drawn,
        subscription_id,
        seen,
        told=told,
        note=f"as it stands now: {len(drawn)}" + (f" (the digest had {had})" if had not in (None, len(drawn)) else ""),
        empty="No row is left.",
        turn=ALL,
        headed=False,
    )
    return rows.paged(sheet, viewing, page=page)


def _menu(standing: Standing, *, phases: Phases, at: int) -> InteractiveElement:
    """What can be begun from a row; https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element."""
    onboarding = standing.onboarding
    entries = [("Open", OPEN), ("Snooze…", SNOOZE)]
    if not states.closed(onboarding, phases=phases):
        marked = states.AT_RISK in states.held(onboarding)
        entries.append(("Clear at risk…", Verb.CLEAR.value) if marked else ("Mark at risk…", Verb.FLAG.value))
    options = []
    for label, verb in entries:
        value = values.encode(Press(onboarding.id, verb))
        if len(value) > controls.OPTION:  # a menu holds no id this long; a button does
            return controls.open_button(standing, at=at)
        options.append(Option(text=PlainTextObject(text=label), value=value))
    return OverflowMenuElement(action_id=f"{MENU}:{at}", options=options)
