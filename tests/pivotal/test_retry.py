"""When a failed attempt is repeated, after how long, and what the error says when it is not."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.pivotal import (
    AuthenticationFailed,
    Conflict,
    InternalError,
    InvalidRequest,
    RateLimited,
    RetryPolicy,
    TimedOut,
    Timeout,
    UnexpectedResponse,
    Unreachable,
)
from bot.pivotal.calls import Repeat
from bot.pivotal.retry import Trouble, next_delay, retry_after, still_in_flight

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
RECORD = {"id": "onb_1", "display_id": 89, "customer_id": "cus_1", "phase": "review", "state": "active", "name": "A"}

policies = st.builds(
    RetryPolicy,
    first_delay=st.floats(0, 60),
    factor=st.floats(1, 10),
    cap=st.floats(0, 120),
    jitter=st.floats(0, 1),
)


def json(body, status=200, **headers):
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def error(status, kind, code="x", **headers):
    return json({"error": {"type": kind, "code": code, "message": "Sorry."}}, status, **headers)


def fine():
    return json(RECORD)


def internal():
    return error(500, "internal_error")


def limited(wait="7"):
    return error(429, "rate_limit_error", "rate_limited", retry_after=wait)


def refused():
    return httpx.ConnectError("[Errno 111] Connection refused")


def dropped():
    return httpx.RemoteProtocolError("Server disconnected without sending a response.")


# The formula


@given(policy=policies, repeat=st.integers(1, 5000), chance=st.floats(0, 1))
def test_a_delay_is_neither_negative_nor_beyond_the_cap(policy, repeat, chance):
    assert 0 <= policy.delay(repeat, chance=chance) <= policy.cap


@given(policy=policies, repeat=st.integers(1, 50), chance=st.floats(0, 1))
def test_a_delay_stays_within_the_jitter(policy, repeat, chance):
    planned = min(policy.cap, policy.first_delay * policy.factor ** (repeat - 1))

    delay = policy.delay(repeat, chance=chance)

    assert planned * (1 - policy.jitter) - 1e-9 <= delay <= planned * (1 + policy.jitter) + 1e-9


@given(policy=policies, repeat=st.integers(1, 50), chance=st.floats(0, 1))
def test_delays_do_not_shrink(policy, repeat, chance):
    assert policy.delay(repeat, chance=chance) <= policy.delay(repeat + 1, chance=chance) + 1e-9


def test_the_default_delays():
    policy = RetryPolicy()

    assert [policy.delay(repeat, chance=0.5) for repeat in (1, 2, 3, 9)] == [0.5, 1, 2, 30]
    assert [policy.delay(1, chance=chance) for chance in (0, 1)] == [0.375, 0.625]


# The decision


@given(
    trouble=st.builds(
        Trouble,
        status=st.none() | st.integers(100, 599),
        sent=st.booleans(),
        in_flight=st.booleans(),
        retry_after=st.none() | st.floats(0, 1e6),
    ),
    repeat=st.sampled_from(Repeat),
    attempts=st.integers(1, 10),
    chance=st.floats(0, 1),
)
def test_nothing_is_repeated_too_often_or_too_late_or_over_somebodys_work(trouble, repeat, attempts, chance):
    policy = RetryPolicy()

    delay = next_delay(trouble, repeat=repeat, attempts=attempts, policy=policy, chance=chance)

    if delay is not None:
        assert attempts <= policy.retries
        assert delay <= policy.longest_retry_after
        assert trouble.retry_after in (None, delay)
        assert repeat is not Repeat.UNSENT or trouble.status == 429 or not trouble.sent


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("idempotency_key_in_flight", True),
        ("idempotency_in_progress", True),
        ("request_in_flight", True),
        ("idempotency_key_reused", False),
        ("idempotency_body_mismatch", False),
        ("slug_taken", False),
        (None, False),
    ],
)
def test_the_words_of_a_code_tell_what_is_in_flight(code, expected):
    assert still_in_flight(code) is expected


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("1.5", 1.5),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        ("Mon, 07 Sep 2026 09:00:30 -0000", 30),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        ("1e300", 366 * 86400),
        ("-1", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header, seconds):
    assert retry_after(header, now=NOW) == seconds


huge = st.integers(0, 10**30)


@given(
    st.text()
    | st.builds("Mon, {} Sep {} {}:00:{} {:+05d}".format, huge, huge, huge, huge, st.integers(-(10**20), 10**20))
    | st.builds("Mon, 01 Jan {:04d} 00:00:00 {:+05d}".format, huge | st.integers(0, 9999), st.integers(-2359, 2359))
)
@example("Mon, 01 Jan 999999999999999999999 00:00:00 GMT")
def test_no_retry_after_breaks_the_reader(header):
    seconds = retry_after(header, now=NOW)

    assert seconds is None or seconds >= 0


# What the clients make of it


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_reading_is_repeated_after_growing_delays(api, server, time, status):
    server.says(*[httpx.Response(status)] * 3, fine())

    onboarding = api.onboardings.get(89)

    assert onboarding.display_id == 89
    assert time.pauses == [0.5, 1, 2]


@pytest.mark.parametrize("failure", [refused(), dropped(), httpx.ReadTimeout(""), httpx.PoolTimeout("")])
def test_reading_is_repeated_when_the_network_fails(api, server, time, failure):
    server.says(failure, fine())

    api.onboardings.get(89)

    assert len(server.requests) == 2
    assert time.pauses == [0.5]


def test_after_three_repeats_the_last_error_is_raised(api, server):
    server.says(internal())

    with pytest.raises(InternalError) as caught:
        api.onboardings.get(89)

    assert caught.value.attempts == len(server.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418])
def test_what_would_fail_again_is_not_repeated(api, server, status):
    server.says(error(status, "whatever"))

    with pytest.raises(Exception, match="Sorry"):
        api.onboardings.get(89)

    assert len(server.requests) == 1


def test_without_a_policy_nothing_is_repeated(make, server):
    server.says(internal())

    with pytest.raises(InternalError):
        make(retry=None).onboardings.get(89)

    assert len(server.requests) == 1


def test_retry_after_takes_the_place_of_the_delay(api, server, time):
    server.says(limited("7"), fine())

    api.onboardings.get(89)

    assert time.pauses == [7]


def test_retry_after_may_be_a_date(api, server, time):
    server.says(
        error(503, "internal_error", retry_after=format_datetime(NOW + timedelta(seconds=4), usegmt=True)), fine()
    )

    api.onboardings.get(89)

    assert time.pauses == [4]


def test_a_wait_beyond_the_limit_fails_at_once_and_tells_it(make, server, time):
    server.says(limited("61"))

    with pytest.raises(RateLimited) as caught:
        make(timeout=Timeout(total=600)).onboardings.get(89)

    assert (caught.value.retry_after, caught.value.attempts, time.pauses) == (61, 1, [])


def test_a_wait_beyond_the_total_time_fails_at_once_and_tells_it(make, server, time):
    server.says(limited("30"))

    with pytest.raises(RateLimited) as caught:
        make(timeout=Timeout(total=25)).onboardings.get(89)

    assert (caught.value.retry_after, time.pauses) == (30, [])


def test_a_429_without_a_wait_waits_for_the_window(api, server, time):
    reset = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW.timestamp() + 9)}
    server.says(httpx.Response(429, headers=reset), fine())

    api.onboardings.get(89)

    assert time.pauses == [9]


def test_a_clock_that_stands_still_does_not_hang_a_call(make, server):
    server.says(limited("7"), internal(), fine())
    pauses = []
    api = make(clock=lambda: NOW, **_sleeping(make, pauses))

    api.onboardings.get(89)

    assert pauses == [7, 1]


def _sleeping(make, pauses):
    async def awaited(seconds):
        pauses.append(seconds)

    return {"sleep": awaited if type(make()).__name__ == "Driven" else pauses.append}


# Writing


def test_a_create_keeps_its_key_through_all_attempts(api, server):
    server.says(internal(), dropped(), fine())

    api.customers.create("A")

    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_every_create_has_a_key_of_its_own_unless_one_is_given(api, server):
    server.says(fine())

    api.customers.create("A")
    api.customers.create("A")
    api.customers.create("A", idempotency_key="mine")

    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "ä"])
def test_a_key_that_no_header_can_carry_is_refused(api, key):
    with pytest.raises(ValueError, match="1 to 255 printable ASCII characters"):
        api.customers.create("A", idempotency_key=key)


def test_a_create_whose_first_request_is_in_flight_waits_for_it(api, server, time):
    server.says(error(409, "conflict", "idempotency_key_in_flight"), fine())

    api.customers.create("A")

    assert time.pauses == [0.5]


def test_a_create_still_in_flight_at_the_end_may_have_been_applied(api, server):
    server.says(error(409, "conflict", "idempotency_key_in_flight"))

    with pytest.raises(Conflict) as caught:
        api.customers.create("A")

    assert (caught.value.attempts, caught.value.maybe_applied) == (4, True)


def test_a_name_that_is_taken_is_not_asked_for_again(api, server):
    server.says(error(409, "conflict", "slug_taken"))

    with pytest.raises(Conflict) as caught:
        api.customers.create("A")

    assert (caught.value.code, caught.value.attempts, caught.value.maybe_applied) == ("slug_taken", 1, False)


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (internal(), InternalError),
        (httpx.Response(502, html="<html>Bad gateway</html>"), UnexpectedResponse),
        (httpx.Response(408), UnexpectedResponse),
        (httpx.Response(200, text="{"), UnexpectedResponse),
        (dropped(), Unreachable),
        (httpx.ReadTimeout(""), TimedOut),
    ],
)
def test_a_change_that_may_have_been_applied_is_not_repeated_and_says_so(api, server, failure, kind):
    server.says(failure)

    with pytest.raises(kind) as caught:
        api.onboardings.update(89, phase="launch")

    assert (caught.value.maybe_applied, caught.value.attempts) == (True, 1)


@pytest.mark.parametrize("failure", [refused(), httpx.ConnectTimeout(""), httpx.PoolTimeout(""), limited("1")])
def test_a_change_that_surely_was_not_applied_is_repeated(api, server, failure):
    server.says(failure, fine())

    api.onboardings.update(89, phase="launch")

    assert len(server.requests) == 2


@pytest.mark.parametrize("failure", [refused(), limited("1"), error(400, "invalid_request_error")])
def test_a_change_that_surely_was_not_applied_says_so(api, server, failure):
    server.says(failure)

    with pytest.raises(Exception, match=r"Sorry|refused") as caught:
        api.onboardings.update(89, phase="launch")

    assert caught.value.maybe_applied is False


def test_a_change_may_be_repeated_when_told_so(api, server):
    server.says(internal(), dropped(), fine())

    api.onboardings.update(89, phase="launch", repeat=True)

    assert len(server.requests) == 3


def test_an_earlier_attempt_that_may_have_been_applied_is_not_forgotten(api, server):
    server.says(dropped(), error(404, "not_found"))

    with pytest.raises(Exception, match="Sorry") as caught:
        api.onboardings.delete(89)

    assert (caught.value.attempts, caught.value.maybe_applied) == (2, True)


def test_reading_never_says_that_it_may_have_been_applied(api, server):
    server.says(dropped())

    with pytest.raises(Unreachable) as caught:
        api.onboardings.get(89)

    assert caught.value.maybe_applied is False


# What errors say


def test_an_error_never_holds_the_key(api, server):
    key = "pivotal_K8s9SecretSecretSecret"
    server.says(
        error(401, "authentication_error"),
        httpx.Response(403, text=f"Forbidden: Authorization: Bearer {key}"),
        httpx.ConnectError(f"proxy said {key}"),
    )

    for kind in (AuthenticationFailed, UnexpectedResponse, Unreachable):
        with pytest.raises(kind) as caught:
            api.onboardings.get(89)
        assert key not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


def test_a_message_that_repeats_the_key_is_told_without_it(api, server):
    told = {"type": "authentication_error", "code": "x", "message": "Unknown key pivotal_K8s9SecretSecretSecret"}
    server.says(json({"error": told}, 401))

    with pytest.raises(AuthenticationFailed, match="Unknown key pivotal_K8s9…"):
        api.onboardings.get(89)


def test_a_key_that_comes_back_in_any_part_of_an_error_is_not_in_ours(api, server):
    key = "pivotal_K8s9SecretSecretSecret"
    told = {"type": f"no {key}", "code": key, "message": f"No {key}", "field": ["headers", key]}
    server.says(json({"error": told}, 400))

    with pytest.raises(InvalidRequest) as caught:
        api.onboardings.get(89)

    error = caught.value
    assert key not in f"{error} {error!r} {vars(error)}"
    assert (error.type, error.code, error.field) == ("no pivotal_K8s9…", "pivotal_K8s9…", "headers.pivotal_K8s9…")


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "Mon, 01 Jan 999999999999999999999 00:00:00 GMT"},
        {"x-ratelimit-limit": "9" * 400, "x-ratelimit-remaining": "5", "x-ratelimit-reset": "1788771660"},
    ],
)
def test_headers_that_make_no_sense_do_not_spoil_an_answer(api, server, headers):
    server.says(httpx.Response(200, json=RECORD, headers=headers))

    told = [api.in_background().onboardings.get(89).display_id for _ in range(3)]

    assert told == [89, 89, 89]


@pytest.mark.parametrize("lane", ["interactive", "background"])
def test_an_absurd_wait_is_told_and_does_not_lock_the_client_for_as_long(api, server, time, lane):
    server.says(limited("86400000"), fine())
    chosen = api.in_background() if lane == "background" else api

    with pytest.raises(RateLimited) as first:
        chosen.onboardings.get(89)
    with pytest.raises(RateLimited) as second:
        api.onboardings.get(89)
    time.passes(121)

    assert (first.value.retry_after, second.value.retry_after) == (366 * 86400, 120)
    assert api.onboardings.get(89).display_id == 89
    assert (len(server.requests), time.pauses) == (2, [])


def test_a_walk_waits_as_long_as_it_is_told_and_has_time_for(api, server, time):
    server.says(limited("200"), fine())

    api.in_background().onboardings.get(89)

    assert time.pauses == [200]


def test_a_body_that_is_not_in_the_encoding_it_claims_is_unexpected(api, server):
    broken = {"content-encoding": "gzip"}
    server.says(lambda _: httpx.Response(200, headers=broken, stream=Plain(b"no gzip")))

    with pytest.raises(UnexpectedResponse, match="cannot be decoded") as caught:
        api.onboardings.update(89, phase="launch")

    assert (caught.value.status, caught.value.maybe_applied, caught.value.attempts) == (200, True, 1)


def test_an_answer_that_may_be_repeated_is_so_whatever_encoding_it_claims(api, server):
    server.says(lambda _: httpx.Response(503, headers={"content-encoding": "gzip"}, stream=Plain(b"no gzip")), fine())

    assert api.onboardings.get(89).display_id == 89


class Plain(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body as it goes over the wire."""

    def __init__(self, body):
        self._body = body

    def __iter__(self):
        yield self._body

    async def __aiter__(self):
        yield self._body


