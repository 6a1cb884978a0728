"""The admin's list of owners in Pivotal whom nobody is confirmed to be, each beside a menu of people."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, PlainTextObject, UserSelectElement

from bot.domain.unmapped import Unmapped
from bot.views import controls, text
from bot.views.claims import described
from bot.views.message import Message, context, header, section
from bot.views.viewing import Viewing

LINK_TO = "ob:link-to"
"""A person was chosen; the Pivotal user id follows a second colon."""
PAGES = "ob:people-page"
"""Another page: the value is its number, from 1."""
PAGE = 10
_PLACEHOLDER = 150
"""Characters Slack takes in a menu that nothing is chosen in."""
_TITLE = "Owners in Pivotal nobody is linked to"


def listing(unmapped: Sequence[Unmapped], viewing: Viewing, *, page: int = 1, notice: str = "") -> Message:
    """Draw one page, counted from 1; `notice` is markup that says what has just been done."""
    total = len(unmapped)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = unmapped[(page - 1) * PAGE : page * PAGE]
    blocks: list[Block] = [section(notice)] if notice else []
    blocks.append(header(_TITLE))
    if not rows:
        told = "Every owner of an open onboarding is linked to somebody here."
        return Message(f"{notice} {told}".strip(), (*blocks, section(told), context(viewing.stamp)))
    where = f"page {page} of {pages}" if pages > 1 else ""
    blocks.append(context(", ".join(filter(None, (text.count(total, "owner"), where)))))
    for row in rows:
        picker = UserSelectElement(
            placeholder=PlainTextObject(text=text.plain(f"Who is {row.pivotal_id}?", _PLACEHOLDER)),
            action_id=f"{LINK_TO}:{row.pivotal_id}",
            initial_user=row.person.slack_id if row.person and row.claimed else None,
        )
        blocks.append(section(f"{described(row)}{_claim(row)}", accessory=picker))
    turns = [
        controls.button(label, action=f"{PAGES}:{label.lower()}", named=f"{label} owners, page {to}", value=str(to))
        for label, to in (("Previous", page - 1), ("Next", page + 1))
        if 1 <= to <= pages
    ]
    if turns:
        blocks.append(ActionsBlock(elements=turns))
    told = "Choosing a person links them, with an owner’s rights. Many at once: `onboarding-bot people`."
    blocks.append(context(told, viewing.stamp))
    named = text.listed(tuple(text.name(row.pivotal_id, 100) for row in rows), limit=5)
    return Message(f"{notice} {_TITLE}: {text.count(total, 'owner')}: {named}.".strip(), tuple(blocks))


def _claim(row: Unmapped) -> str:
    if not row.claimed or row.person is None:
        return ""
    return f"\n{text.name(row.person.name or 'Somebody')} says that is them: choose them to confirm."
