"""Both clients over real HTTP, against the local Pivotal and its faults."""

from datetime import date

import pytest

from bot.pivotal import (
    AuthenticationFailed,
    Conflict,
    InternalError,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RateLimited,
    RetryPolicy,
    TimedOut,
    Timeout,
    UnexpectedResponse,
    Unreachable,
)
from bot.pivotal.operations import samples
from bot.sandbox.pivotal import Fault


@pytest.fixture
def api(make, pivotal):
    return make(local=pivotal)


def statuses(pivotal):
    return [request.status for request in pivotal.requests]


def test_a_customer_is_onboarded_from_first_to_last(api, pivotal):
    customer = api.customers.create("Aurora Foods", domain="aurora.example", mrr=125000)
    contact = api.contacts.create(customer.id, name="Zoe", email="Zoe@Aurora.example", is_primary=True)
    onboarding = api.onboardings.create(customer.display_id, target_launch_date=date(2026, 10, 19))
    moved = api.onboardings.update(onboarding.id, phase="review", notes="Likes tea")
    waiting = api.onboardings.set_waiting(onboarding.display_id, waiting=True)
    listed = api.customers.onboardings(customer.id).first()

    assert (customer.slug, contact.email, contact.is_primary) == ("aurora-foods", "zoe@aurora.example", True)
    assert (onboarding.phase, onboarding.target_launch_date) == ("before_getting_started", date(2026, 10, 19))
    assert (moved.phase, moved.notes) == ("review", "Likes tea")
    assert (waiting.state, waiting.waiting_on_customer) == ("waiting", True)
    assert listed == waiting
    assert pivotal.transitions(onboarding.id) == ["review"]


def test_records_are_changed_and_deleted(api, pivotal):
    customer = api.customers.create("Aurora Foods")
    contact = api.contacts.create(customer.id, name="Zoe", email="zoe@aurora.example")

    renamed = api.customers.update(customer.id, name="Aurora", slack_channel_id=None)
    retitled = api.contacts.update(contact.id, title="CFO", labels=["billing"])
    gone = [api.contacts.delete(contact.display_id), api.contacts.delete(contact.id), api.customers.delete(customer.id)]

    assert (renamed.name, retitled.title, retitled.labels) == ("Aurora", "CFO", ("billing",))
    assert [each.deleted for each in gone] == [True, True, True]
    with pytest.raises(NotFound):
        api.customers.get(customer.id)


def test_me_and_health_answer(api, pivotal):
    me, health = api.me(), api.health()

    assert (me.api_key.name, health.status) == ("onboarding-bot", "ok")
    assert api.key_prefix == me.api_key.prefix


def test_every_operation_is_one_of_the_servers_openapi_document(api, pivotal):
    paths = api.openapi().root["paths"]

    ours = {(call.method.lower(), call.route.replace("{customerId}", "{id}")) for call in samples()}

    assert ours == {(method, path) for path, methods in paths.items() for method in methods}


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("me", "test_mode_guide"),
        ("names", False),
        ("cursor_on_last_page", True),
        ("replay_status", "ok"),
        ("waiting", "independent"),
    ],
)
def test_either_side_of_a_contradiction_is_read(api, pivotal, switch, value):
    setattr(pivotal.switches, switch, value)
    pivotal.has_onboarding(89)
    pivotal.fails(Fault.drop_after, method="POST")

    me, created = api.me(), api.customers.create("Nova")
    api.onboardings.set_waiting(89, waiting=True)
    rows = list(api.onboardings.rows(limit=1))

    assert (me.api_key.name, created.name) == ("onboarding-bot", "Nova")
    assert [(row.display_id, row.state, row.waiting_on_customer) for row in rows] == [(89, "waiting", True)]
    assert sum(request.path == "/onboardings" for request in pivotal.requests) == 1


def test_a_taken_slug_and_a_bad_value_are_told_apart(api, pivotal):
    pivotal.has_customer("Aurora Foods", slug="aurora")
    pivotal.has_onboarding(89)

    with pytest.raises(Conflict) as taken:
        api.customers.create("Another", slug="aurora")
    with pytest.raises(InvalidRequest) as invalid:
        api.onboardings.update(89, phase="nowhere")

    assert (taken.value.code, taken.value.attempts) == ("slug_taken", 1)
    assert invalid.value.field == "phase"


def test_a_stranger_has_no_way_in(make, pivotal):
    with pytest.raises(AuthenticationFailed):
        make("pivotal_nobodysKey00", local=pivotal).me()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.revoked_key, AuthenticationFailed),
        (Fault.forbidden, PermissionDenied),
        (Fault.error_500, InternalError),
        (Fault.html_502, UnexpectedResponse),
        (Fault.broken_body, UnexpectedResponse),
        (Fault.drop_before, Unreachable),
        (Fault.rate_limited(99), RateLimited),
    ],
)
def test_every_fault_has_its_error(api, pivotal, fault, kind):
    pivotal.has_onboarding(89)
    pivotal.fails(fault, times=9)

    with pytest.raises(kind) as caught:
        api.onboardings.get(89)

    assert (caught.value.method, caught.value.path) == ("GET", "/onboardings/89")
    assert caught.value.attempts == len(pivotal.requests)
    assert pivotal.live_key not in str(caught.value)


