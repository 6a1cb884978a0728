"""Deliveries: only genuine ones of these minutes are read, in every envelope the docs show."""

import json
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from bot.pivotal import InvalidEvent, InvalidSignature, PivotalError, webhooks
from bot.pivotal.events import TYPES, OnboardingPhaseChanged, TaskCompleted, UnknownEvent

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + b64encode(b"another secret of some length").decode()
NOW = datetime(2026, 5, 26, 18, 42, 3, tzinfo=UTC)
PHASE_CHANGED = {
    "id": "evt_1",
    "type": "onboarding.phase_changed",
    "created_at": "2026-05-26T18:42:00.000Z",
    "org_id": "org_1",
    "livemode": True,
    "api_version": "v1",
    "data": {
        "object": {"id": "onb_1", "display_id": 89, "phase": "integration", "target_launch_date": "2026-07-15"},
        "previous_attributes": {"phase": "kickoff"},
    },
}


def signed(body, *, secret=SECRET, at=NOW, prefix="svix-"):
    """The headers of a delivery."""
    signature = Webhook(secret).sign("msg_1", at, body.decode())
    return {f"{prefix}id": "msg_1", f"{prefix}timestamp": f"{at.timestamp():.0f}", f"{prefix}signature": signature}


def test_the_published_test_vector_is_genuine_at_its_own_time():
    headers = {
        "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "svix-timestamp": "1614265330",
        "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }

    delivery = webhooks.verify(b'{"test": 2432232314}', headers, SECRET, now=datetime.fromtimestamp(1614265330, UTC))

    assert delivery == "msg_p5jXN8AQM9LWM0D4loKWxJek"


@pytest.mark.parametrize("prefix", ["svix-", "Svix-", "SVIX-", "webhook-"])
def test_headers_are_known_by_either_name_in_any_case(prefix):
    assert webhooks.verify(b"{}", signed(b"{}", prefix=prefix), SECRET, now=NOW) == "msg_1"


def test_without_a_moment_given_it_is_now():
    now = datetime.now(UTC).replace(microsecond=0)

    assert webhooks.verify(b"{}", signed(b"{}", at=now), SECRET) == "msg_1"
    with pytest.raises(InvalidSignature):
        webhooks.verify(b"{}", signed(b"{}", at=now - timedelta(hours=1)), SECRET)


@pytest.mark.parametrize("secrets", [[OTHER, SECRET], [SECRET, OTHER], (SECRET,), {SECRET}])
def test_any_of_several_secrets_may_have_signed(secrets):
    assert webhooks.verify(b"{}", signed(b"{}"), secrets, now=NOW) == "msg_1"


def test_any_of_several_signatures_may_match():
    headers = signed(b"{}")
    headers["svix-signature"] = f"v1,bm8= v1a,{'x' * 44} {headers['svix-signature']} junk"

    assert webhooks.verify(b"{}", headers, SECRET, now=NOW) == "msg_1"


@pytest.mark.parametrize("away", [-300, 300])
def test_five_minutes_either_way_are_tolerated(away):
    assert webhooks.verify(b"{}", signed(b"{}"), SECRET, now=NOW + timedelta(seconds=away))


@pytest.mark.parametrize("away", [-301, 301])
def test_more_than_five_minutes_either_way_are_not(away):
    with pytest.raises(InvalidSignature, match="older or newer than five minutes"):
        webhooks.verify(b"{}", signed(b"{}"), SECRET, now=NOW + timedelta(seconds=away))


def test_another_body_another_secret_and_no_secret_do_not_match():
    headers = signed(b"{}")

    for body, secret in ((b"{ }", SECRET), (b"{}", OTHER), (b"{}", [])):
        with pytest.raises(InvalidSignature, match="No signature of the delivery matches"):
            webhooks.verify(body, headers, secret, now=NOW)


@pytest.mark.parametrize(
    "broken",
    [
        {"svix-id": ""},
        {"svix-id": "msg_\udce9"},
        {"svix-timestamp": ""},
        {"svix-timestamp": "soon"},
        {"svix-timestamp": "1e9"},
        {"svix-timestamp": "²"},
        {"svix-timestamp": "9" * 40},
        {"svix-timestamp": "-1614265330"},
        {"svix-signature": ""},
        {"svix-signature": "v1"},
        {"svix-signature": "v1,not base64,"},
        {"svix-signature": "v1,é"},
    ],
)
def test_a_broken_header_is_no_signature(broken):
    with pytest.raises(InvalidSignature):
        webhooks.verify(b"{}", signed(b"{}") | broken, SECRET, now=NOW)


@pytest.mark.parametrize("name", ["svix-id", "svix-timestamp", "svix-signature"])
def test_a_missing_header_is_named(name):
    headers = signed(b"{}")
    del headers[name]

    with pytest.raises(InvalidSignature, match=name):
        webhooks.verify(b"{}", headers, SECRET, now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_a", "whsec_é", "whsec_!!!"])
def test_a_broken_secret_is_no_signature(secret):
    with pytest.raises(InvalidSignature, match="secret"):
        webhooks.verify(b"{}", signed(b"{}"), secret, now=NOW)


def test_a_secret_that_cannot_be_used_does_not_spoil_the_others():
    assert webhooks.verify(b"{}", signed(b"{}"), ["", "whsec_a", SECRET], now=NOW) == "msg_1"
    with pytest.raises(InvalidSignature, match="No signing secret"):
        webhooks.verify(b"{}", signed(b"{}"), ["", "whsec_a"], now=NOW)


def test_a_body_that_was_decoded_already_is_refused():
    with pytest.raises(TypeError, match="the bytes that came, not str"):
        webhooks.verify("{}", signed(b"{}"), SECRET, now=NOW)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_bytes_of_any_kind_are_verified(kind):
    assert webhooks.verify(kind(b"{}"), signed(b"{}"), SECRET, now=NOW) == "msg_1"


@pytest.mark.parametrize("odd", [lambda k, v: (k.encode(), v.encode()), lambda k, v: (k, [v]), lambda k, v: (k, None)])
def test_headers_that_are_no_text_are_no_signature(odd):
    headers = dict(odd(name, value) for name, value in signed(b"{}").items())

    with pytest.raises(InvalidSignature, match="no readable header svix-id"):
        webhooks.verify(b"{}", headers, SECRET, now=NOW)


def test_a_body_that_is_no_text_is_no_signature():
    with pytest.raises(InvalidSignature, match="UTF-8"):
        webhooks.verify(b"\xff", signed(b"{}"), SECRET, now=NOW)


@given(
    body=st.binary(max_size=60),
    headers=st.dictionaries(st.sampled_from(["svix-id", "svix-timestamp", "svix-signature"]), st.text(max_size=30)),
)
def test_whatever_arrives_it_is_refused_as_one_of_two(body, headers):
    with pytest.raises((InvalidSignature, InvalidEvent)) as caught:
        webhooks.parse(body, headers, SECRET, now=NOW)

    assert isinstance(caught.value, PivotalError)


@given(
    body=st.binary(max_size=60)
    | st.recursive(
        st.none() | st.text(max_size=9),
        lambda inner: st.dictionaries(st.sampled_from(["id", "type", "data", "object"]), inner),
    ).map(lambda each: json.dumps(each).encode())
)
def test_whatever_was_signed_it_is_an_event_or_an_invalid_one(body):
    try:
        event = webhooks.read(body)
    except InvalidEvent:
        return

    assert isinstance(event, UnknownEvent)


def test_a_genuine_delivery_is_read_as_its_event():
    body = json.dumps(PHASE_CHANGED).encode()

    event = webhooks.parse(body, signed(body), SECRET, now=NOW)

    assert isinstance(event, OnboardingPhaseChanged)
    assert (event.id, event.livemode, event.created_at) == ("evt_1", True, datetime(2026, 5, 26, 18, 42, tzinfo=UTC))
    assert (event.data.object.phase, event.data.object.target_launch_date) == ("integration", date(2026, 7, 15))
    assert event.data.previous_attributes == {"phase": "kickoff"}


def test_a_test_events_livemode_is_kept():
    body = json.dumps(PHASE_CHANGED | {"livemode": False}).encode()

    assert webhooks.read(body).livemode is False


def test_an_envelope_without_its_metadata_is_read():
    bare = {"id": "evt_1", "type": "task.completed", "data": {"object": {"id": "tsk_1", "completed_by": "portal:x"}}}

    event = webhooks.read(json.dumps(bare).encode())

    assert isinstance(event, TaskCompleted)
    assert (event.created_at, event.org_id, event.livemode, event.api_version) == (None, None, None, None)
    assert (event.data.object.completed_by, event.data.previous_attributes) == ("portal:x", None)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("portal:x", "portal:x"),
        (None, None),
        (7, "7"),
        ({"type": "user", "id": "u1"}, "u1"),
        ({}, None),
        (["a"], "['a']"),
    ],
)
def test_whoever_completed_a_task_is_one_text(by, told):
    event = {"id": "evt_1", "type": "task.completed", "data": {"object": {"id": "tsk_1", "completed_by": by}}}

    assert webhooks.read(json.dumps(event).encode()).data.object.completed_by == told


