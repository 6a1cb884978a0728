"""Creates an onboarding, and its customer where it is new: once for each form, however often that is sent."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import rights
from bot.domain.creation import Made, NewCustomer, Repeated, Unfinished, Wish
from bot.domain.errors import Forbidden
from bot.domain.records import BEGUN, Actor, AuditEntry, Standing
from bot.pivotal import UNSET, AsyncPivotalApi
from bot.pivotal.errors import PivotalError
from bot.pivotal.models import Onboarding
from bot.services.changes import Changed
from bot.services.portfolio import Portfolio
from bot.store import Store
from bot.store.claims import Held

AT_WORK = timedelta(minutes=3)
"""Longer than three calls take with all the client's patience."""


class Creating:
    """Creates customer, contact and onboarding, each under a key of its own made from the form it was sent with."""

    def __init__(
        self,
        pivotal: AsyncPivotalApi,
        store: Store,
        portfolio: Portfolio,
        *,
        announce: Callable[[Changed], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._pivotal = pivotal
        self._store = store
        self._portfolio = portfolio
        self._announce = announce
        self._clock = clock

    async def create(
        self, wish: Wish, *, form: str, made: Made | None, by: Actor, source: str, reference: str
    ) -> Standing:
        """Create what is wanted; `form` is the id of the modal it was asked for with, `made` what exists by now.

        Raises Forbidden, Repeated when this form was sent before, and Unfinished, which says what exists: sending
        the same form again goes on from there, and creates nothing twice. Every attempt leaves an audit row.
        """
        entry = AuditEntry(
            at=self._clock(),
            slack_id=by.slack_id,
            name=by.name,
            source=source,
            action="new",
            onboarding_id=None,
            title=self._title(wish, made),
            before="",
            after="",
            outcome="done",
            reference=reference,
        )
        try:
            if wish.customer:
                rights.check(rights.Right.CONTACTS, by)
            rights.check(rights.Right.NEW, by)
        except Forbidden as error:
            await self._store.audit.add(replace(entry, outcome="refused", reason=error.message))
            raise
        lease = await self._store.claims.lease(f"new:{form}", holder=by.name, now=self._clock(), ttl=AT_WORK)
        if isinstance(lease, Held):
            raise Repeated("This form is being worked on.")
        try:
            standing = await self._once(wish, form, made, entry)
        finally:
            await self._store.claims.release(lease)
        self._announce(Changed(standing, by=by.slack_id))
        return standing

    async def _once(self, wish: Wish, form: str, made: Made | None, entry: AuditEntry) -> Standing:
        if await self._store.claims.seen(f"view:{form}", now=self._clock()):
            raise Repeated(
                "This form was sent before, and its onboarding is there already.",
                hint="`/onboarding log` shows it, and `/onboarding list`.",
            )
        # Killed from here on, it leaves this row, which stands until what came of it is told.
        await self._store.audit.add(replace(entry, outcome=BEGUN))
        try:
            onboarding = await self._steps(wish, form, made)
        except Unfinished as error:
            exists = f"Customer {error.made.name} (#{error.made.number}) created" if error.made else ""
            outcome = "unknown" if error.trouble.maybe_applied else "failed"
            await self._store.audit.add(replace(entry, outcome=outcome, after=exists, reason=error.message))
            raise
        await self._store.claims.first_time(f"view:{form}", now=self._clock(), keep=None)
        await self._portfolio.put(onboarding, source="us")
        standing = await self._portfolio.standing(onboarding)
        created = f"Onboarding #{onboarding.display_id}{' and its customer' if wish.customer or made else ''} created"
        await self._store.audit.add(replace(entry, onboarding_id=onboarding.id, title=standing.title, after=created))
        return standing

    async def _steps(self, wish: Wish, form: str, made: Made | None) -> Onboarding:
        if wish.customer and made is None:
            made = await self._customer(wish.customer, form)
        if wish.customer and made and not made.contact:
            made = await self._contact(wish.customer, form, made)
        return await self._onboarding(made.customer_id if made else wish.customer_id, wish, form, made)

    async def _customer(self, wanted: NewCustomer, form: str) -> Made:
        try:
            created = await self._pivotal.customers.create(
                wanted.name, idempotency_key=_key(form, "customer", wanted.name)
            )
        except PivotalError as error:
            raise Unfinished("customer", error, made=None) from error
        return Made(created.id, created.display_id, created.name)

    async def _contact(self, wanted: NewCustomer, form: str, made: Made) -> Made:
        try:
            await self._pivotal.contacts.create(
                made.customer_id,
                name=wanted.contact,
                email=wanted.email,
                is_primary=True,
                idempotency_key=_key(form, "contact", wanted.contact, wanted.email),
            )
        except PivotalError as error:
            raise Unfinished("contact", error, made=made) from error
        return replace(made, contact=True)

    async def _onboarding(self, customer_id: str, wish: Wish, form: str, made: Made | None) -> Onboarding:
        owners = {role: wish.owners.get(role) or UNSET for role in ("csm", "se", "designer")}
        content = (customer_id, str(wish.target), wish.notes, *(f"{role}={owner}" for role, owner in owners.items()))
        try:
            return await self._pivotal.onboardings.create(
                customer_id,
                target_launch_date=wish.target or UNSET,
                csm_id=owners["csm"],
                se_id=owners["se"],
                designer_id=owners["designer"],
                notes=wish.notes or UNSET,
                idempotency_key=_key(form, "onboarding", *content),
            )
        except PivotalError as error:
            raise Unfinished("onboarding", error, made=made) from error

    def _title(self, wish: Wish, made: Made | None) -> str:
        if made or wish.customer:
            return made.name if made else wish.customer.name if wish.customer else ""
        current = self._portfolio.current
        customer = current.customers.get(wish.customer_id) if current else None
        return customer.name if customer else ""


def _key(form: str, step: str, *body: str) -> str:
    """The same for the same form, step and content: what was changed after a refusal is another request."""
    content = hashlib.sha256("\x1f".join(body).encode()).hexdigest()[:24]
    return f"{form}:{step}:{content}"
