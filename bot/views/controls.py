"""The buttons of a card: what each says, asks and remembers. What is possible is the domain's to say."""

from collections.abc import Callable

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    InteractiveElement,
    Option,
    OverflowMenuElement,
    PlainTextObject,
)

from bot.domain import moves, states
from bot.domain.errors import Refused
from bot.domain.moves import SUPPRESSED, Expectation, Fields, Move, Verb
from bot.domain.phases import Phases
from bot.domain.records import Standing
from bot.views import standing as said
from bot.views import text, values
from bot.views.values import Press

ADVANCE = "ob:advance"
STATE = "ob:state"
"""Pause, resume, at risk, waiting: the verb is in the value, and after the id to make it unique in the message."""
SHARE = "ob:share"
OPEN = "ob:open"
CANCEL = "ob:cancel"
UNDO = "ob:undo"
UPDATE = "ob:update"
MORE = "ob:more"
"""The menu of a card; which entry is in its value."""
UNDO_TOLD = "Undo works for ten minutes. Pivotal records both moves; tasks and notices already created stay."


LABEL = 75
"""Characters Slack takes on a button and in its accessibility label."""
OPTION = 150
"""Characters Slack takes in the value of a menu's option."""
QUESTION = 300
"""Characters Slack takes in the text of a confirm dialog."""
ORDINARY = "Pivotal may create this phase’s tasks and notify the customer."
ORDINARY_TEST = f"Pivotal may create this phase’s tasks. {SUPPRESSED}"

NOTHING: Fields = {}

_SHORT = {
    Verb.ADVANCE: "Advance",
    Verb.PAUSE: "Pause",
    Verb.RESUME: "Resume",
    Verb.FLAG: "Mark at risk",
    Verb.CLEAR: "Clear at risk",
    Verb.WAITING: "Waiting on customer",
    Verb.BACK: "Send back",
    Verb.SKIP: "Skip",
    Verb.DATE: "Move the target date",
    Verb.OWNER: "Change owner",
    Verb.UPDATE: "Save",
    Verb.UNDO: "Undo",
}
_ASKED = {
    Verb.ADVANCE: "Move {} from {before} to {after}?",
    Verb.PAUSE: "Pause {}?",
    Verb.RESUME: "Resume {}?",
    Verb.FLAG: "Mark {} at risk?",
    Verb.CLEAR: "Clear at risk for {}?",
    Verb.WAITING: "Set {} to waiting on customer?",
    Verb.BACK: "Send {} back from {before} to {after}?",
    Verb.SKIP: "Move {} from {before} straight to {after}?",
    Verb.DATE: "Move the target date of {} from {before} to {after}?",
    Verb.OWNER: "Change the owner of {} to {after}?",
    Verb.UPDATE: "Change {} from {before} to {after}?",
    Verb.UNDO: "Take back the change of {}: {before} → {after}?",
}


