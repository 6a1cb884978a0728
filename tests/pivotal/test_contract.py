"""The comparison with an OpenAPI document: one planted difference at a time is found, and nothing else is."""

import asyncio
import json
from copy import deepcopy

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pivotal import contract
from bot.pivotal.contract import Kind
from bot.pivotal.models import OnboardingRow
from bot.pivotal.operations import samples
from bot.sandbox.pivotal import LocalPivotal

WORDS = {
    "phase": ("before_getting_started", "review", "launch"),
    "state": ("active", "paused", "at_risk", "waiting"),
}


async def _served():
    async with LocalPivotal() as pivotal, httpx.AsyncClient() as client:
        return (await client.get(f"{pivotal.url}/openapi.json")).json()


@pytest.fixture(scope="module")
def served():
    return asyncio.run(_served())


@pytest.fixture
def document(served):
    return deepcopy(served)


@pytest.fixture
def found(served):
    """What a changed document brings that the served one does not: (matters, kind, where) of each."""

    def found(document):
        before = {_key(one) for one in contract.compare(served, words=WORDS)}
        return {_key(one) for one in contract.compare(document, words=WORDS)} - before

    return found


def _key(one):
    return one.matters, one.kind, one.where


def properties(document, schema):
    return document["components"]["schemas"][schema]["properties"]


def at(document, path, method):
    return document["paths"][path][method]


def test_the_served_document_has_no_difference_that_matters(served):
    assert [one for one in contract.compare(served, words=WORDS) if one.matters] == []


def test_a_missing_operation_matters(document, found):
    del document["paths"]["/contacts/{id}"]["patch"]

    assert found(document) == {(True, Kind.OPERATION_GONE, "PATCH /contacts/{id}")}


def test_a_new_operation_is_a_note(document, found):
    document["paths"]["/tasks"] = {"get": {"responses": {}}, "summary": "Tasks"}

    assert found(document) == {(False, Kind.OPERATION_NEW, "GET /tasks")}


def test_a_document_without_operations_lacks_all_of_ours():
    gone = contract.compare({"openapi": "3.0.3", "paths": {}})

    assert [one.kind for one in gone] == [Kind.OPERATION_GONE] * len(samples())


def test_a_deprecated_operation_is_a_note(document, found):
    at(document, "/me", "get")["deprecated"] = True

    assert found(document) == {(False, Kind.DEPRECATED, "GET /me")}


def test_a_deprecated_field_is_a_note(document, found):
    properties(document, "Customer")["plan"]["deprecated"] = True

    assert found(document) == {(False, Kind.DEPRECATED, "Customer.plan")}


@pytest.mark.parametrize("name", sorted(set(OnboardingRow.model_fields) - {"name"}))
def test_a_missing_field_that_lists_and_rules_are_made_of_matters(name, document, found):
    del properties(document, "Onboarding")[name]

    assert (True, Kind.FIELD_GONE, f"Onboarding.{name}") in found(document)


@pytest.mark.parametrize(("schema", "name"), [("Onboarding", "notes"), ("Onboarding", "name"), ("Customer", "plan")])
def test_a_missing_field_that_can_be_done_without_is_a_note(schema, name, document, found):
    del properties(document, schema)[name]

    assert found(document) == {(False, Kind.FIELD_GONE, f"{schema}.{name}")}


def test_a_cursor_that_is_gone_matters(document, found):
    del properties(document, "ContactList")["next_cursor"]

    assert found(document) == {(True, Kind.FIELD_GONE, "Page[Contact].next_cursor")}


def test_a_field_of_ours_that_they_begin_to_have_is_no_difference_any_more(document):
    for schema in ("Customer", "CustomerCreate", "CustomerUpdate"):
        properties(document, schema)["metadata"] = {"type": "object", "nullable": True}

    assert [one for one in contract.compare(document) if "metadata" in one.where] == []


def test_a_new_field_is_a_note(document, found):
    properties(document, "Onboarding")["health"] = {"type": "integer"}

    assert found(document) == {(False, Kind.FIELD_NEW, "Onboarding.health")}


