"""The way to a new onboarding: its button, and the words for what exists when not all of it could be created."""

from datetime import datetime

from slack_sdk.models.blocks import ButtonElement

from bot.domain.creation import Unfinished
from bot.views import controls, errors, text

NEW = "ob:new"


def button() -> ButtonElement:
    """`New onboarding`, for whoever may."""
    return controls.button("New onboarding", action=NEW, named="Create a new onboarding", value=NEW)


def unfinished(error: Unfinished, *, reference: str, now: datetime) -> str:
    """What went wrong, what exists all the same, and that sending the form again goes on from there; markup."""
    trouble, made = error.trouble, error.made
    why = _WHY.get(trouble.code or "", "")
    if not why and trouble.maybe_applied:
        why = f"Pivotal did not answer, so it is not known whether the {error.step} was created."
    if not why:
        why = errors.sentence(trouble, now=now)
    again = _SAME if trouble.maybe_applied else "Send the form again to go on from there."
    rest = again if trouble.maybe_applied else "Nothing was created."
    if made:
        contact = " and its contact exist" if made.contact else " exists"
        lacking = "the onboarding is" if made.contact else "the contact and the onboarding are"
        missing = "" if trouble.maybe_applied else f"; {lacking} missing"
        rest = f"{text.name(made.name)} (customer #{made.number}){contact} in Pivotal now{missing}. {again}"
    return f"{why} {rest} Reference {text.name(reference, 40)}."


_SAME = "Send the form again as it is: nothing is created twice."
_WHY = {
    "slug_taken": "Pivotal has a customer of this name already.",
    "email_taken": "Pivotal has a contact with this e-mail address already.",
}
