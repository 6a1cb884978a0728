"""The operations on customers, and the lists that hang on one: its contacts and its onboardings."""

from collections.abc import Mapping
from typing import Any

from bot.pivotal.bodies import UNSET, CustomerChanges, NewCustomer, Number, Text, Unset
from bot.pivotal.calls import Call, Id, Repeat
from bot.pivotal.models import Contact, Customer, CustomerRow, Deleted, Onboarding, Page
from bot.pivotal.pages import LARGEST_PAGE, Listing

Metadata = Mapping[str, Any] | None | Unset


def listed(
    *,
    status: str | None = None,
    limit: int = LARGEST_PAGE,
    max_items: int | None = None,
    max_pages: int | None = None,
) -> Listing[Customer]:
    """Customers, newest first."""
    filters = {"status": status}
    return Listing("customers.list", "/customers", Page[Customer], (), filters, limit, max_items, max_pages)


def rows(
    *,
    status: str | None = None,
    limit: int = LARGEST_PAGE,
    max_items: int | None = None,
    max_pages: int | None = None,
) -> Listing[CustomerRow]:
    """The same as `list`, as slim rows for long walks."""
    filters = {"status": status}
    return Listing("customers.list", "/customers", Page[CustomerRow], (), filters, limit, max_items, max_pages)


def create(
    name: str,
    *,
    slug: str | Unset = UNSET,
    domain: Text = UNSET,
    status: str | Unset = UNSET,
    plan: Text = UNSET,
    mrr: Number = UNSET,
    monthly_orders: Number = UNSET,
    hubspot_company_id: Text = UNSET,
    hubspot_deal_id: Text = UNSET,
    stripe_customer_id: Text = UNSET,
    intercom_company_id: Text = UNSET,
    slack_channel_id: Text = UNSET,
    metadata: Metadata = UNSET,
    idempotency_key: str | None = None,
) -> Call[Customer]:
    """Create a customer, exactly once; raises Conflict (`slug_taken`) when the slug is in use."""
    body = NewCustomer(
        name=name,
        slug=slug,
        domain=domain,
        status=status,
        plan=plan,
        mrr=mrr,
        monthly_orders=monthly_orders,
        hubspot_company_id=hubspot_company_id,
        hubspot_deal_id=hubspot_deal_id,
        stripe_customer_id=stripe_customer_id,
        intercom_company_id=intercom_company_id,
        slack_channel_id=slack_channel_id,
        metadata=metadata,
    )
    return Call(
        "customers.create",
        "POST",
        "/customers",
        Customer,
        body=body,
        repeat=Repeat.KEYED,
        idempotency_key=idempotency_key,
    )


def get(customer_id: Id) -> Call[Customer]:
    """One customer, by id or display id; raises NotFound also for a deleted one."""
    return Call("customers.get", "GET", "/customers/{id}", Customer, (customer_id,))


def update(
    customer_id: Id,
    *,
    name: str | Unset = UNSET,
    slug: str | Unset = UNSET,
    domain: Text = UNSET,
    status: str | Unset = UNSET,
    plan: Text = UNSET,
    mrr: Number = UNSET,
    monthly_orders: Number = UNSET,
    hubspot_company_id: Text = UNSET,
    hubspot_deal_id: Text = UNSET,
    stripe_customer_id: Text = UNSET,
    intercom_company_id: Text = UNSET,
    slack_channel_id: Text = UNSET,
    metadata: Metadata = UNSET,
    repeat: bool = False,
) -> Call[Customer]:
    """Write the fields that are given, None empties one; for `repeat` see the onboardings' `update`."""
    body = CustomerChanges(
        name=name,
        slug=slug,
        domain=domain,
        status=status,
        plan=plan,
        mrr=mrr,
        monthly_orders=monthly_orders,
        hubspot_company_id=hubspot_company_id,
        hubspot_deal_id=hubspot_deal_id,
        stripe_customer_id=stripe_customer_id,
        intercom_company_id=intercom_company_id,
        slack_channel_id=slack_channel_id,
        metadata=metadata,
    )
    when = Repeat.FREELY if repeat else Repeat.UNSENT
    return Call("customers.update", "PATCH", "/customers/{id}", Customer, (customer_id,), body=body, repeat=when)


def delete(customer_id: Id) -> Call[Deleted]:
    """Delete a customer softly; its contacts and onboardings stay, but leave the lists."""
    return Call("customers.delete", "DELETE", "/customers/{id}", Deleted, (customer_id,))


def contacts(
    customer_id: Id,
    *,
    limit: int = LARGEST_PAGE,
    max_items: int | None = None,
    max_pages: int | None = None,
) -> Listing[Contact]:
    """The people at a customer, newest first."""
    route, page = "/customers/{customerId}/contacts", Page[Contact]
    return Listing("customers.contacts", route, page, (customer_id,), {}, limit, max_items, max_pages)


def onboardings(
    customer_id: Id,
    *,
    limit: int = LARGEST_PAGE,
    max_items: int | None = None,
    max_pages: int | None = None,
) -> Listing[Onboarding]:
    """A customer's onboardings, newest first; several are normal."""
    route, page = "/customers/{customerId}/onboardings", Page[Onboarding]
    return Listing("customers.onboardings", route, page, (customer_id,), {}, limit, max_items, max_pages)
