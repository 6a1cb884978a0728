"""Answers in every shape that a page of the docs shows."""

import json
from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from bot.pivotal.bodies import UNSET, CustomerChanges, OnboardingChanges, Unset
from bot.pivotal.models import (
    ApiKey,
    Contact,
    Document,
    Failure,
    Me,
    Onboarding,
    OnboardingRow,
    Organization,
    Page,
)

ROW = b'"id":"onb_1","display_id":89,"customer_id":"cus_1","phase":"review","state":"active"'


@pytest.mark.parametrize("target", [b"2026-07-15", b"2026-07-15T00:00:00Z", b"2026-07-15T09:00:00.000Z"])
def test_a_target_is_a_date_with_or_without_a_time(target):
    onboarding = Onboarding.read(b'{%s,"target_launch_date":"%s"}' % (ROW, target))

    assert onboarding.target_launch_date == date(2026, 7, 15)


@pytest.mark.parametrize(
    "written", [b"2026-05-26T17:21:09.412Z", b"2026-05-26T17:21:09.412", b"2026-05-26T19:21:09.412+02:00"]
)
def test_an_instant_is_aware(written):
    onboarding = Onboarding.read(b'{%s,"updated_at":"%s"}' % (ROW, written))

    assert onboarding.updated_at == datetime(2026, 5, 26, 17, 21, 9, 412000, UTC)


def test_unknown_words_are_kept_and_unknown_fields_ignored():
    row = OnboardingRow.read(
        ROW.join([b'{"color":"red",', b"}"]).replace(b"review", b"kickoff").replace(b"active", b"blocked")
    )

    assert (row.phase, row.state, row.name) == ("kickoff", "blocked", None)
    assert not hasattr(row, "color")


def test_models_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Onboarding.read(b"{%s}" % ROW).phase = "launch"


def test_me_is_read_as_the_openapi_document_says():
    me = Me.read(
        b'{"object":"me","api_key":{"id":"k","name":"bot","prefix":"pivotal_ab12","scopes":["read:customers"],'
        b'"rate_limit_tier":"standard"},"organization":{"id":"org_1","slug":"acme","name":"Acme"}}'
    )

    assert (me.api_key.name, me.api_key.prefix, me.api_key.scopes) == ("bot", "pivotal_ab12", ("read:customers",))
    assert me.organization is not None
    assert me.organization.slug == "acme"


def test_me_is_read_as_the_test_mode_guide_says():
    me = Me.read(b'{"object":"api_key_identity","key_name":"bot","key_prefix":"pivotal_test_ab12","mode":"test"}')

    assert (me.object, me.api_key.name, me.api_key.prefix) == ("api_key_identity", "bot", "pivotal_test_ab12")
    assert me.organization is None


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"api_key": None},
        {"scopes": None},
        {"id": "org_1", "name": "Acme", "prefix": "no"},
        {"organization": "Acme"},
    ],
)
def test_a_flat_me_takes_only_what_is_said_of_the_key(more):
    flat = {"object": "api_key_identity", "key_name": "bot", "key_prefix": "pivotal_ab12", "rate_limit_tier": "high"}

    me = Me.read(json.dumps(flat | more).encode())

    assert me.api_key == ApiKey(name="bot", prefix="pivotal_ab12", rate_limit_tier="high")
    assert me.organization == (Organization(name="Acme") if "organization" in more else None)


def test_scopes_of_a_flat_me_are_kept_and_null_ones_are_none():
    flat, nested = b'{"key_name":"bot","scopes":["read:customers"]}', b'{"api_key":{"id":"k","scopes":null}}'

    assert [Me.read(body).api_key.scopes for body in (flat, nested)] == [("read:customers",), ()]


def test_a_contact_without_labels_has_none():
    contacts = [
        Contact.read(b'{"id":"c","display_id":1,"customer_id":"x","name":"Zoe"%s}' % labels)
        for labels in (b"", b',"labels":null', b',"labels":["a"]')
    ]

    assert [contact.labels for contact in contacts] == [(), (), ("a",)]


@pytest.mark.parametrize(("written", "field"), [(b'"a.b"', "a.b"), (b'["a",0,"b"]', "a.0.b"), (b"null", None)])
def test_an_errors_field_is_one_text(written, field):
    failure = Failure.read(b'{"error":{"type":"conflict","code":"x","message":"m","field":%s}}' % written)

    assert failure.error.field == field


@pytest.mark.parametrize("kind", [Me, Contact, Document])
def test_what_is_no_object_is_refused(kind):
    with pytest.raises(ValueError, match="validation error"):
        kind.read(b"[]")


def test_a_page_is_read_from_its_bytes():
    page = Page[OnboardingRow].read(b'{"object":"list","data":[{%s}],"has_more":true,"next_cursor":"c"}' % ROW)

    assert (page.data[0].display_id, page.has_more, page.next_cursor) == (89, True, "c")


def test_a_body_holds_what_was_given():
    body = OnboardingChanges(phase="launch", csm_id=None, target_launch_date=date(2026, 10, 1))

    assert body.json_bytes() == b'{"phase":"launch","target_launch_date":"2026-10-01T00:00:00Z","csm_id":null}'


def test_a_body_of_the_wrong_kind_is_refused():
    with pytest.raises(ValidationError):
        CustomerChanges(mrr="a lot")


def test_unset_is_false_and_says_so():
    assert (repr(UNSET), bool(UNSET), isinstance(UNSET, Unset)) == ("UNSET", False, True)


def test_a_row_that_says_what_is_known_is_kept_once():
    known = OnboardingRow.read(b"{%s}" % ROW).lean({})
    same, newer = (OnboardingRow.read(b'{%s,"csm_id":%s}' % (ROW, csm)) for csm in (b"null", b'"usr_1"'))

    assert same.lean({}, known=known) is known
    assert newer.lean({}, known=known) == newer


def test_instants_in_utc_share_one_zone():
    onboarding = OnboardingRow.read(b'{%s,"created_at":"2026-07-15T09:00:00.000Z"}' % ROW)

    assert onboarding.created_at.tzinfo is UTC


def test_a_lean_row_is_the_same_row_and_shares_what_others_have_too():
    whole = {"display_id": 1, "customer_id": "cus_of_two", "phase": "review", "state": "at_risk"}
    first, second = (OnboardingRow.read(json.dumps({**whole, "id": row_id}).encode()) for row_id in ("onb_a", "onb_b"))
    shared = {}

    lean, other = first.lean(shared), second.lean(shared)

    assert (lean, lean.model_dump()) == (first, first.model_dump())
    assert type(lean.display_id) is int
    assert lean.customer_id is other.customer_id
    assert lean.model_fields_set is other.model_fields_set