def test_data_may_be_the_record_itself():
    record = {"object": "onboarding", "id": "onb_1", "display_id": 89, "phase": "launch", "added": 1}

    event = webhooks.read(json.dumps(PHASE_CHANGED | {"data": record}).encode())

    assert isinstance(event, OnboardingPhaseChanged)
    assert (event.data.object.display_id, event.data.object.phase) == (89, "launch")


def test_there_are_fifteen_types_and_each_has_its_class():
    events = [webhooks.read(json.dumps({"id": "e", "type": kind, "data": {"id": "r"}}).encode()) for kind in TYPES]

    assert len(TYPES) == 15
    assert {event.type for event in events} == TYPES
    assert len({type(event) for event in events}) == 15


@pytest.mark.parametrize("kind", ["webhook.ping", "onboarding.updated", "unknown", ""])
def test_a_type_that_is_not_in_the_reference_is_an_unknown_event(kind):
    event = webhooks.read(json.dumps({"id": "evt_1", "type": kind, "data": {"hello": [1]}}).encode())

    assert isinstance(event, UnknownEvent)
    assert (event.type, event.data) == (kind, {"hello": [1]})


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"type":"task.completed"}', b'{"id":"e","type":"task.completed","data":{}}'],
)
def test_what_is_no_event_is_invalid(body):
    with pytest.raises(InvalidEvent, match="No event can be read"):
        webhooks.read(body)


@pytest.mark.parametrize("kind", ["onboarding.phase_changed", "customer.created", "invoice.paid"])
def test_an_event_whose_id_has_no_end_is_invalid(kind):
    def event(length):
        return json.dumps({"id": "e" * length, "type": kind, "data": {"id": "x_1"}}).encode()

    assert len(webhooks.read(event(255)).id) == 255
    with pytest.raises(InvalidEvent, match=r"id: String should have at most 255 characters"):
        webhooks.read(event(256))


@pytest.mark.parametrize("record", [{"id": "o" * 256}, {"id": "onb_1", "display_id": 2**63}])
@pytest.mark.parametrize("kind", ["onboarding.phase_changed", "customer.created", "contact.created", "task.completed"])
def test_an_event_of_a_record_whose_name_has_no_end_is_invalid(kind, record):
    with pytest.raises(InvalidEvent, match="No event can be read"):
        webhooks.read(json.dumps({"id": "evt_1", "type": kind, "data": {"object": record}}).encode())
