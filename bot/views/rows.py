"""What every list has in common: a line per onboarding with one button, ten to a page, totals, and how fresh it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.phases import Phases
from bot.domain.records import Standing
from bot.domain.risk import Reason, Risk
from bot.views import controls, text, values
from bot.views import standing as said
from bot.views.message import Buttons, Message, Paragraph, context, header, section
from bot.views.values import Turning
from bot.views.viewing import Viewing

PAGE = 10
"""Rows on a page."""
TURN = "ob:page"
KEPT = 500
"""Drawn rows that are kept, to be shown again: those of fifty pages."""

_LINE = 900
"""Characters of one row, markup and escapes included: ten of them stay well below what Slack takes in a message."""
_NAMED = 5
_WHY = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One onboarding in a list; `lane` is the heading it stands under, or nothing."""

    standing: Standing
    reasons: Sequence[Reason] = ()
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole list before it is cut into pages.

    `name` and `filters` (as typed) bring a press on Next back to the same list, by way of the button `turn`. `told`
    says in words what is kept, and `note` in which order, or what is left out.
    """

    title: str
    rows: Sequence[Row | Risk | Standing]
    name: str
    filters: str = ""
    told: str = ""
    note: str = ""
    what: str = "onboarding"
    empty: str = "No onboarding matches."
    turn: str = TURN
    headed: bool = True
    """Its title and its total stand above it; else `note` has the total, and the modal the title."""


def as_row(one: Row | Risk | Standing) -> Row:
    """Made for the page that is shown: of a long list the others are never looked at."""
    if isinstance(one, Row):
        return one
    return Row(one.standing, one.reasons) if isinstance(one, Risk) else Row(one)


def block(one: Row | Risk | Standing, viewing: Viewing, *, at: int) -> Block:
    """One onboarding beside its button `Open`; `at` is its place, which makes the button's id unique."""
    row = as_row(one)
    lead = said.lead(row.standing.onboarding, directory=viewing.directory)
    return _block(row.standing, tuple(row.reasons), viewing.phases, viewing.today, lead, at)


def line(standing: Standing, viewing: Viewing) -> str:
    """One onboarding in two lines: name and number; phase, state, date and owner."""
    lead = said.lead(standing.onboarding, directory=viewing.directory)
    return _line(standing, (), viewing.phases, viewing.today, lead)


@lru_cache(maxsize=KEPT)
def _block(
    standing: Standing, reasons: tuple[Reason, ...], phases: Phases, today: date, lead: str, at: int
) -> Paragraph:
    """Takes all that it depends on, and nothing else: while that is the same, so is the block."""
    return section(_line(standing, reasons, phases, today, lead), accessory=controls.open_button(standing, at=at))


def _line(standing: Standing, reasons: Sequence[Reason], phases: Phases, today: date, lead: str) -> str:
    onboarding = standing.onboarding
    facts = " · ".join(
        (
            said.place(onboarding, phases=phases),
            said.state(onboarding),
            said.brief_target(onboarding, today=today),
            lead,
        )
    )
    why = f"\n{said.why(reasons, limit=_WHY)}" if reasons else ""
    return text.clip(f"{said.heading(standing, limit=80)}\n{facts}{why}", _LINE)


def paged(sheet: Sheet, viewing: Viewing, *, page: int) -> Message:
    """Draw one page of a list, counted from 1; a page that is no longer there becomes the last one."""
    total = len(sheet.rows)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    shown = tuple(map(as_row, sheet.rows[(page - 1) * PAGE : page * PAGE]))
    matching = f"filters: {text.name(sheet.told, 200)}" if sheet.told else ""
    where = f"page {page} of {pages}" if pages > 1 else ""
    note = text.name(sheet.note, 200) if sheet.note else ""
    counted = text.count(total, sheet.what) if sheet.headed else ""
    blocks: list[Block] = [header(sheet.title)] if sheet.headed else []
    blocks.append(context(said.joined(counted, where, matching, note, viewing.badge)))
    if not shown:
        blocks.append(section(sheet.empty))
    lane = ""
    for at, row in enumerate(shown):
        if row.lane != lane:
            lane = row.lane
            blocks.append(section(f"*{lane}*"))
        blocks.append(block(row, viewing, at=at))
    blocks += _turns(replace(sheet, rows=()), page, pages)
    blocks.append(context(viewing.stamp))
    return Message(_spoken(sheet, shown, total=total, where=where), tuple(blocks))


@lru_cache(maxsize=KEPT)
def _turns(sheet: Sheet, page: int, pages: int) -> tuple[Buttons, ...]:
    """The buttons to the pages beside this one, in a row, if there are any; the sheet comes without its rows."""
    turns = (_turn("Previous", sheet, page - 1, pages), _turn("Next", sheet, page + 1, pages))
    buttons = [turn for turn in turns if turn is not None]
    return (Buttons(elements=buttons),) if buttons else ()


def _turn(label: str, sheet: Sheet, page: int, pages: int) -> ButtonElement | None:
    """The button to another page; None where there is none, or where the filters are too long to come back with."""
    value = values.encode_turning(Turning(sheet.name, sheet.filters, page))
    if value is None or not 1 <= page <= pages:
        return None
    return controls.button(
        label,
        action=f"{sheet.turn}:{label.lower()}",
        named=f"{label} page of {sheet.title}, page {page} of {pages}",
        value=value,
    )


def _spoken(sheet: Sheet, shown: Sequence[Row], *, total: int, where: str) -> str:
    title = text.name(sheet.title)
    if not shown:
        return f"{title}: {sheet.empty}"
    names = tuple(said.called(row.standing, limit=40) for row in shown)
    listed = text.listed(names, limit=_NAMED)
    return f"{title}: {text.count(total, sheet.what)}{f', {where}' if where else ''}: {listed}."
