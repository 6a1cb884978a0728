"""What is written to Pivotal's API, as frozen pydantic models; a field left unset is not sent, None is sent as null."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, PlainSerializer


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET
"""Says that a field was not given at all, which is not the same as giving None."""

Text = str | None | Unset
Number = float | None | Unset
Flag = bool | None | Unset
Metadata = Mapping[str, Any] | None | Unset


def _midnight(value: date | Unset | None) -> Any:
    """Write a date the way the REST pages do; their validator asks for a time and a zone."""
    return f"{value.isoformat()}T00:00:00Z" if isinstance(value, date) else value


Day = Annotated[date | Unset | None, PlainSerializer(_midnight, when_used="json")]


class Body(BaseModel):
    """What every request body has in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def json_bytes(self) -> bytes:
        """The body as it goes over the wire: only the fields that were given."""
        unset = {name for name in type(self).model_fields if getattr(self, name) is UNSET}
        return self.model_dump_json(exclude=unset).encode()


class OnboardingChanges(Body):
    """Fields of an onboarding to write. The vocabulary of phases and states is open."""

    phase: str | Unset = UNSET
    state: str | Unset = UNSET
    waiting_on_customer: Flag = UNSET
    target_launch_date: Day = UNSET
    csm_id: Text = UNSET
    se_id: Text = UNSET
    designer_id: Text = UNSET
    product_ops_id: Text = UNSET
    notes: Text = UNSET
    name: Text = UNSET


class NewOnboarding(OnboardingChanges):
    """A new onboarding: the customer, by id or display id, and whatever else is known."""

    customer_id: str
    template_id: Text = UNSET


class CustomerChanges(Body):
    """Fields of a customer to write."""

    name: str | Unset = UNSET
    slug: str | Unset = UNSET
    domain: Text = UNSET
    status: str | Unset = UNSET
    plan: Text = UNSET
    mrr: Number = UNSET
    monthly_orders: Number = UNSET
    hubspot_company_id: Text = UNSET
    hubspot_deal_id: Text = UNSET
    stripe_customer_id: Text = UNSET
    intercom_company_id: Text = UNSET
    slack_channel_id: Text = UNSET
    metadata: Metadata = UNSET


class NewCustomer(CustomerChanges):
    """A new customer; only the name is needed."""

    name: str


class ContactChanges(Body):
    """Fields of a contact to write."""

    name: str | Unset = UNSET
    email: str | Unset = UNSET
    title: Text = UNSET
    is_primary: bool | Unset = UNSET
    labels: tuple[str, ...] | Unset = UNSET


class NewContact(ContactChanges):
    """A new contact; the server lower-cases the e-mail address."""

    name: str
    email: str