@pytest.mark.parametrize(
    ("schema", "name", "other"),
    [
        ("Onboarding", "display_id", {"type": "string"}),
        ("Onboarding", "customer_id", {"type": "object", "properties": {"id": {"type": "string"}}}),
        ("Onboarding", "target_launch_date", {"type": "array", "items": {"type": "string"}}),
        ("Onboarding", "created_at", {"type": "string", "format": "duration"}),
        ("Contact", "labels", {"type": "array", "items": {"type": "integer"}}),
        ("Contact", "is_primary", {"type": "string", "enum": ["primary", "secondary"]}),
        ("Customer", "mrr", {"type": ["object", "null"]}),
        ("Me", "api_key", {"type": "string"}),
    ],
)
def test_a_type_that_our_model_would_not_read_matters(schema, name, other, document, found):
    properties(document, schema)[name] = other

    assert (True, Kind.TYPE, f"{schema}.{name}") in found(document)


@pytest.mark.parametrize(
    ("schema", "name", "other"),
    [
        ("Onboarding", "target_launch_date", {"type": "string", "format": "date"}),
        ("Customer", "mrr", {"type": "integer"}),
        ("Customer", "status", {"type": "string"}),
        ("Onboarding", "csm_id", {"type": "string"}),
        ("Onboarding", "csm_id", {"oneOf": [{"type": "string"}, {"type": "null"}]}),
        ("Onboarding", "csm_id", {"oneOf": [{"enum": ["user_1", None]}, {"type": "string", "format": "uuid"}]}),
    ],
)
def test_what_our_model_reads_anyway_is_no_difference(schema, name, other, document, found):
    properties(document, schema)[name] = other

    assert found(document) == set()


def test_another_type_that_our_model_still_reads_is_a_note(document, found):
    properties(document, "Customer")["created_at"] = {"type": "integer"}

    assert found(document) == {(False, Kind.TYPE, "Customer.created_at")}


def test_null_where_we_never_expect_it_matters(document, found):
    properties(document, "Onboarding")["phase"]["nullable"] = True

    assert found(document) == {(True, Kind.NULL, "Onboarding.phase")}


def test_null_that_a_validator_takes_is_no_difference(document, found):
    properties(document, "Contact")["labels"]["nullable"] = True

    assert found(document) == set()


def test_a_field_we_require_that_may_be_absent_matters(document, found):
    document["components"]["schemas"]["Customer"]["required"].remove("name")

    assert found(document) == {(True, Kind.REQUIRED, "Customer.name")}


def test_a_field_of_a_nested_object_is_compared_too(document, found):
    properties(document, "Me")["api_key"]["properties"]["rate_limit_tier"] = {"type": "integer"}

    assert found(document) == {(True, Kind.TYPE, "ApiKey.rate_limit_tier")}


def test_an_answer_that_is_no_longer_an_object_matters(document, found):
    document["components"]["schemas"]["CustomerList"] = {"type": "array"}

    assert found(document) == {(True, Kind.TYPE, "Page[Customer]")}


def test_an_error_in_another_envelope_matters(document, found):
    document["components"]["schemas"]["Error"] = {"type": "object", "properties": {"message": {"type": "string"}}}

    assert (True, Kind.FIELD_GONE, "Failure.error") in found(document)


def test_a_field_that_cannot_be_written_any_more_matters(document, found):
    del properties(document, "OnboardingUpdate")["state"]

    assert found(document) == {(True, Kind.FIELD_GONE, "OnboardingChanges.state")}


def test_a_field_that_must_be_sent_and_is_not_matters(document, found):
    schema = document["components"]["schemas"]["CustomerCreate"]
    schema["properties"]["region"] = {"type": "string"}
    schema["required"] += ["region", "domain"]

    assert found(document) == {
        (True, Kind.REQUIRED, "NewCustomer.region"),
        (True, Kind.REQUIRED, "NewCustomer.domain"),
        (False, Kind.FIELD_NEW, "NewCustomer.region"),
    }