def test_odd_values_are_read_as_they_are(api, pivotal):
    pivotal.has_onboarding(89)
    pivotal.fails(Fault.odd_values)

    onboarding = api.onboardings.get(89)

    assert (onboarding.phase, onboarding.state) == ("pilot_run", "on_hold")


@pytest.mark.parametrize("fault", [Fault.drop_before, Fault.drop_after, Fault.error_500_after, Fault.html_502_after])
def test_a_create_that_fails_once_happens_once(api, pivotal, fault):
    customer = pivotal.has_customer("Aurora Foods")
    pivotal.fails(fault, method="POST")

    onboarding = api.onboardings.create(customer["id"])

    assert [row.id for row in api.onboardings.list()] == [onboarding.id]


@pytest.mark.parametrize("fault", [Fault.drop_after, Fault.error_500_after, Fault.html_502_after, Fault.broken_body])
def test_a_change_whose_answer_is_lost_is_sent_once_and_may_have_been_applied(api, pivotal, fault):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(fault, method="PATCH")

    with pytest.raises((Unreachable, InternalError, UnexpectedResponse)) as caught:
        api.onboardings.update(89, phase="launch")

    assert caught.value.maybe_applied is True
    assert pivotal.transitions(89) == ["launch"]
    assert len(pivotal.patches(89)) == 1


def test_a_change_that_met_a_429_is_repeated_and_made_once(api, pivotal, time):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(Fault.rate_limited(3), method="PATCH")

    api.onboardings.update(89, phase="launch")

    assert pivotal.transitions(89) == ["launch"]
    assert time.pauses == [3]


def test_nobody_at_home_is_unreachable_and_surely_not_applied(make, pivotal, unused_tcp_port):
    api = make(local=pivotal, retry=RetryPolicy(retries=1))
    lost = make(http_client=None, base_url=f"http://127.0.0.1:{unused_tcp_port}/api/v1", retry=RetryPolicy(retries=1))

    with pytest.raises(Unreachable) as caught:
        lost.onboardings.update(89, phase="launch")

    assert (caught.value.maybe_applied, caught.value.attempts) == (False, 2)
    assert api.health().status == "ok"


def test_an_answer_that_does_not_come_is_given_up(make, pivotal):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(Fault.slow(9), method="PATCH")

    with pytest.raises(TimedOut) as caught:
        make(local=pivotal, timeout=Timeout(read=1)).onboardings.update(89, phase="launch")

    assert (caught.value.maybe_applied, pivotal.phase_of(89)) == (True, "launch")


def test_no_call_outlives_its_total_time(make, pivotal):
    pivotal.has_onboarding(89)
    pivotal.fails(Fault.slow(3600))

    with pytest.raises(TimedOut):
        make(local=pivotal, timeout=Timeout(read=3600, total=0.1), retry=None).onboardings.get(89)


def test_what_somebody_else_used_up_is_noticed_before_it_hurts(make, pivotal, time):
    pivotal.rate_limit = 10
    pivotal.has_onboarding(89)
    ours, others = make(local=pivotal, timeout=Timeout(total=90)), make(local=pivotal)
    ours.me()
    for _ in range(8):
        others.me()

    for _ in range(4):
        ours.onboardings.get(89)

    assert set(statuses(pivotal)) == {200}
    assert sum(time.pauses) == pytest.approx(61)


def test_a_call_that_would_wait_too_long_for_the_window_says_so_at_once(make, pivotal, time):
    pivotal.rate_limit = 1
    api = make(local=pivotal, timeout=Timeout(total=25))
    api.me()

    with pytest.raises(RateLimited, match="used up for another 61 s") as caught:
        api.me()

    assert (caught.value.retry_after, caught.value.attempts, caught.value.status) == (61, 0, None)
    assert statuses(pivotal) == [200]
    assert time.pauses == []


def test_a_429_holds_back_the_next_caller_too(make, pivotal, time):
    pivotal.fails(Fault.rate_limited(20))
    api = make(local=pivotal, retry=None)
    with pytest.raises(RateLimited):
        api.me()

    api.health()
    untouched = list(time.pauses)
    api.me()

    assert (untouched, time.pauses) == ([], [20])


def test_no_proxy_is_asked_on_the_way_to_this_machine(make, pivotal, monkeypatch, unused_tcp_port):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_tcp_port}")

    assert make(local=pivotal).health().status == "ok"