def test_a_429_in_any_words_is_a_rate_limit(make, server):
    server.says(httpx.Response(429, text="Slow down!", headers={"retry-after": "9"}))

    with pytest.raises(RateLimited, match="Slow down!") as caught:
        make(retry=None).onboardings.get(89)

    assert caught.value.retry_after == 9


def test_an_answer_that_is_no_json_is_quoted_in_its_error(api, server):
    server.says(httpx.Response(404, text="<html>" + "x" * 500))

    with pytest.raises(UnexpectedResponse) as caught:
        api.onboardings.get(89)

    assert caught.value.status == 404
    assert "x" * 194 in str(caught.value)
    assert "x" * 195 not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, "invalid_request_error", "InvalidRequest"),
        (401, "authentication_error", "AuthenticationFailed"),
        (403, "permission_error", "PermissionDenied"),
        (404, "not_found", "NotFound"),
        (409, "conflict", "Conflict"),
        (429, "rate_limit_error", "RateLimited"),
        (500, "internal_error", "InternalError"),
        (422, "brand_new", "InvalidRequest"),
        (501, "brand_new", "InternalError"),
        (418, "brand_new", "UnexpectedResponse"),
    ],
)
def test_an_errors_class_follows_its_type_and_a_new_types_its_status(make, server, status, kind, expected):
    server.says(error(status, kind))

    with pytest.raises(Exception, match="Sorry") as caught:
        make(retry=None).onboardings.get(89)

    assert type(caught.value).__name__ == expected
    assert (caught.value.status, caught.value.type) == (status, kind)


