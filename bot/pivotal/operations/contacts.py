"""The operations on the people at a customer. Lists of them belong to a customer: see `customers`."""

from collections.abc import Sequence

from bot.pivotal.bodies import UNSET, ContactChanges, NewContact, Text, Unset
from bot.pivotal.calls import Call, Id, Repeat
from bot.pivotal.models import Contact, Deleted


def create(
    customer_id: Id,
    *,
    name: str,
    email: str,
    title: Text = UNSET,
    is_primary: bool | Unset = UNSET,
    labels: Sequence[str] | Unset = UNSET,
    idempotency_key: str | None = None,
) -> Call[Contact]:
    """Add a contact to a customer, exactly once; raises Conflict (`email_taken`) for an address in use."""
    body = NewContact(name=name, email=email, title=title, is_primary=is_primary, labels=_labels(labels))
    return Call(
        "contacts.create",
        "POST",
        "/customers/{customerId}/contacts",
        Contact,
        (customer_id,),
        body=body,
        repeat=Repeat.KEYED,
        idempotency_key=idempotency_key,
    )


def get(contact_id: Id) -> Call[Contact]:
    """One contact, by id or display id."""
    return Call("contacts.get", "GET", "/contacts/{id}", Contact, (contact_id,))


def update(
    contact_id: Id,
    *,
    name: str | Unset = UNSET,
    email: str | Unset = UNSET,
    title: Text = UNSET,
    is_primary: bool | Unset = UNSET,
    labels: Sequence[str] | Unset = UNSET,
    repeat: bool = False,
) -> Call[Contact]:
    """Write the fields that are given; for `repeat` see the onboardings' `update`."""
    body = ContactChanges(name=name, email=email, title=title, is_primary=is_primary, labels=_labels(labels))
    when = Repeat.FREELY if repeat else Repeat.UNSENT
    return Call("contacts.update", "PATCH", "/contacts/{id}", Contact, (contact_id,), body=body, repeat=when)


def delete(contact_id: Id) -> Call[Deleted]:
    """Delete a contact softly."""
    return Call("contacts.delete", "DELETE", "/contacts/{id}", Deleted, (contact_id,))


def _labels(labels: Sequence[str] | Unset) -> tuple[str, ...] | Unset:
    return labels if isinstance(labels, Unset) else tuple(labels)
