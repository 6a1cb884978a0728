"""A new onboarding: the form, its menu of customers, and what becomes of it when it is sent."""

from dataclasses import replace

from slack_sdk.models.blocks import Option
from slack_sdk.models.views import View

from bot.domain import dates, references, rights, states
from bot.domain.creation import NewCustomer, Repeated, Unfinished, Wish
from bot.domain.errors import NotFound, UpstreamError
from bot.domain.records import Snapshot
from bot.domain.references import Name
from bot.listeners.feature import Feature, Turn
from bot.services import Services
from bot.views import new as views
from bot.views import text
from bot.views.forms import new as forms
from bot.views.forms.new import Typed
from bot.views.message import Message

feature = Feature("New")

_OFFERED = 100
_FIELDS = {
    "slug_taken": forms.NAME,
    "email_taken": forms.EMAIL,
    "customer_not_found": forms.CUSTOMER,
    "name": forms.NAME,
    "email": forms.EMAIL,
    "target_launch_date": forms.TARGET,
    "notes": forms.NOTES,
    **{f"{role}_id": role for role in forms.OWNERS},
}
"""Pivotal's code of an error, or else the field it names, and our field."""


@feature.command(
    "new",
    "create",
    usage="[customer]",
    tells="Create an onboarding, and its customer too where it is new",
    examples=("new", "new aurora", "new Initrode"),
)
async def new(turn: Turn) -> View:
    """Open the form; a name that is a customer's own is chosen in it, any other is a new customer's."""
    rights.check(rights.Right.NEW, turn.actor)
    await turn.screen.loading(forms.TITLE)
    snapshot = await turn.services.onboardings.snapshot()
    if snapshot.stale:
        raise turn.services.portfolio.trouble or UpstreamError("Pivotal is not answering, so nothing can be created.")
    typed = Typed(owners={"csm": turn.actor.slack_id} if turn.actor.pivotal_ids else {})
    name = text.clean(turn.text)[: forms.LONGEST_NAME]
    reference = references.parse(turn.text)
    if name:
        known = (
            references.match(name, snapshot).exact
            if isinstance(reference, Name)
            else tuple(one for one in snapshot.customers.values() if one.display_id == reference.n)
        )
        if not isinstance(reference, Name) and len(known) != 1:
            raise NotFound("Pivotal has no such customer.", hint="Type the customer’s name, or leave it to the form.")
        if len(known) == 1:
            typed = replace(typed, customer_id=known[0].id, customer_label=forms.label(known[0]))
        else:
            typed = replace(typed, name=name)
    return forms.form(typed)


@feature.button(views.NEW)
async def pressed(turn: Turn) -> View:
    """`New onboarding`, wherever it stands."""
    return await new(turn)


@feature.search(forms.CUSTOMER)
def customers(query: str, services: Services) -> list[Option]:
    """The customers whose names fit what was typed, by name."""
    snapshot = services.portfolio.current
    if snapshot is None:
        return []
    found = [one for one in snapshot.customers.values() if references.contains(one.name, query)]
    found = found or list(references.match(query, snapshot).close)
    found.sort(key=lambda one: (one.name.casefold(), one.display_id))
    return [forms.option(one) for one in found[:_OFFERED]]


@feature.form(forms.CALLBACK, parse=forms.parse, again=forms.again)
async def sent(turn: Turn) -> Message | View | None:
    """Create it and show its card; whatever is in the way is said in the form, with all that was typed."""
    typed: Typed = turn.form
    owners, unlinked = _owners(turn, typed)
    if unlinked:
        return forms.form(typed, remark="Nothing was created yet: please look at the marked fields.", wrong=unlinked)
    warnings = _warnings(turn, typed)
    if not set(warnings.values()) <= set(typed.agreed):
        asked = replace(typed, agreed=tuple(warnings.values()))
        return forms.form(asked, remark="Nothing was created yet. Create it all the same?", wrong=warnings)
    wish = Wish(
        customer_id=typed.customer_id,
        customer=NewCustomer(typed.name, typed.contact, typed.email) if typed.name or typed.made else None,
        target=typed.target,
        owners=owners,
        notes=typed.notes,
    )
    try:
        standing = await turn.services.creating.create(
            wish, form=turn.screen.form, made=typed.made, by=turn.actor, source=turn.source, reference=turn.reference
        )
    except Unfinished as error:
        return _unfinished(turn, typed, error)
    except Repeated as error:
        if not error.hint:  # whoever is at it draws the card here
            return None
        raise
    created = f"You created onboarding #{standing.onboarding.display_id}."
    return turn.cards.draw(standing, private=True, zone=turn.actor.zone, notice=created)


def _unfinished(turn: Turn, typed: Typed, error: Unfinished) -> View:
    remark = views.unfinished(error, reference=turn.reference, now=turn.now)
    trouble = error.trouble
    where = _FIELDS.get(trouble.code or "") or _FIELDS.get(trouble.field or "")
    wrong = {where: trouble.message} if where else {}
    return forms.form(replace(typed, made=error.made), remark=remark, wrong=wrong)


def _owners(turn: Turn, typed: Typed) -> tuple[dict[str, str], dict[str, str]]:
    """The Pivotal users of the people chosen, by role; and what is wrong with the others."""
    owners, unlinked = {}, {}
    for role, slack_id in typed.owners.items():
        ids = sorted(turn.directory.confirmed(slack_id))
        if ids:
            owners[role] = ids[0]
        else:
            unlinked[role] = "This person is not linked to a Pivotal user yet: an admin of this bot can do that."
    return owners, unlinked


def _warnings(turn: Turn, typed: Typed) -> dict[str, str]:
    """What is allowed but seldom meant, by field."""
    found = {}
    today = dates.today(turn.now, turn.zone)
    if typed.target and typed.target < today:
        found[forms.TARGET] = f"{dates.full(typed.target)} is in the past ({dates.distance(typed.target, today)})."
    snapshot = turn.services.portfolio.current
    if snapshot and typed.made is None:
        found |= _twins(turn, typed, snapshot)
    return found


def _twins(turn: Turn, typed: Typed, snapshot: Snapshot) -> dict[str, str]:
    """A customer of that name, or an open onboarding of that customer, which there is already."""
    if typed.name:
        alike = references.match(typed.name, snapshot).exact
        return {forms.NAME: f"There is a customer {alike[0].name} (#{alike[0].display_id}) already."} if alike else {}
    numbers = [
        f"#{standing.onboarding.display_id}"
        for standing in snapshot.standings
        if standing.onboarding.customer_id == typed.customer_id
        and not states.closed(standing.onboarding, phases=turn.phases)
    ]
    if not numbers:
        return {}
    return {forms.CUSTOMER: f"This customer has an open onboarding already: {text.listed(tuple(numbers), limit=5)}."}
