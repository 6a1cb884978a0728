"""What both clients send, what they make of the answer, and what one says when it is printed."""

from datetime import date

import httpx
import pytest

from bot.pivotal import UNSET, NotFound, PivotalApi, UnexpectedResponse, __version__
from bot.pivotal.operations import samples

ONBOARDING = {"id": "onb_1", "display_id": 89, "customer_id": "cus_1", "phase": "review", "state": "active"}
CUSTOMER = {"id": "cus_1", "display_id": 245, "name": "Aurora Foods"}
CONTACT = {"id": "con_1", "display_id": 7, "customer_id": "cus_1", "name": "Zoe", "email": "zoe@example.com"}
DELETED = {"object": "deleted", "id": "onb_1", "display_id": 89, "deleted": True}


def json(body, status=200, **headers):
    return httpx.Response(status, json=body, headers=headers)


def test_an_onboarding_is_read_by_its_display_id(api, server):
    server.says(json(ONBOARDING | {"target_launch_date": "2026-09-18T09:00:00Z", "brand_new_field": 1}))

    onboarding = api.onboardings.get(89)

    assert server.lines == ["GET /api/v1/onboardings/89"]
    assert (onboarding.display_id, onboarding.target_launch_date) == (89, date(2026, 9, 18))


def test_every_request_names_us_and_carries_the_key(make, server):
    server.says(json(ONBOARDING))

    make(headers={"x-team": "onboarding"}).onboardings.get(89)

    sent = server.requests[0].headers
    assert sent["authorization"] == "Bearer pivotal_K8s9SecretSecretSecret"
    assert sent["user-agent"].startswith(f"onboarding-bot-pivotal/{__version__} ")
    assert (sent["accept"], sent["x-team"]) == ("application/json", "onboarding")


def test_headers_of_ours_replace_the_default_ones(make, server):
    server.says(json(ONBOARDING))

    make(headers={"user-agent": "larkspur/1"}).onboardings.get(89)

    assert server.requests[0].headers.get_list("user-agent") == ["larkspur/1"]


def test_health_is_asked_without_the_key(api, server):
    server.says(json({"status": "ok", "timestamp": "2026-05-26T17:21:09.412Z"}))

    health = api.health()

    assert health.status == "ok"
    assert "authorization" not in server.requests[0].headers


def test_the_openapi_document_comes_as_it_is(api, server):
    server.says(json({"openapi": "3.0.3", "paths": {}}))

    document = api.openapi()

    assert document.root == {"openapi": "3.0.3", "paths": {}}
    assert server.lines == ["GET /api/v1/openapi.json"]


def test_only_what_was_given_is_written_and_none_empties_a_field(api, server):
    server.says(json(ONBOARDING))

    api.onboardings.update(89, phase="launch", notes=None, csm_id=UNSET, target_launch_date=date(2026, 10, 1))

    assert server.lines == ["PATCH /api/v1/onboardings/89"]
    assert server.bodies == [{"phase": "launch", "notes": None, "target_launch_date": "2026-10-01T00:00:00Z"}]


@pytest.mark.parametrize(
    ("waiting", "written"),
    [
        (True, {"state": "waiting", "waiting_on_customer": True}),
        (False, {"state": "active", "waiting_on_customer": False}),
    ],
)
def test_waiting_writes_both_fields_that_say_so(api, server, waiting, written):
    server.says(json(ONBOARDING))

    api.onboardings.set_waiting(89, waiting=waiting)

    assert server.bodies == [written]


def test_the_state_after_a_wait_can_be_another(api, server):
    server.says(json(ONBOARDING))

    api.onboardings.set_waiting(89, waiting=False, state="at_risk")

    assert server.bodies == [{"state": "at_risk", "waiting_on_customer": False}]


def test_customers_and_contacts_are_written_as_told(api, server):
    server.says(json(CUSTOMER), json(CUSTOMER), json(CONTACT), json(CONTACT))

    api.customers.create("Aurora Foods", mrr=125000, metadata={"test": True})
    api.customers.update(245, plan=None)
    api.contacts.create("cus_1", name="Zoe", email="zoe@example.com", labels=["billing"])
    api.contacts.update(7, is_primary=True)

    assert server.lines == [
        "POST /api/v1/customers",
        "PATCH /api/v1/customers/245",
        "POST /api/v1/customers/cus_1/contacts",
        "PATCH /api/v1/contacts/7",
    ]
    assert server.bodies == [
        {"name": "Aurora Foods", "mrr": 125000.0, "metadata": {"test": True}},
        {"plan": None},
        {"name": "Zoe", "email": "zoe@example.com", "labels": ["billing"]},
        {"is_primary": True},
    ]


