"""When an onboarding is to launch, and whose it is: dates and owners by a typed line."""

import re
from contextlib import suppress

from bot.domain import dates, when, words
from bot.domain.errors import UserError
from bot.domain.field_moves import TARGET
from bot.domain.moves import Fields, Verb
from bot.domain.records import Standing
from bot.listeners import changing, typed, updates
from bot.listeners.changing import Wish, fulfil
from bot.listeners.feature import Feature, Seen, Turn, spelled
from bot.views.values import Press

feature = Feature("Date and owners")

_WHOM = "<customer or #id>"
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
ROLES = {
    "csm": "csm_id",
    "se": "se_id",
    "designer": "designer_id",
    "productops": "product_ops_id",
    "ops": "product_ops_id",
}
NOBODY = ("none", "nobody")


@feature.command(
    "date",
    "target",
    usage=f"{_WHOM} [2026-12-01 | +7d | fri | 18 Sep | none] [reason]",
    tells="Move the target date",
    examples=("date aurora foods +7d", "date #89 18 Sep", "target #89 none"),
)
async def date(turn: Turn) -> Seen:
    """Write the date, echoed as it was understood; more than a week later asks why first, and none opens the form."""
    return await typed.change(turn, Verb.DATE, to_day, read=_dated, foresee=foresee)


@feature.command(
    "owner",
    "assign",
    usage=f"{_WHOM} [csm | se | designer | ops] [@person | none]",
    tells="Change who it belongs to",
    examples=("owner aurora foods se @ben",),
)
async def owner(turn: Turn) -> Seen:
    """Ask first, naming the old and the new one; without a role the form has them all."""
    return await typed.change(turn, Verb.OWNER, to_owner, read=_owned, foresee=foresee)


async def to_day(turn: Turn, standing: Standing, said: str) -> Seen:
    """Move the target date to the one that was typed; without one, open the form that has it."""
    return await fulfil(turn, _dated(turn, standing, said)) if said else await updates.of(turn, standing)


def _dated(turn: Turn, standing: Standing, said: str) -> Wish:
    wanted, why = _read(turn, standing, said)
    return Wish(Press(standing.onboarding.id, Verb.DATE, reason=why, wanted=wanted))


async def foresee(turn: Turn, verb: Verb, likely: tuple[Standing, str] | None) -> None:
    """Open the modal at once where memory says that a form will come: Pivotal may take longer than Slack waits."""
    if likely is None:
        return
    standing, said = likely
    if not said:
        await changing.patience(turn, updates.TITLE)
    elif verb is Verb.DATE:
        with suppress(UserError):
            await changing.foresee(turn, verb, standing, wanted=_read(turn, standing, said)[0])


def _read(turn: Turn, standing: Standing, said: str) -> tuple[Fields, str]:
    """The date that was typed, as a field to write, and the reason after it."""
    today = dates.today(turn.now, turn.zone)
    understood = when.day(said, today=today, present=standing.onboarding.target_launch_date)
    return {TARGET: understood.day.isoformat() if understood.day else None}, understood.rest


async def to_owner(turn: Turn, standing: Standing, said: str) -> Seen:
    """Give a role to the person that was typed; without one, open the form that has them all."""
    return await fulfil(turn, _owned(turn, standing, said)) if said else await updates.of(turn, standing)


def _owned(turn: Turn, standing: Standing, said: str) -> Wish:
    *named, person = words.split(said) or [""]
    role = ROLES.get(spelled("".join(named)))
    if role is None:
        raise UserError(
            "Which role, and who?",
            hint="For example: `/onboarding owner #89 se @ben`, or `/onboarding owner #89 designer none`.",
        )
    wanted = {role: None if person.casefold() in NOBODY else _pivotal_id(turn, person)}
    return Wish(Press(standing.onboarding.id, Verb.OWNER, wanted=wanted))


def _pivotal_id(turn: Turn, mention: str) -> str:
    found = _USER.fullmatch(mention)
    if found is None:
        raise UserError(f"I don’t know who “{mention}” is.", hint="Mention a person of this workspace, such as @ben.")
    ids = sorted(turn.directory.of_slack(found[1]))
    if not ids:
        raise UserError(
            "That person is not linked to a Pivotal user, so Pivotal cannot be told of them.",
            hint="An admin of this bot can link them: `/onboarding link @person <pivotal user id>`.",
        )
    if len(ids) > 1:
        raise UserError(
            f"That person is linked to several Pivotal users: {', '.join(ids)}.", hint="Choose one in the Update form."
        )
    return ids[0]
