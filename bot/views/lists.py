"""The lists people ask for: what matches, what is at risk, what launches, what is mine, and which one was meant."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.domain.launches import Lane, Lanes
from bot.domain.moves import Verb
from bot.domain.phases import Phases
from bot.domain.records import Standing
from bot.domain.risk import Reason, Risk
from bot.views import controls, new, rows, text, values
from bot.views import standing as said
from bot.views.finding import FIND
from bot.views.message import Message, context, header, section
from bot.views.rows import PAGE, TURN, Row, Sheet
from bot.views.values import Press
from bot.views.viewing import Viewing

__all__ = [
    "CHOOSE",
    "GO",
    "GO_ON",
    "LANES",
    "MADE",
    "MINE",
    "PAGE",
    "TURN",
    "ahead",
    "at_risk",
    "home",
    "launches",
    "listing",
    "pick",
]

CHOOSE = "ob:pick"
GO_ON = "ob:pick-for"
"""Says which onboarding a typed change was meant for; the value carries the verb."""
GO = "ob:go"
"""A way to another view: the value is the command that would show it."""

_PHASES = 25
"""Buttons Slack takes in a row."""
MINE = 5
"""Rows of the view one gets by typing the command alone."""
LANES = {
    Lane.OVERDUE: "Overdue",
    Lane.THIS_WEEK: "This week",
    Lane.NEXT_WEEK: "Next week",
    Lane.LATER: "Later",
    Lane.NO_TARGET: "No target date",
    Lane.LAUNCHED: "Launched",
}
"""The lanes in reading order: what is late comes before what is coming."""
MADE = "Launched this week"
_UNLINKED = "You are not linked to a Pivotal user yet, so I can’t tell which onboardings are yours."
_WAYS = (("At risk", "at-risk"), ("Launches", "launches"), ("All onboardings", "list"), ("Help", "help"))


def listing(
    title: str,
    standings: Sequence[Standing],
    viewing: Viewing,
    *,
    page: int,
    filters: str = "",
    told: str = "",
    note: str = "",
    name: str = "list",
    empty: str = "No onboarding matches. Try fewer filters.",
) -> Message:
    """Draw page `page` (from 1) of all `standings` that match, in the order given.

    `filters` is what was typed after the verb, `name` the verb: Previous and Next bring both back. `told` says the
    filters in words, `note` the order and what is left out.
    """
    sheet = Sheet(title, standings, name=name, filters=filters, told=told, note=note, empty=empty)
    return rows.paged(sheet, viewing, page=page)


def at_risk(
    risks: Sequence[Risk],
    viewing: Viewing,
    *,
    page: int,
    filters: str = "",
    told: str = "",
    note: str = "worst first",
) -> Message:
    """Draw what needs attention, in the order given (`note` says which), each with its reasons."""
    sheet = Sheet(
        "At-risk onboardings",
        risks,
        "at-risk",
        filters,
        told,
        note,
        empty="Nothing is at risk right now.",
    )
    return rows.paged(sheet, viewing, page=page)


def launches(
    lanes: Lanes,
    viewing: Viewing,
    *,
    page: int,
    only: Lane | None = None,
    made: Sequence[Standing] = (),
    filters: str = "",
    told: str = "",
) -> Message:
    """Draw the launches lane by lane, overdue first; `only` is the one lane wanted, or None for all.

    `made` are this week's that have launched already: with this week alone they follow it.
    """
    groups = {heading: getattr(lanes, lane.value) for lane, heading in LANES.items() if only in (None, lane)}
    if only is Lane.THIS_WEEK:
        groups[MADE] = made
    drawn = tuple(
        Row(standing, lane=f"{heading} ({len(members)})") for heading, members in groups.items() for standing in members
    )
    title = f"Launches: {LANES[only].lower()}" if only else "Launches"
    sheet = Sheet(title, drawn, "launches", filters, told, empty="No launches here.")
    return rows.paged(sheet, viewing, page=page)


def home(
    standings: Sequence[Standing],
    viewing: Viewing,
    *,
    reasons: Mapping[str, Sequence[Reason]],
    linked: bool,
    linking: str = "",
    creates: bool = False,
) -> Message:
    """Draw a person's own open onboardings in the order given, and the ways to everything else.

    `reasons` are by onboarding id, where one needs attention;
    `linked` is false for someone the bot cannot tell the onboardings of, and `linking` says, in plain text, how that
    is mended; `creates` is true for who may create one now.
    """
    needy = sum(bool(reasons.get(one.onboarding.id)) for one in standings)
    attention = f"{needy} {'needs' if needy == 1 else 'need'} attention" if needy else "none needs attention"
    if not linked:
        told = f"{_UNLINKED} {text.escape(linking)}".strip()
    elif not standings:
        told = "No open onboarding is yours right now."
    else:
        told = f"{text.count(len(standings), 'onboarding')}, {attention}"
    blocks: list[Block] = [header("Your onboardings"), context(said.joined(told, viewing.badge))]
    for at, one in enumerate(standings[:MINE]):
        blocks.append(rows.block(Row(one, reasons.get(one.onboarding.id, ())), viewing, at=at))
    ways = [("See all mine", "mine"), *_WAYS] if len(standings) > MINE else _WAYS
    blocks.append(
        ActionsBlock(
            elements=[controls.button("Find", action=FIND, named="Find an onboarding")]
            + [
                controls.button(label, action=f"{GO}:{verb}", named=f"Show: {label}", value=verb)
                for label, verb in ways
            ]
            + ([new.button()] if creates else [])
        )
    )
    left = len(standings) - MINE
    more = f"{left} more of yours not shown" if left > 0 else ""
    blocks.append(context(said.joined(more, viewing.stamp)))
    return Message(f"Your onboardings: {told if told.endswith('.') else f'{told}.'}", tuple(blocks))


def pick(
    question: str,
    standings: Sequence[Standing],
    viewing: Viewing,
    *,
    verb: str | None = None,
    reason: str = "",
    reasons: Mapping[str, str] | None = None,
    goes: str = CHOOSE,
) -> Message:
    """Ask which onboarding was meant, ten at most. With `verb`, choosing one goes on with that change, and `reason`.

    `reasons` are by onboarding id, where they differ; one that is missing there is only opened. `goes` is the action
    of the buttons.
    """
    asked = text.name(question, 300)
    blocks: list[Block] = [section(f"*{asked}*")]
    for at, one in enumerate(standings[:PAGE]):
        why = reason if reasons is None else reasons.get(one.onboarding.id)
        if (verb is None and goes == CHOOSE) or why is None:
            blocks.append(rows.block(one, viewing, at=at))
            continue
        choice = _choice(one, at=at, verb=verb or "", reason=why, goes=goes)
        blocks.append(section(rows.line(one, viewing), accessory=choice))
    left = len(standings) - PAGE
    more = f"{left} more not shown: type more of the name, or the number, such as `#89`" if left > 0 else ""
    blocks.append(context(said.joined(more, viewing.stamp)))
    names = text.listed(tuple(said.called(one, limit=40) for one in standings[:PAGE]), limit=PAGE)
    return Message(f"{asked} {names}{f' and {left} more' if left > 0 else ''}.", tuple(blocks))


def ahead(standing: Standing, to: Sequence[str], *, phases: Phases) -> Message:
    """Ask to which of the phases that lie ahead an onboarding is to skip; choosing one goes on to the form."""
    asked = f"To which phase shall {said.called(standing)} skip?"
    buttons = [
        controls.button(
            phases.label(phase),
            action=f"{CHOOSE}:{phase}",
            named=controls.naming("Skip ", standing, f" to {text.plain(phases.label(phase), 30)}"),
            value=values.encode(Press(standing.onboarding.id, Verb.SKIP, reason=phase)),
        )
        for phase in to[:_PHASES]
    ]
    note = context("The phases in between are skipped. A form asks for the reason first.")
    labels = text.listed(tuple(text.name(phases.label(phase)) for phase in to), limit=_PHASES)
    return Message(f"{asked} {labels}.", (section(f"*{asked}*"), ActionsBlock(elements=buttons), note))


def _choice(one: Standing, *, at: int, verb: str, reason: str, goes: str) -> ButtonElement:
    return controls.button(
        "Choose",
        action=f"{goes}:{at}",
        named=controls.naming("Choose ", one, controls.number(one)),
        value=values.encode(Press(one.onboarding.id, verb, reason=reason)),
    )
