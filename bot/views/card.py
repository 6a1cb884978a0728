"""The card of one onboarding: where it stands, why it needs a look, and the one-tap changes possible now."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block

from bot.domain import states
from bot.domain.moves import Fields, Move
from bot.domain.records import Standing
from bot.domain.risk import Reason
from bot.views import controls, text, values
from bot.views import standing as said
from bot.views.controls import ADVANCE, CANCEL, MORE, OPEN, SHARE, STATE, UNDO, UNDO_TOLD, UPDATE
from bot.views.message import Message, context, section
from bot.views.standing import WEB
from bot.views.values import Press
from bot.views.viewing import Viewing

__all__ = [
    "ADVANCE",
    "CANCEL",
    "MORE",
    "OPEN",
    "SHARE",
    "STATE",
    "UNDO",
    "UPDATE",
    "card",
    "question",
    "tombstone",
]

_REASONS = 5
_NOTICE = 600


def card(
    standing: Standing,
    viewing: Viewing,
    *,
    reasons: Sequence[Reason],
    private: bool,
    writable: bool = True,
    notice: str = "",
    undo: Press | None = None,
    shared_by: str = "",
    web: str = WEB,
    remark: str = "",
) -> Message:
    """Draw one onboarding in at most six blocks.

    `notice` is plain text said above the card, such as what has just happened, with a button to take it back where
    `undo` is given (private cards only); `shared_by` the name of who posted it.
    A stale record takes away the buttons that write, as does `writable=False`. `web` is where Pivotal's web app lives.
    `remark` is markup that follows the why line, such as where it is snoozed.
    """
    possible, why_not = controls.offered(standing, phases=viewing.phases, test_key=viewing.test_key)
    snoozable = not viewing.stale and not states.closed(standing.onboarding, phases=viewing.phases)
    changeable = writable and snoozable
    if not changeable:
        possible, why_not = None, ""
    blocks: list[Block] = []
    if notice:
        told = text.name(notice, _NOTICE)
        if undo:
            blocks.append(section(f"{told}\n{UNDO_TOLD}", accessory=controls.undo_button(standing, undo)))
        else:
            blocks.append(section(told))
    blocks.append(section(_facts(standing, viewing)))
    why = said.joined(said.why(reasons, limit=_REASONS) if reasons else "", remark)
    if why:
        blocks.append(context(why))
    buttons = controls.actions(standing, possible, changeable=changeable, snoozable=snoozable, private=private, web=web)
    if buttons:
        blocks.append(buttons)
    shared = f"shared by {text.name(shared_by)}" if shared_by else ""
    blocks.append(context(said.joined(text.name(why_not, 300) if why_not else "", shared, viewing.stamp)))
    spoken = _spoken(standing, viewing)
    return Message(f"{text.name(notice, _NOTICE)} {spoken}" if notice else spoken, tuple(blocks))


def question(
    standing: Standing,
    move: Move,
    viewing: Viewing,
    *,
    reason: str = "",
    wanted: Fields = controls.NOTHING,
) -> Message:
    """Ask before a change: what would be done, what follows from it, and a button for yes and for no.

    `reason` is what the person typed as one, `wanted` what the verb alone does not say; the button keeps both.
    """
    whole = controls.asked(move, whom=said.called(standing), safe=lambda label: text.name(label, 60))
    effects = tuple(text.name(effect, 600) for effect in controls.effects(move))
    cancel = controls.button(
        "Cancel",
        action=CANCEL,
        named=controls.naming("Cancel, leaving ", standing, " as it is"),
        value=values.encode(Press(standing.onboarding.id, "cancel")),
    )
    yes = controls.move_button(standing, move, primary=True, asked=True, reason=reason, wanted=wanted)
    blocks: list[Block] = [section(f"*{whole}*")]
    if effects:
        blocks.append(section("\n".join(f"• {effect}" for effect in effects)))
    if reason:
        blocks.append(context(f"Reason: {text.name(reason, 300)}"))
    blocks.append(ActionsBlock(elements=[yes, cancel]))
    blocks.append(context(said.joined(viewing.badge, "Nothing has been changed yet", viewing.stamp)))
    return Message(" ".join((whole, *effects)), tuple(blocks))


def tombstone(title: str, viewing: Viewing, *, display_id: int) -> Message:
    """What is left of a card when the record is gone: no buttons, and what to do about it."""
    name = text.name(title, 150)
    gone = "This onboarding no longer exists in Pivotal, so there is nothing to change here."
    return Message(
        f"{name} (onboarding #{display_id}): {gone[0].lower()}{gone[1:]}",
        (
            section(f"*{name}*  ·  #{display_id}\n{gone}"),
            context(viewing.stamp),
        ),
    )


def _facts(standing: Standing, viewing: Viewing) -> str:
    onboarding, history, today, zone = standing.onboarding, standing.history, viewing.today, viewing.zone
    return "\n".join(
        (
            said.heading(standing, test_key=viewing.test_key),
            said.joined(
                said.progress(onboarding, phases=viewing.phases),
                said.lasting_state(onboarding, history, today=today, zone=zone),
                said.time_in_phase(history, today=today, zone=zone),
            ),
            said.joined(said.dated(onboarding, today=today), said.moved(history)),
            said.owners(onboarding, directory=viewing.directory),
        )
    )


def _spoken(standing: Standing, viewing: Viewing) -> str:
    """The card as one sentence, for notifications and screen readers."""
    onboarding = standing.onboarding
    held = states.held(onboarding) or (states.ACTIVE,)
    sentence = (
        f"{text.name(standing.title)}, onboarding #{onboarding.display_id}, is in "
        f"{said.place(onboarding, phases=viewing.phases)}; "
        f"state: {text.name(' and '.join(map(states.label, held)), 120)}; "
        f"target date: {said.target(onboarding, today=viewing.today)}."
    )
    return f"{sentence} (TEST)" if viewing.test_key else sentence
