"""The operations on onboardings. Which phase may follow which is for the caller to know: what is told is sent."""

from datetime import date

from bot.pivotal.bodies import UNSET, Flag, NewOnboarding, OnboardingChanges, Text, Unset
from bot.pivotal.calls import Call, Id, Repeat
from bot.pivotal.models import Deleted, Onboarding, OnboardingRow, Page
from bot.pivotal.pages import LARGEST_PAGE, Listing

Day = date | None | Unset


def listed(
    *,
    phase: str | None = None,
    state: str | None = None,
    customer_id: Id | None = None,
    limit: int = LARGEST_PAGE,
    max_items: int | None = None,
    max_pages: int | None = None,
) -> Listing[Onboarding]:
    """Onboardings, newest first; filters combine. `state="waiting"` means `waiting_on_customer`."""
    filters = {"phase": phase, "state": state, "customer_id": customer_id}
    page = Page[Onboarding]
    return Listing("onboardings.list", "/onboardings", page, (), filters, limit, max_items, max_pages)


def rows(
    *,
    phase: str | None = None,
    state: str | None = None,
    customer_id: Id | None = None,
    limit: int = LARGEST_PAGE,
    max_items: int | None = None,
    max_pages: int | None = None,
) -> Listing[OnboardingRow]:
    """The same as `list`, as slim rows for long walks."""
    filters = {"phase": phase, "state": state, "customer_id": customer_id}
    page = Page[OnboardingRow]
    return Listing("onboardings.list", "/onboardings", page, (), filters, limit, max_items, max_pages)


def create(
    customer_id: Id,
    *,
    template_id: Text = UNSET,
    phase: str | Unset = UNSET,
    state: str | Unset = UNSET,
    waiting_on_customer: Flag = UNSET,
    target_launch_date: Day = UNSET,
    csm_id: Text = UNSET,
    se_id: Text = UNSET,
    designer_id: Text = UNSET,
    product_ops_id: Text = UNSET,
    notes: Text = UNSET,
    name: Text = UNSET,
    idempotency_key: str | None = None,
) -> Call[Onboarding]:
    """Create an onboarding for a customer, exactly once; raises NotFound for an unknown customer."""
    body = NewOnboarding(
        customer_id=str(customer_id),
        template_id=template_id,
        phase=phase,
        state=state,
        waiting_on_customer=waiting_on_customer,
        target_launch_date=target_launch_date,
        csm_id=csm_id,
        se_id=se_id,
        designer_id=designer_id,
        product_ops_id=product_ops_id,
        notes=notes,
        name=name,
    )
    return Call(
        "onboardings.create",
        "POST",
        "/onboardings",
        Onboarding,
        body=body,
        repeat=Repeat.KEYED,
        idempotency_key=idempotency_key,
    )


def get(onboarding_id: Id) -> Call[Onboarding]:
    """One onboarding, by id or display id; raises NotFound also for a deleted one."""
    return Call("onboardings.get", "GET", "/onboardings/{id}", Onboarding, (onboarding_id,))


def update(
    onboarding_id: Id,
    *,
    phase: str | Unset = UNSET,
    state: str | Unset = UNSET,
    waiting_on_customer: Flag = UNSET,
    target_launch_date: Day = UNSET,
    csm_id: Text = UNSET,
    se_id: Text = UNSET,
    designer_id: Text = UNSET,
    product_ops_id: Text = UNSET,
    notes: Text = UNSET,
    name: Text = UNSET,
    repeat: bool = False,
) -> Call[Onboarding]:
    """Write the fields that are given; None empties one.

    A write that failed with `maybe_applied` is not sent again, unless `repeat` says that it may be.
    """
    body = OnboardingChanges(
        phase=phase,
        state=state,
        waiting_on_customer=waiting_on_customer,
        target_launch_date=target_launch_date,
        csm_id=csm_id,
        se_id=se_id,
        designer_id=designer_id,
        product_ops_id=product_ops_id,
        notes=notes,
        name=name,
    )
    when = Repeat.FREELY if repeat else Repeat.UNSENT
    return Call(
        "onboardings.update", "PATCH", "/onboardings/{id}", Onboarding, (onboarding_id,), body=body, repeat=when
    )


def set_waiting(onboarding_id: Id, *, waiting: bool, state: str = "active", repeat: bool = False) -> Call[Onboarding]:
    """Start or end waiting on the customer, writing both fields that say so; `state` is the one after the wait.

    The SLA clock stands still while an onboarding waits.
    Source: https://docs.pivotal.app/api/guides/onboarding-phases
    """
    return update(onboarding_id, state="waiting" if waiting else state, waiting_on_customer=waiting, repeat=repeat)


def delete(onboarding_id: Id) -> Call[Deleted]:
    """Delete an onboarding softly; it is gone for the API."""
    return Call("onboardings.delete", "DELETE", "/onboardings/{id}", Deleted, (onboarding_id,))