def button(
    label: str,
    *,
    action: str,
    named: str,
    value: str | None = None,
    style: str | None = None,
    url: str | None = None,
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    """A button within Slack's limits; `named` is what a screen reader says, and names the object."""
    return ButtonElement(
        text=PlainTextObject(text=text.plain(label, LABEL)),
        action_id=action,
        value=value,
        style=style,
        url=url,
        confirm=confirm,
        accessibility_label=text.plain(named, LABEL),
    )


def open_button(standing: Standing, *, at: int) -> ButtonElement:
    """The plain `Open` of a row in a list; `at` is the row's place, which makes the id unique."""
    return button(
        "Open",
        action=f"{OPEN}:{at}",
        named=naming("Open ", standing, number(standing)),
        value=values.encode(Press(standing.onboarding.id, "open")),
    )


def number(standing: Standing) -> str:
    """What tells the onboardings of one customer apart at the end of a label."""
    return f" #{standing.onboarding.display_id}"


def naming(before: str, standing: Standing, after: str = "") -> str:
    """A label that names the customer between two parts of ours, shortening the name so that both stay readable."""
    room = max(20, LABEL - text.length(before) - text.length(after))
    return f"{before}{text.plain(standing.title, room)}{after}"


def offered(standing: Standing, *, phases: Phases, test_key: bool) -> tuple[Move | None, str]:
    """The change a card offers first, Advance or Resume, and why Advance is missing where that needs saying."""
    onboarding = standing.onboarding
    if states.closed(onboarding, phases=phases):
        return None, ""
    verb = Verb.RESUME if states.PAUSED in states.held(onboarding) else Verb.ADVANCE
    try:
        return moves.plan(verb, onboarding, phases=phases, test_key=test_key), ""
    except Refused as refusal:
        return None, " ".join(filter(None, (refusal.message, refusal.hint)))


def move_button(
    standing: Standing,
    move: Move,
    *,
    primary: bool,
    asked: bool = False,
    reason: str = "",
    wanted: Fields = NOTHING,
) -> ButtonElement:
    """The button for one change. It asks in Slack's own dialog where there is something to ask, unless `asked` already.

    `reason` is what was typed as one, to be kept, `wanted` what the verb alone does not say. A question too long for
    the dialog is left to a message, and a grave change to a form: the press then counts as not confirmed.
    """
    dialog = None if asked or move.form else _dialog(standing, move)
    fits = not move.form and (asked or dialog is not None or not effects(move))
    press = Press(
        standing.onboarding.id,
        move.verb,
        Expectation.of(standing.onboarding, writing=move.changes),
        confirmed=fits,
        promise=move.promise,
        reason=reason,
        wanted=wanted,
    )
    advance = move.verb is Verb.ADVANCE
    return button(
        f"Advance to {move.after}" if advance else _SHORT[move.verb],
        action=ADVANCE if advance else f"{STATE}:{move.verb}",
        named=naming("Advance ", standing, f" to {text.plain(move.after, 30)}")
        if advance
        else naming(f"{_SHORT[move.verb]}: ", standing),
        value=values.encode(press),
        style="primary" if primary else None,
        confirm=dialog,
    )


def undo_button(standing: Standing, press: Press) -> ButtonElement:
    """Take back what was just done; it stands in a private answer only."""
    return button("Undo", action=UNDO, named=naming("Undo the change of ", standing), value=values.encode(press))


def effects(move: Move) -> tuple[str, ...]:
    """What happens besides the change itself, in sentences; nothing for a change that touches only the state."""
    ordinary = ORDINARY_TEST if move.test_key else ORDINARY
    return move.asks or ((ordinary,) if move.verb is Verb.ADVANCE else ())


def short(verb: Verb) -> str:
    """What a button for this change says, in a word or two."""
    return _SHORT[verb]


def asked(move: Move, *, whom: str, safe: Callable[[str], str]) -> str:
    """The question a change is confirmed by: `Move Acme Corp from Review to Launch?`.

    `whom` is put in as it is; the phases pass `safe`, which makes text from outside fit for the place.
    """
    return _ASKED[move.verb].format(whom, before=safe(move.before), after=safe(move.after))


def actions(
    standing: Standing, possible: Move | None, *, changeable: bool, snoozable: bool, private: bool, web: str
) -> ActionsBlock | None:
    """The row under a card: its primary action, Update…, the menu, and on a private card Share to channel."""
    buttons: list[InteractiveElement] = [move_button(standing, possible, primary=True)] if possible else []
    onboarding = standing.onboarding
    if changeable:
        value = values.encode(Press(onboarding.id, "update"))
        buttons.append(button("Update…", action=UPDATE, named=naming("Update ", standing), value=value))
    menu = _menu(standing, snoozable=snoozable, web=web)
    if menu:
        buttons.append(menu)
    if private:
        share = values.encode(Press(onboarding.id, "share"))
        buttons.append(
            button("Share to channel", action=SHARE, named=naming("Share ", standing, " to the channel"), value=share)
        )
    return ActionsBlock(elements=buttons) if buttons else None


def _menu(standing: Standing, *, snoozable: bool, web: str) -> OverflowMenuElement | None:
    """What else there is; https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element."""
    entries: list[tuple[str, str, str | None]] = [("Details", "details", None), ("Log", "history", None)]
    if snoozable:
        entries.append(("Snooze…", "snooze", None))
    entries.append(("Follow", "follow", None))
    if standing.customer:
        entries.append(("Open customer in Pivotal", "link", said.page(standing.customer, web=web)))
    options = []
    for label, verb, url in entries:
        value = values.encode(Press(standing.onboarding.id, verb))
        if len(value) <= OPTION:
            options.append(Option(text=PlainTextObject(text=label), value=value, url=url))
    return OverflowMenuElement(action_id=MORE, options=options) if options else None


def _dialog(standing: Standing, move: Move) -> ConfirmObject | None:
    consequences = " ".join(effects(move))
    if not consequences:
        return None

    def short(phase: str) -> str:
        return text.plain(phase, 60)

    room = QUESTION - text.length(asked(move, whom="", safe=short)) - text.length(consequences) - 1
    if room < 20:
        return None
    return ConfirmObject(
        title=PlainTextObject(text=f"{_SHORT[move.verb]}?"),
        text=PlainTextObject(
            text=f"{asked(move, whom=text.plain(standing.title, min(room, 120)), safe=short)} {consequences}"
        ),
        confirm=PlainTextObject(text=_SHORT[move.verb]),
        deny=PlainTextObject(text="Cancel"),
    )
