"""Details: notes and contacts, for one pair of eyes; no part of a share, a digest or an unfurl."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import Block

from bot.domain import dates
from bot.domain.records import AuditEntry, Standing
from bot.pivotal.models import Contact
from bot.views import standing as said
from bot.views import text
from bot.views.message import Message, context, section
from bot.views.viewing import Viewing

_NOTES = 2000
_ADDRESS = re.compile(r"[^@\s<>|]+@[^@\s<>|]+")


def details(
    standing: Standing,
    viewing: Viewing,
    *,
    pivotal_notes: str,
    contacts: Sequence[Contact],
    more: bool,
    notes: Sequence[AuditEntry],
    remark: str = "",
) -> Message:
    """Draw what Pivotal notes, what the team noted here (`notes`, newest first), and whom to write to.

    `remark` is markup, such as where it is snoozed.
    """
    blocks: list[Block] = [section(f"*Details of {said.called(standing)}*")]
    blocks.append(
        section(f"*Notes in Pivotal*\n{text.name(pivotal_notes, _NOTES) if pivotal_notes.strip() else 'None.'}")
    )
    if notes:
        blocks.append(section("\n".join(["*Notes kept here*", *(_note(entry, zone=viewing.zone) for entry in notes)])))
    people = [_person(contact) for contact in contacts] or ["None."]
    blocks.append(section("\n".join(["*Contacts*", *people, *(["… and more, in Pivotal"] if more else [])])))
    blocks.append(context(said.joined("Only you see this", remark, viewing.stamp)))
    count = text.count(len(contacts), "contact")
    return Message(f"Details of {said.called(standing)}: {count}{' and more' if more else ''}.", tuple(blocks))


def _note(entry: AuditEntry, *, zone: ZoneInfo) -> str:
    day = dates.short(entry.at.astimezone(zone).date())
    return f"• {day}, {text.name(entry.name, 60)}: {text.name(entry.reason or '', 300)}"


def _person(contact: Contact) -> str:
    title = f", {text.name(contact.title, 80)}" if contact.title else ""
    primary = " (primary)" if contact.is_primary else ""
    email = contact.email or ""
    address = f" · {text.link(f'mailto:{email}', email)}" if _ADDRESS.fullmatch(email) else ""
    return f"• {text.name(contact.name, 80)}{title}{primary}{address}"