@pytest.mark.parametrize(
    ("name", "other", "matters"),
    [
        ("waiting_on_customer", {"type": "string", "nullable": True}, True),
        ("target_launch_date", {"type": "string", "format": "date", "nullable": True}, True),
        ("notes", {"type": ["string", "object", "null"]}, None),
    ],
)
def test_a_type_we_would_send_and_they_not_take_matters(name, other, matters, document, found):
    properties(document, "OnboardingUpdate")[name] = other

    assert found(document) == ({(matters, Kind.TYPE, f"OnboardingChanges.{name}")} if matters else set())


def test_fractions_they_would_not_take_are_a_note(document, found):
    properties(document, "CustomerUpdate")["mrr"] = {"type": "integer", "nullable": True}

    assert found(document) == {(False, Kind.TYPE, "CustomerChanges.mrr")}


def test_null_that_they_no_longer_take_is_a_note(document, found):
    properties(document, "OnboardingUpdate")["notes"] = {"type": "string"}

    assert found(document) == {(False, Kind.NULL, "OnboardingChanges.notes")}


def test_a_phase_that_is_gone_matters_wherever_it_is_listed(document, found):
    properties(document, "Onboarding")["phase"]["enum"].remove("review")

    assert found(document) == {(True, Kind.VALUE_GONE, "Onboarding.phase")}


def test_a_new_state_is_a_note(document, found):
    properties(document, "Onboarding")["state"]["enum"].append("blocked")
    values = {one.theirs for one in contract.compare(document, words=WORDS) if one.kind is Kind.VALUE_NEW}

    assert found(document) == {(False, Kind.VALUE_NEW, "Onboarding.state")}
    assert "blocked" in values


def test_an_error_type_that_is_new_is_a_note(document, found):
    error = properties(document, "Error")["error"]
    error["properties"]["type"]["enum"].append("quota_error")

    assert found(document) == {(False, Kind.VALUE_NEW, "ErrorBody.type")}


def _parameter(document, path, name):
    return next(one for one in at(document, path, "get")["parameters"] if one["name"] == name)


@pytest.mark.parametrize("name", ["limit", "cursor", "phase", "state", "customer_id"])
def test_a_parameter_that_is_gone_matters(name, document, found):
    at(document, "/onboardings", "get")["parameters"].remove(_parameter(document, "/onboardings", name))

    assert found(document) == {(True, Kind.PARAMETER_GONE, f"GET /onboardings?{name}")}


def test_a_new_parameter_is_a_note_until_it_must_be_sent(document, found):
    parameters = at(document, "/customers", "get")["parameters"]
    parameters += [
        {"name": "sort", "in": "query", "schema": {"type": "string"}},
        {"name": "region", "in": "query", "required": True, "schema": {"type": "string"}},
    ]

    assert found(document) == {
        (False, Kind.PARAMETER_NEW, "GET /customers?sort"),
        (True, Kind.REQUIRED, "GET /customers?region"),
    }


def test_a_filter_that_no_longer_takes_a_phase_matters(document, found):
    _parameter(document, "/onboardings", "phase")["schema"]["enum"].remove("launch")

    assert found(document) == {(True, Kind.VALUE_GONE, "GET /onboardings?phase")}


def test_a_page_size_that_is_no_longer_taken_matters(document, found):
    _parameter(document, "/onboardings", "limit")["schema"]["maximum"] = 50

    assert found(document) == {(True, Kind.MAXIMUM, "GET /onboardings?limit")}


def test_a_page_size_that_may_be_larger_is_no_difference(document, found):
    _parameter(document, "/onboardings", "limit")["schema"]["maximum"] = 500

    assert found(document) == set()


@pytest.mark.parametrize("path", ["/customers", "/onboardings", "/customers/{id}/contacts"])
def test_a_create_without_its_idempotency_key_matters(path, document, found):
    post = at(document, path, "post")
    post["parameters"] = [one for one in post["parameters"] if one["name"] != "Idempotency-Key"]

    ((matters, kind, where),) = found(document)

    assert (matters, kind, where.split()[0], where.split()[-1]) == (
        True,
        Kind.PARAMETER_GONE,
        "POST",
        "Idempotency-Key",
    )


