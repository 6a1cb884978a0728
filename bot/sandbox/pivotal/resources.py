"""The resources of the API, described once: fields, kinds, what may be null, sent at create or in a PATCH.

Validation, rendering and the OpenAPI document all read these tables. After
https://docs.pivotal.app/api/reference/pivotal-api; where the reference is silent the table takes the wider side.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox.pivotal.kinds import EMAIL, SLUG, Flag, Instant, Kind, Labels, Number, Text, Word


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a resource."""

    name: str
    kind: Kind
    null: bool = False
    create: bool = False
    """May be sent when the record is created."""
    patch: bool = False
    """May be sent in a PATCH. A field that may not is ignored there, as Zod strips what it does not know."""
    required: bool = False
    """Must be sent at create."""
    shown: bool = True
    """Always in the answer; False: may be absent."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of record: its name in the singular and plural, and its fields in the order of the answers."""

    name: str
    plural: str
    fields: tuple[Field, ...]
    filters: tuple[Field, ...] = ()
    """What its list can be filtered by, next to `limit` and `cursor`."""

    def writable(self, *, creating: bool) -> Iterator[Field]:
        """The fields a client may send."""
        return (field for field in self.fields if (field.create if creating else field.patch))


def _given(name: str, kind: Kind, *, null: bool = False) -> Field:
    return Field(name, kind, null=null)


def _open(name: str, kind: Kind, *, null: bool = True, required: bool = False, shown: bool = True) -> Field:
    return Field(name, kind, null=null, create=True, patch=True, required=required, shown=shown)


_ID, _USER, _LONG = Text(least=1), Text(least=1, most=200), Text(most=20_000)
_HEAD = (_given("object", Text()), _given("id", _ID), _given("display_id", Number(whole=True)))
_TAIL = (_given("created_at", Instant()), _given("updated_at", Instant()))

ONBOARDING = Resource(
    "onboarding",
    "onboardings",
    (
        *_HEAD,
        Field("customer_id", _ID, create=True, required=True),
        Field("template_id", _ID, null=True, create=True),
        _open("phase", Word("phases"), null=False),
        _open("state", Word("states"), null=False),
        _given("started_at", Instant(), null=True),
        _given("completed_at", Instant(), null=True),
        _open("target_launch_date", Instant()),
        _open("csm_id", _USER),
        _open("se_id", _USER),
        _open("designer_id", _USER),
        _open("product_ops_id", _USER),
        _open("notes", _LONG),
        _open("waiting_on_customer", Flag(), null=False),
        _open("name", Text(least=1, most=300), null=False, shown=False),
        *_TAIL,
    ),
    filters=(
        Field("customer_id", Text()),
        Field("state", Word("states")),
        Field("phase", Word("phases")),
    ),
)

CUSTOMER = Resource(
    "customer",
    "customers",
    (
        *_HEAD,
        _open("name", Text(least=1, most=300), null=False, required=True),
        _open("slug", Text(least=1, most=300, pattern=SLUG), null=False),
        _open("domain", Text(most=300)),
        _open("status", Word("statuses"), null=False),
        _open("plan", Text(most=100)),
        _open("mrr", Number()),
        _open("monthly_orders", Number()),
        _open("hubspot_company_id", Text(most=200)),
        _open("hubspot_deal_id", Text(most=200)),
        _open("stripe_customer_id", Text(most=200)),
        _open("intercom_company_id", Text(most=200)),
        _open("slack_channel_id", Text(most=200)),
        *_TAIL,
    ),
    filters=(Field("status", Word("statuses")),),
)

CONTACT = Resource(
    "contact",
    "contacts",
    (
        *_HEAD,
        _given("customer_id", _ID),
        _open("name", Text(least=1, most=300), null=False, required=True),
        _open(
            "email",
            Text(least=1, most=300, pattern=EMAIL, complaint="Invalid email", lower=True),
            null=False,
            required=True,
        ),
        _open("title", Text(most=300)),
        _open("is_primary", Flag(), null=False),
        _open("labels", Labels(), null=False),
        *_TAIL,
    ),
)

RESOURCES = (CUSTOMER, CONTACT, ONBOARDING)
