"""What Pivotal tells by webhook: 15 types of event, and one for those that are not in its reference.

The envelope is read in all its documented variants: with and without its metadata, `data` holding the record under
`object` or being the record itself. Source: https://docs.pivotal.app/webhooks/envelope and /webhooks/events
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Generic, Literal, TypeVar, get_args

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, TypeAdapter, model_validator

from bot.pivotal.models import CalendarDate, Instant, Model

Id = Annotated[str, StringConstraints(max_length=255)]
"""An id that can be kept: Pivotal's own stay far below, and no database's index takes a text of any length."""
Number = Annotated[int, Field(ge=0, lt=2**63)]
"""A number of a record that can be kept."""


class CustomerSeen(Model):
    """A customer as events show it. `at_risk` and `churned` are flags of the customer, not of an onboarding."""

    id: Id
    display_id: Number | None = None
    name: str | None = None
    health_score: float | None = None
    previous_health_score: float | None = None
    at_risk: bool | None = None
    churned: bool | None = None
    owner_email: str | None = None


class ContactSeen(Model):
    """A contact as events show it."""

    id: Id
    display_id: Number | None = None
    customer_id: str | None = None
    name: str | None = None
    email: str | None = None
    title: str | None = None
    is_primary: bool | None = None


class OnboardingSeen(Model):
    """An onboarding as events show it: a hint. Its id may differ from REST's, `display_id` is the safe join key."""

    id: Id
    display_id: Number | None = None
    customer_id: str | None = None
    name: str | None = None
    phase: str | None = None
    state: str | None = None
    target_launch_date: CalendarDate | None = None
    owner_email: str | None = None


def _who(value: Any) -> Any:
    """Read whoever did something as one text; of an object, its id."""
    told = value.get("id") if isinstance(value, dict) else value
    return told if isinstance(told, str | None) else str(told)


class TaskSeen(Model):
    """A task as events show it; tasks cannot be read by REST."""

    id: Id
    display_id: Number | None = None
    onboarding_id: str | None = None
    customer_id: str | None = None
    title: str | None = None
    completed_at: Instant | None = None
    completed_by: Annotated[str | None, BeforeValidator(_who)] = None
    assignee_email: str | None = None


SeenT = TypeVar("SeenT")


class Told(Model, Generic[SeenT]):
    """The record an event is about, and the values it had before, of changed fields only."""

    object: SeenT
    previous_attributes: Mapping[str, Any] | None = None

    @model_validator(mode="before")
    @classmethod
    def _record_itself(cls, value: Any) -> Any:
        # A record has a field `object` too, but that one is a word.
        enclosed = isinstance(value, dict) and isinstance(value.get("object"), dict)
        return value if enclosed or not isinstance(value, dict) else {"object": value}


class Event(Model):
    """What every event says of itself. `id` stays the same on retries and replays: what was seen is told by it."""

    id: Id
    type: str
    created_at: Instant | None = None
    """When it happened, not when it was sent; the order of arrival means nothing."""
    org_id: str | None = None
    livemode: bool | None = None
    """False for test keys and test events: never act on those. None when it was not said."""
    api_version: str | None = None


class CustomerEvent(Event):
    """Something about a customer."""

    data: Told[CustomerSeen]


class CustomerCreated(CustomerEvent):
    """Added by the app, the API or a CRM's sync."""

    type: Literal["customer.created"]


class CustomerUpdated(CustomerEvent):
    """Any field changed."""

    type: Literal["customer.updated"]


class CustomerArchived(CustomerEvent):
    """Archived."""

    type: Literal["customer.archived"]


class CustomerHealthScoreDropped(CustomerEvent):
    """The health score fell by 10 points or more."""

    type: Literal["customer.health_score_dropped"]


class CustomerAtRisk(CustomerEvent):
    """The customer was flagged to be at risk."""

    type: Literal["customer.at_risk"]


class CustomerChurned(CustomerEvent):
    """Marked as churned."""

    type: Literal["customer.churned"]


class ContactCreated(Event):
    """A contact was added to a customer."""

    type: Literal["contact.created"]
    data: Told[ContactSeen]


class OnboardingEvent(Event):
    """Something about an onboarding. Dates, owners, notes and deletion have no event."""

    data: Told[OnboardingSeen]


class OnboardingCreated(OnboardingEvent):
    """A new onboarding."""

    type: Literal["onboarding.created"]


class OnboardingPhaseChanged(OnboardingEvent):
    """The phase moved; `previous_attributes["phase"]` is the old one."""

    type: Literal["onboarding.phase_changed"]


class OnboardingStateChanged(OnboardingEvent):
    """The state changed."""

    type: Literal["onboarding.state_changed"]


class OnboardingAtRisk(OnboardingEvent):
    """The onboarding was flagged to be at risk."""

    type: Literal["onboarding.at_risk"]


class OnboardingBackOnTrack(OnboardingEvent):
    """That flag was cleared."""

    type: Literal["onboarding.back_on_track"]


class OnboardingLaunched(OnboardingEvent):
    """Marked as launched."""

    type: Literal["onboarding.launched"]


class OnboardingCompleted(OnboardingEvent):
    """Reached the terminal phase."""

    type: Literal["onboarding.completed"]


class TaskCompleted(Event):
    """A task was done by a teammate, a portal user or an automation."""

    type: Literal["task.completed"]
    data: Told[TaskSeen]


class UnknownEvent(Event):
    """An event of a type that is not in the reference (there are such): acknowledge it and do nothing."""

    data: Any = None


def _tag(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return kind if isinstance(kind, str) and kind in TYPES else "unknown"


AnyEvent = Annotated[
    Annotated[CustomerCreated, Tag("customer.created")]
    | Annotated[CustomerUpdated, Tag("customer.updated")]
    | Annotated[CustomerArchived, Tag("customer.archived")]
    | Annotated[CustomerHealthScoreDropped, Tag("customer.health_score_dropped")]
    | Annotated[CustomerAtRisk, Tag("customer.at_risk")]
    | Annotated[CustomerChurned, Tag("customer.churned")]
    | Annotated[ContactCreated, Tag("contact.created")]
    | Annotated[OnboardingCreated, Tag("onboarding.created")]
    | Annotated[OnboardingPhaseChanged, Tag("onboarding.phase_changed")]
    | Annotated[OnboardingStateChanged, Tag("onboarding.state_changed")]
    | Annotated[OnboardingAtRisk, Tag("onboarding.at_risk")]
    | Annotated[OnboardingBackOnTrack, Tag("onboarding.back_on_track")]
    | Annotated[OnboardingLaunched, Tag("onboarding.launched")]
    | Annotated[OnboardingCompleted, Tag("onboarding.completed")]
    | Annotated[TaskCompleted, Tag("task.completed")]
    | Annotated[UnknownEvent, Tag("unknown")],
    Discriminator(_tag),
]
"""Any event, told apart by its `type`."""

EVENT: Final[TypeAdapter[AnyEvent]] = TypeAdapter(AnyEvent)
"""Reads an event from bytes or from parsed JSON."""

TYPES: Final = frozenset(tag.tag for kind in get_args(get_args(AnyEvent)[0]) for tag in get_args(kind)[1:]) - {
    "unknown"
}
"""The 15 types of the reference."""