def test_other_words_for_a_customers_status_are_notes(document, found):
    properties(document, "Customer")["status"]["enum"] = ["onboarding", "active", "at_risk", "churned", "lost"]

    assert found(document) == {
        (False, Kind.VALUE_GONE, "Customer.status"),
        (False, Kind.VALUE_NEW, "Customer.status"),
    }


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "apiKey", "in": "header", "name": "X-Key"},
        {"type": "http", "scheme": "basic"},
        {"type": "mutualTLS"},
    ],
)
def test_another_way_to_be_let_in_matters(scheme, document, found):
    document["components"]["securitySchemes"] = {"bearerAuth": scheme}

    assert found(document) == {(True, Kind.CREDENTIALS, "Authorization")}


def test_a_key_that_is_asked_for_in_addition_matters(document, found):
    document["components"]["securitySchemes"]["device"] = {"type": "apiKey", "in": "header", "name": "X-Device"}
    document["security"] = [{"bearerAuth": [], "device": []}]

    told = {one.theirs for one in contract.compare(document, words=WORDS) if one.kind is Kind.CREDENTIALS}

    assert told == {"a key in the header X-Device and bearer"}


@pytest.mark.parametrize("ways", [[], [{}], [{"key": []}, {"bearerAuth": []}], [{"login": []}]])
def test_a_way_in_beside_ours_is_no_difference(ways, document, found):
    document["components"]["securitySchemes"] |= {"key": {"type": "apiKey"}, "login": {"type": "oauth2"}}
    document["security"] = ways

    assert found(document) == set()


def test_a_document_that_says_nothing_of_keys_is_no_difference(document, found):
    del document["components"]["securitySchemes"], document["security"]

    assert found(document) == set()


def test_a_difference_met_in_several_operations_is_told_once_with_all_of_them(document):
    del properties(document, "Contact")["email"]

    told = [one for one in contract.compare(document) if one.where == "Contact.email"]

    assert [one.operations for one in told] == [
        ("customers.contacts", "contacts.create", "contacts.get", "contacts.update")
    ]


def test_what_matters_comes_first(document):
    del document["paths"]["/me"]

    weights = [one.matters for one in contract.compare(document)]

    assert weights == sorted(weights, reverse=True)
    assert weights.count(True) == 1


def test_the_base_of_the_paths_and_the_names_in_them_do_not_count(document, found):
    renamed = {path.replace("{id}", "{customerId}"): item for path, item in document["paths"].items()}
    document["paths"] = {f"/api/v1{path}": item for path, item in renamed.items()}

    assert found(document) == set()


def test_openapi_3_1_with_compositions_reads_the_same(document, found):
    schemas = document["components"]["schemas"]
    fields = properties(document, "Onboarding")
    fields["notes"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    fields["phase"] = {"allOf": [{"$ref": "#/components/schemas/Phase"}]}
    schemas["Phase"] = {"type": "string", "enum": list(WORDS["phase"])}
    schemas["Kept"] = schemas.pop("Customer")
    schemas["Customer"] = {"allOf": [{"$ref": "#/components/schemas/Kept"}, {"type": "object"}]}

    assert found(document) == set()


def test_a_schema_that_refers_to_itself_comes_to_an_end(document, found):
    schemas = document["components"]["schemas"]
    schemas["Customer"] = {"allOf": [{"$ref": "#/components/schemas/Customer"}]}
    schemas["Contact"] = {"$ref": "#/components/schemas/Contact"}

    assert found(document) == set()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(pick=st.randoms(use_true_random=False), junk=JSON)
def test_no_document_makes_it_fail(served, pick, junk):
    document = json.loads(json.dumps(served))
    place = document
    while isinstance(place, dict | list) and place:
        key = pick.choice(list(place)) if isinstance(place, dict) else pick.randrange(len(place))
        if not isinstance(place[key], dict | list) or not place[key] or pick.random() < 0.2:
            place[key] = junk
            break
        place = place[key]

    assert isinstance(contract.compare(document, words=WORDS), tuple)
