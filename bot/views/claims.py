"""Who am I in Pivotal: the owners nobody is linked to, one of whom a person may be, and what admins are asked then."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ConfirmObject, PlainTextObject

from bot.domain.errors import COMMAND
from bot.domain.records import Person
from bot.domain.unmapped import Unmapped
from bot.views import controls, text
from bot.views.message import Message, context, section

CLAIM = "ob:claim"
"""That is me: the value is the Pivotal user id."""
MORE = "ob:claim-page"
"""Other unmapped owners: the value is the page, from 1."""
CONFIRM = "ob:confirm-claim"
REJECT = "ob:reject-claim"
PAGE = 6
_CUSTOMERS = 3
_ASKS = "An admin of this bot confirms it; until then it gives you no rights."
_CONFIRMS = f"You are an admin of this bot: I ask you to confirm it, or you link yourself with `{COMMAND} people`."
_ROLES = {"csm": "CSM", "se": "SE", "designer": "designer", "product_ops": "product ops"}


def offer(unmapped: Sequence[Unmapped], *, page: int = 1, confirms: bool = False) -> tuple[Block, ...]:
    """Blocks that ask somebody who they are in Pivotal; none where there is nothing to choose from.

    `confirms` is for an admin, who confirms such claims.
    """
    if not unmapped:
        return ()
    pages = -(-len(unmapped) // PAGE)
    page = min(max(page, 1), pages)
    rows = unmapped[(page - 1) * PAGE : page * PAGE]
    where = f" (page {page} of {pages})" if pages > 1 else ""
    blocks: list[Block] = [section(f"*Are you one of these owners in Pivotal?*{where}")]
    for at, row in enumerate(rows):
        blocks.append(
            section(
                described(row),
                accessory=controls.button(
                    "That is me",
                    action=f"{CLAIM}:{at}",
                    named=f"That is me: the Pivotal user {row.pivotal_id}",
                    value=row.pivotal_id,
                ),
            )
        )
    turns = [
        controls.button(label, action=f"{MORE}:{label.lower()}", named=f"{label} owners, page {to}", value=str(to))
        for label, to in (("Previous", page - 1), ("Next", page + 1))
        if 1 <= to <= pages
    ]
    if turns:
        blocks.append(ActionsBlock(elements=turns))
    blocks.append(context(_CONFIRMS if confirms else _ASKS))
    return tuple(blocks)


def described(row: Unmapped) -> str:
    """An unmapped owner by id, name where one is known, what they own, and three of their customers.

    Where a customer has several of the onboardings, the customers are counted too: some are only counted.
    """
    known = f" ({text.name(row.person.name)})" if row.person and row.person.name and not row.claimed else ""
    roles = " and ".join(_ROLES.get(role, role) for role in row.roles)
    customers = text.listed(tuple(text.name(name, 60) for name in row.customers), limit=_CUSTOMERS)
    owned = text.count(row.count, "onboarding")
    if len(row.customers) != row.count:
        owned += f" for {text.count(len(row.customers), 'customer')}"
    return f"`{text.name(row.pivotal_id, 100)}`{known}: {roles} of {owned}\n{customers}"


def asked(pivotal_id: str, *, admins: Sequence[str], again: bool, command: str = COMMAND) -> Message:
    """Tell a person what became of their claim; `admins` are the names of those who were asked."""
    name = text.name(pivotal_id, 100)
    told = f"Noted: you say that you are the Pivotal user `{name}`."
    if again:
        then = "The admins of this bot were asked today already."
    elif admins:
        then = f"I asked {text.listed(tuple(map(text.name, admins)), limit=3)} to confirm it, and will tell you."
    else:
        then = "I could reach no admin of this bot to confirm it. Whoever runs it names them in BOT_ADMINS."
    until = f"Until then `{text.escape(command)} mine` shows what that user owns, and you cannot change it yet."
    return Message(f"{told} {then} {until}", (section(told), context(then, until)))


def request(person: Person, row: Unmapped | None) -> Message:
    """Ask an admin whether somebody is who they say."""
    name, pivotal_id = text.name(person.name or "Somebody"), text.name(person.pivotal_id, 100)
    question = f"*{name}* says they are the Pivotal user `{pivotal_id}`. Is that so?"
    value = f"{person.slack_id} {person.pivotal_id}"
    blocks: list[Block] = [section(question)]
    if row:
        blocks.append(context(described(row)))
    follows = "Confirmed, they can change the onboardings this user owns."
    blocks.append(
        ActionsBlock(
            elements=[
                controls.button(
                    "Confirm",
                    action=CONFIRM,
                    named=f"Confirm that {text.plain(person.name or 'somebody', 30)} is this Pivotal user",
                    value=value,
                    style="primary",
                    confirm=ConfirmObject(
                        title=PlainTextObject(text="Confirm?"),
                        text=PlainTextObject(text=f"{text.plain(person.name or 'They', 60)} gets an owner’s rights."),
                        confirm=PlainTextObject(text="Confirm"),
                        deny=PlainTextObject(text="Cancel"),
                    ),
                ),
                controls.button(
                    "Not them",
                    action=REJECT,
                    named=f"{text.plain(person.name or 'Somebody', 30)} is not this Pivotal user",
                    value=value,
                ),
            ]
        )
    )
    blocks.append(context(f"Slack user `{text.escape(person.slack_id or '')}`", follows))
    return Message(f"{name} says they are the Pivotal user {pivotal_id}. Is that so? {follows}", tuple(blocks))


def settled(person: Person, *, by: str, confirmed: bool) -> Message:
    """What stands in the place of the question once it is answered."""
    name, pivotal_id = text.name(person.name or "Somebody"), text.name(person.pivotal_id, 100)
    what = "confirmed that" if confirmed else "said that"
    told = f"{text.name(by)} {what} {name} is {'' if confirmed else 'not '}the Pivotal user {pivotal_id}."
    return Message(told, (section(told),))


def verdict(person: Person, *, by: str, confirmed: bool, command: str = COMMAND) -> Message:
    """Tell the person themselves."""
    pivotal_id = text.name(person.pivotal_id, 100)
    if confirmed:
        told = f"{text.name(by)} confirmed that you are `{pivotal_id}` in Pivotal."
        then = "You can now change the onboardings this user owns."
    else:
        told = f"{text.name(by)} says that you are not `{pivotal_id}` in Pivotal."
        then = f"Nothing else changed. `{text.escape(command)} whoami` lets you choose again."
    return Message(f"{told} {then}", (section(told), context(then)))
