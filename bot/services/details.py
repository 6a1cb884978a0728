"""What is for the team's eyes only: an onboarding's notes and its customer's contacts, read afresh."""

from dataclasses import dataclass

from bot.domain import rights
from bot.domain.errors import NotFound
from bot.domain.records import Actor, Standing
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import NotFound as GoneFromPivotal
from bot.pivotal.models import Contact
from bot.services.portfolio import Portfolio

CONTACTS = 10


@dataclass(frozen=True, slots=True)
class Whole:
    """An onboarding with what its card leaves out."""

    standing: Standing
    notes: str
    contacts: tuple[Contact, ...]
    more: bool = False
    """There are further contacts."""


class Details:
    """Reads one onboarding whole."""

    def __init__(self, pivotal: AsyncPivotalApi, portfolio: Portfolio) -> None:
        self._pivotal = pivotal
        self._portfolio = portfolio

    async def read(self, onboarding_id: str, *, by: Actor) -> Whole:
        """Read notes and contacts; raises Forbidden, NotFound, and the client's errors."""
        rights.check(rights.Right.DETAILS, by)
        try:
            onboarding = await self._pivotal.onboardings.get(onboarding_id)
        except GoneFromPivotal as error:
            await self._portfolio.remove(onboarding_id)
            raise NotFound("Pivotal has no such onboarding; it may have been deleted.") from error
        await self._portfolio.see(onboarding, source="poll")
        listing = self._pivotal.customers.contacts(onboarding.customer_id, max_items=CONTACTS + 1)
        try:
            contacts = [contact async for contact in listing]
        except GoneFromPivotal:
            contacts = []
        contacts.sort(key=lambda contact: not contact.is_primary)
        return Whole(
            await self._portfolio.standing(onboarding),
            onboarding.notes or "",
            tuple(contacts[:CONTACTS]),
            more=len(contacts) > CONTACTS,
        )