def test_deleting_answers_what_is_left(api, server):
    server.says(json(DELETED))

    gone = [api.onboardings.delete(89), api.customers.delete(245), api.contacts.delete(7)]

    assert [each.deleted for each in gone] == [True, True, True]
    assert server.lines == [f"DELETE /api/v1/{path}" for path in ("onboardings/89", "customers/245", "contacts/7")]


def test_single_records_are_read_from_their_own_paths(api, server):
    server.says(json(CUSTOMER), json(CONTACT))

    names = [api.customers.get("cus_1").name, api.contacts.get("con_1").name]

    assert names == ["Aurora Foods", "Zoe"]
    assert server.lines == ["GET /api/v1/customers/cus_1", "GET /api/v1/contacts/con_1"]


@pytest.mark.parametrize("record", ["", " ", ".", ".."])
def test_an_id_that_would_address_something_else_is_refused(api, record):
    with pytest.raises(ValueError, match="not the id of a record"):
        api.onboardings.get(record)


def test_an_id_is_quoted(api, server):
    server.says(json(ONBOARDING))

    api.onboardings.get("a/b?c#é")

    assert server.lines == ["GET /api/v1/onboardings/a%2Fb%3Fc%23%C3%A9"]


def test_a_missing_onboarding_is_not_found(api, server):
    told = {"type": "not_found", "code": "onboarding_not_found", "message": "No such thing."}
    server.says(json({"error": told}, 404))

    with pytest.raises(NotFound) as caught:
        api.onboardings.get("nope")

    error = caught.value
    assert (error.status, error.type, error.code) == (404, "not_found", "onboarding_not_found")
    assert (error.method, error.path, error.attempts) == ("GET", "/onboardings/nope", 1)
    assert str(error) == "No such thing. [GET /onboardings/nope: 404 onboarding_not_found, 1 attempt]"


def test_a_record_of_another_shape_is_unexpected_and_says_where(api, server):
    server.says(json(ONBOARDING | {"phase": None}))

    with pytest.raises(UnexpectedResponse, match=r"'\{\"id\":\"onb_1\".*phase: Input should be a valid string"):
        api.onboardings.get(89)


def test_a_client_shows_the_public_part_of_its_key_only(make):
    for api in (make(), make("pivotal_test_ab12SecretSecret")):
        assert "Secret" not in repr(api)
        assert f"{api.key_prefix}…" in repr(api)


def test_the_key_tells_the_mode(make):
    modes = [make(key).mode for key in ("pivotal_K8s9SecretSecret", "pivotal_test_ab12SecretSecret")]

    assert modes == ["live", "test"]


def test_a_client_of_your_own_stays_open():
    with httpx.Client(transport=httpx.MockTransport(lambda _: json(ONBOARDING))) as yours:
        with PivotalApi("pivotal_K8s9SecretSecret", http_client=yours) as api:
            api.onboardings.get(89)

        assert not yours.is_closed


def test_an_operation_is_a_pure_function_that_the_class_shows():
    call = type(PivotalApi("pivotal_K8s9SecretSecret").onboardings).get(89)

    assert (call.method, call.path, call.operation) == ("GET", "/onboardings/89", "onboardings.get")


def test_both_clients_have_the_same_surface(make):
    api = make()

    names = {
        part: {name for name in dir(type(getattr(PivotalApi("pivotal_K8s9SecretSecret"), part))) if name[0] != "_"}
        for part in ("customers", "onboardings", "contacts")
    }

    assert all(hasattr(getattr(api, part), name) for part, each in names.items() for name in each)
    assert names["onboardings"] >= {"list", "rows", "create", "get", "update", "set_waiting", "delete"}


def test_there_are_eighteen_operations():
    operations = {call.operation for call in samples()}

    assert len(operations) == len(samples()) == 18
