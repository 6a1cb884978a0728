"""What Pivotal's API answers, as frozen pydantic models: unknown fields ignored, unknown enum values kept.

The shapes are those of https://docs.pivotal.app/api (reference, and the guides where the reference is silent).
Where two pages disagree, both shapes are read.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, RootModel, model_validator

from bot.pivotal.escapes import mended


def _calendar_date(value: Any) -> Any:
    """Read `2026-07-15` and `2026-07-15T00:00:00Z` alike: a target date is a date, not an instant."""
    return value[:10] if isinstance(value, str) and len(value) > 10 else value


def _aware(value: datetime) -> datetime:
    """Read an instant without a zone as UTC, which is what the API speaks; one in UTC gets the zone all share."""
    return value if value.utcoffset() else value.replace(tzinfo=UTC)


CalendarDate = Annotated[date, BeforeValidator(_calendar_date)]
Instant = Annotated[datetime, AfterValidator(_aware)]


class Model(BaseModel):
    """What every answer of the API has in common."""

    # The parser would otherwise keep thousands of ids that never come again: slower, and a long walk's memory grows.
    model_config = ConfigDict(frozen=True, extra="ignore", cache_strings="keys")

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Parse an answer straight from its bytes; raises ValueError when it has another shape."""
        return cls.model_validate_json(mended(body))


class Row(Model):
    """What every record has: `id` is unique everywhere, `display_id` within one workspace and kind."""

    id: str
    display_id: int

    @classmethod
    def values(cls, row: "Row") -> tuple[Any, ...]:
        """What this kind of row says, field by field."""
        values: tuple[Any, ...] = _reader(cls)(row)
        return values

    def lean(self, shared: dict[Any, Any], *, known: Self | None = None) -> Self:
        """The same row in half the memory, for who keeps many: what it has in common with others is kept once.

        `shared` is one dictionary for all of them. Where the row says what is `known` of it, that comes back: the very
        same object. Which fields the API sent is forgotten.
        """
        if known is not None and self.values(self) == self.values(known):
            return known
        kept = {
            name: shared.setdefault(value, value) if isinstance(value, str | date) and name not in _OWN else value
            for name, value in self
        }
        return type(self).model_construct(_fields(type(self)), **kept)  # type: ignore[return-value] # pydantic.mypy says Row


_OWN = frozenset({"id", "name", "slug", "created_at", "updated_at"})
"""Fields whose values no other row has."""


@cache
def _fields(kind: type[BaseModel]) -> set[str]:
    return set(kind.model_fields)


@cache
def _reader(kind: type[BaseModel]) -> Callable[[Any], Any]:
    return attrgetter(*kind.model_fields)


RowT = TypeVar("RowT", bound=Row)


class OnboardingRow(Row):
    """One onboarding as lists, cards and rules need it: no notes, no template."""

    customer_id: str
    phase: str
    state: str
    name: str | None = None
    waiting_on_customer: bool | None = None
    target_launch_date: CalendarDate | None = None
    csm_id: str | None = None
    se_id: str | None = None
    designer_id: str | None = None
    product_ops_id: str | None = None
    started_at: Instant | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


class Onboarding(OnboardingRow):
    """One onboarding, whole."""

    completed_at: Instant | None = None
    template_id: str | None = None
    notes: str | None = None


class CustomerRow(Row):
    """One customer as lists and look-ups need it: no revenue, no CRM ids."""

    name: str
    slug: str | None = None
    slack_channel_id: str | None = None


class Customer(CustomerRow):
    """One customer, whole. `mrr` is a number of unknown unit; `metadata` is named by the guides only."""

    status: str | None = None
    domain: str | None = None
    plan: str | None = None
    mrr: float | None = None
    monthly_orders: float | None = None
    hubspot_company_id: str | None = None
    hubspot_deal_id: str | None = None
    stripe_customer_id: str | None = None
    intercom_company_id: str | None = None
    metadata: Mapping[str, Any] | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


class Contact(Row):
    """One person at a customer."""

    customer_id: str
    name: str
    email: str | None = None
    title: str | None = None
    is_primary: bool | None = None
    labels: tuple[str, ...] = ()
    created_at: Instant | None = None
    updated_at: Instant | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_labels(cls, value: Any) -> Any:
        return {**value, "labels": ()} if isinstance(value, dict) and value.get("labels") is None else value


class Page(Model, Generic[RowT]):
    """One page of a list, newest first; `has_more` alone says whether another follows."""

    data: tuple[RowT, ...]
    has_more: bool
    next_cursor: str | None = None


class Deleted(Model):
    """What is left of a deleted record; deleting twice answers the same."""

    id: str
    display_id: int | None = None
    deleted: bool = True


class Health(Model):
    """Whether the API is up, without a key."""

    status: str
    timestamp: Instant | None = None


class ApiKey(Model):
    """What the workspace calls the key that is in use, and what it may do."""

    id: str | None = None
    name: str | None = None
    prefix: str | None = None
    scopes: Annotated[tuple[str, ...], BeforeValidator(lambda value: () if value is None else value)] = ()
    rate_limit_tier: str | None = None


class Organization(Model):
    """The workspace a key belongs to."""

    id: str | None = None
    slug: str | None = None
    name: str | None = None


def _organization(value: Any) -> Any:
    """Read an organization of which there is a name only."""
    return {"name": value} if isinstance(value, str) else value


class Me(Model):
    """Whose key this is; the test-mode guide's flat shape (`key_name`, `key_prefix`) is read as well."""

    object: Literal["me", "api_key_identity"] | str = "me"
    api_key: ApiKey = ApiKey()
    organization: Annotated[Organization | None, BeforeValidator(_organization)] = None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("api_key") is not None:
            return value
        own = {name.removeprefix("key_"): field for name, field in value.items() if name.startswith("key_")}
        rest = {name: value[name] for name in ("scopes", "rate_limit_tier") if name in value}
        return {**value, "api_key": own | rest}


class Document(RootModel[Mapping[str, Any]]):
    """The API's own OpenAPI document, as it is served."""

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Parse the document; raises ValueError when it is not a JSON object."""
        return cls.model_validate_json(body)


class ErrorBody(Model):
    """What an error says of itself; `type` and `code` are for programs, `message` is for people."""

    type: str
    code: str | None = None
    message: str = ""
    field: Annotated[str | None, BeforeValidator(lambda value: None if value is None else _path(value))] = None


class Failure(Model):
    """The envelope every documented error comes in."""

    error: ErrorBody


def _path(value: Any) -> str:
    """A field's path as one string, whether it came as `a.b` or as `["a", "b"]`."""
    return ".".join(map(str, value)) if isinstance(value, list) else str(value)
