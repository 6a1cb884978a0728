"""One call from first to last, without a network: whatever comes, it ends in time, and writes at most once blindly."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pivotal import PivotalError, RetryPolicy, TimedOut
from bot.pivotal.answers import Answer, Loss, Lost
from bot.pivotal.exchange import Exchange, Listen, Pause, Terms
from bot.pivotal.operations import contacts, meta, onboardings
from bot.pivotal.pacing import Lane, Pacer

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
ONBOARDING = b'{"id":"onb_1","display_id":89,"customer_id":"cus_1","phase":"review","state":"active"}'
LIMITS = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "9", "x-ratelimit-reset": str(NOW.timestamp() + 30)}
IN_FLIGHT = b'{"error":{"type":"conflict","code":"idempotency_key_in_flight","message":"Wait."}}'
CALLS = (
    onboardings.get(89),
    onboardings.create("cus_1"),
    onboardings.update(89, phase="launch"),
    onboardings.update(89, phase="launch", repeat=True),
    onboardings.delete(89),
    contacts.get(7),
    meta.health(),
)

answers = st.builds(
    Answer,
    status=st.sampled_from([200, 201, 204, 301, 400, 404, 408, 409, 429, 500, 502, 503]),
    headers=st.sampled_from([{}, LIMITS, {"retry-after": "3"}, LIMITS | {"retry-after": "40"}, {"retry-after": "1e9"}]),
    body=st.sampled_from([ONBOARDING, IN_FLIGHT, b"", b"<html>", b'{"error":{"type":"not_found"}}']),
)
happenings = st.lists(
    st.tuples(answers | st.builds(Lost, st.sampled_from(Loss)), st.floats(0, 12)), min_size=1, max_size=12
)


def begun(call, *, total=25, pacer=None, lane=Lane.INTERACTIVE, policy=RetryPolicy()):  # noqa: B008 - it is frozen
    terms = Terms(policy, pacer or Pacer(), lambda: 0.5, lambda: "key_1", lambda text: text)
    return Exchange(call, terms, lane=lane, total=total, now=NOW)


@given(call=st.sampled_from(CALLS), happenings=happenings, lane=st.sampled_from(Lane))
def test_whatever_comes_a_call_ends_in_time_and_writes_at_most_once_blindly(call, happenings, lane):
    pacer = Pacer()
    exchange = begun(call, pacer=pacer, lane=lane)
    now, blind, sent, keys, result, errors = NOW, 0, 0, set(), None, []

    try:
        while result is None:
            step = exchange.step(now)
            assert not isinstance(step, Listen)
            if isinstance(step, Pause):
                now += timedelta(seconds=step.seconds)
                assert (now - NOW).total_seconds() < 25
                continue
            happening, seconds = happenings[sent % len(happenings)]
            sent, now = sent + 1, now + timedelta(seconds=min(seconds, step.seconds))
            keys.add(step.idempotency_key)
            blind += isinstance(happening, Lost) and happening.loss.sent
            result = exchange.take(happening, now)
    except PivotalError as error:
        errors.append(error)

    assert all(error.attempts == sent for error in errors)
    assert not any(error.maybe_applied for error in errors) or call.method != "GET"
    assert sent <= 4
    assert len(keys) <= 1
    assert (now - NOW).total_seconds() <= 25
    assert blind <= 1 or call not in CALLS[2:3]
    assert not pacer._under_way


def test_a_call_that_never_got_its_turn_ends_with_its_time():
    pacer = Pacer()
    for _ in range(2):
        pacer.admit(Lane.BACKGROUND, now=NOW)
    exchange = begun(meta.me(), pacer=pacer, lane=Lane.BACKGROUND, total=10)

    first = exchange.step(NOW)

    assert first == Listen(10)
    with pytest.raises(TimedOut, match="within 10 s") as caught:
        exchange.step(NOW + timedelta(seconds=10))
    assert (caught.value.attempts, caught.value.maybe_applied) == (0, False)


def test_a_429_to_a_call_without_the_key_holds_nobody_back():
    pacer = Pacer()
    exchange = begun(meta.health(), pacer=pacer)
    exchange.step(NOW)

    exchange.take(Answer(429, {"retry-after": "5"}, b""), NOW)

    assert exchange.step(NOW) == Pause(5)
    assert not isinstance(begun(meta.me(), pacer=pacer).step(NOW), Pause)


def test_a_call_that_is_given_up_before_anything_was_sent_was_not_applied():
    exchange = begun(onboardings.update(89, phase="launch"))
    exchange.step(NOW)

    exchange.abandon(NOW, sent=False)

    assert exchange.timed_out().maybe_applied is False


def test_a_call_that_is_given_up_in_the_middle_may_have_been_applied():
    exchange = begun(onboardings.update(89, phase="launch"))
    exchange.step(NOW)

    exchange.abandon(NOW, sent=True)

    assert exchange.timed_out().maybe_applied is True