# The total time


class Drip(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body whose every byte takes a second."""

    def __init__(self, time):
        self._time = time

    def __iter__(self):
        for byte in b"{" * 100:
            self._time.passes(1)
            yield bytes([byte])

    async def __aiter__(self):
        for byte in self:
            yield byte


def test_an_answer_that_drips_in_is_given_up_at_the_total_time(make, server, time):
    server.says(lambda _: httpx.Response(200, stream=Drip(time)))
    began = time.now

    with pytest.raises(TimedOut) as caught:
        make(timeout=Timeout(total=10)).onboardings.update(89, phase="launch")

    assert (time.now - began).total_seconds() == 10
    assert (caught.value.maybe_applied, caught.value.attempts) == (True, 1)
    assert "within 10 s" in str(caught.value)


def test_every_attempt_has_only_the_time_that_is_left(make, server, time):
    def slow(request):
        time.passes(5)
        raise httpx.ReadTimeout("")

    server.says(slow)

    with pytest.raises(TimedOut):
        make(timeout=Timeout(read=8, total=12)).onboardings.get(89)

    assert [request.extensions["timeout"]["read"] for request in server.requests] == [8, 6.5, 0.5]


def test_a_repeat_that_could_not_begin_in_time_is_not_waited_for(make, server, time):
    def slow(request):
        time.passes(8)
        return internal()

    server.says(slow)

    with pytest.raises(InternalError) as caught:
        make(timeout=Timeout(total=8.4)).onboardings.get(89)

    assert (caught.value.attempts, time.pauses) == (1, [])
