"""Sharing a rate limit: people first, nobody runs into a 429 that could be foreseen, nobody is starved."""

from collections import deque
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pivotal import RateLimited
from bot.pivotal.pacing import (
    LONGEST_GUESS,
    LONGEST_WINDOW,
    WHOLE_SECOND,
    Full,
    Lane,
    Pacer,
    RateLimit,
    Ticket,
    Unclear,
)

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
RESET = NOW + timedelta(seconds=60)
PERSON, WALK = Lane.INTERACTIVE, Lane.BACKGROUND


def seconds(count):
    return timedelta(seconds=count)


def told(remaining, limit=30, resets_at=RESET):
    return RateLimit(limit, remaining, resets_at)


def knowing(remaining, limit=30, **options):
    """A pacer that has just been told how much is left."""
    pacer = Pacer(**options)
    pacer.settle(pacer.admit(PERSON, now=NOW), now=NOW, rate=told(remaining, limit), answered=True)
    return pacer


def admitted(pacer, lane, *, now=NOW, most=200):
    """How many requests go at once."""
    tickets = [pacer.admit(lane, now=now) for _ in range(most)]
    return sum(isinstance(ticket, Ticket) for ticket in tickets)


def test_before_the_first_answer_only_a_few_background_requests_go():
    pacer = Pacer()

    assert admitted(pacer, WALK) == 2
    assert isinstance(pacer.admit(WALK, now=NOW), Unclear)


def test_before_the_first_answer_people_go():
    assert admitted(Pacer(), PERSON, most=10) == 10


@pytest.mark.parametrize(("limit", "kept"), [(30, 7), (60, 15), (600, 150), (3, 0), (1, 0)])
def test_the_background_leaves_a_quarter_of_the_window_to_people(limit, kept):
    pacer = knowing(limit, limit)

    assert admitted(pacer, WALK, most=700) == limit - kept
    assert admitted(pacer, PERSON, most=700) == kept


def test_another_reserve_can_be_left():
    assert admitted(knowing(30, reserve=0.5), WALK) == 15


def test_requests_under_way_count_against_what_is_left():
    pacer = knowing(10)

    assert admitted(pacer, PERSON) == 10
    assert isinstance(pacer.admit(PERSON, now=NOW), Unclear)


def test_with_nothing_left_and_nothing_under_way_everybody_waits_for_the_reset():
    pacer = knowing(0)

    assert pacer.admit(PERSON, now=NOW) == Full(RESET + WHOLE_SECOND)
    assert pacer.admit(WALK, now=NOW) == Full(RESET + WHOLE_SECOND)


def test_the_background_waits_for_the_reset_while_people_go_on():
    pacer = knowing(7)

    assert pacer.admit(WALK, now=NOW) == Full(RESET + WHOLE_SECOND)
    assert admitted(pacer, PERSON) == 7


def test_after_the_reset_one_request_asks_how_much_there_is():
    pacer = knowing(0)
    later = RESET + WHOLE_SECOND

    probe = pacer.admit(WALK, now=later)
    crowd = [pacer.admit(PERSON, now=later), pacer.admit(WALK, now=later)]
    pacer.settle(probe, now=later, rate=told(29, resets_at=later + seconds(60)), answered=True)

    assert crowd == [Unclear(), Unclear()]
    assert admitted(pacer, PERSON, now=later) == 29


def test_what_a_request_without_an_answer_cost_is_counted():
    pacer = knowing(2)

    pacer.settle(pacer.admit(PERSON, now=NOW), now=NOW)
    pacer.settle(pacer.admit(PERSON, now=NOW), now=NOW)

    assert isinstance(pacer.admit(PERSON, now=NOW), Full)


def test_an_older_requests_answer_does_not_raise_what_a_newer_one_said():
    pacer = knowing(20)
    older, newer = pacer.admit(PERSON, now=NOW), pacer.admit(PERSON, now=NOW)

    pacer.settle(newer, now=NOW, rate=told(3), answered=True)
    pacer.settle(older, now=NOW, rate=told(19), answered=True)

    assert pacer.seen.remaining == 3


def test_a_429_closes_the_gate_for_everybody_and_one_goes_ahead_when_it_opens():
    pacer = knowing(20)
    unlucky = pacer.admit(WALK, now=NOW)
    pacer.close(until=NOW + seconds(7), now=NOW)
    pacer.settle(unlucky, now=NOW, rate=told(0))

    closed = [pacer.admit(lane, now=NOW + seconds(6)) for lane in Lane]
    ahead = pacer.admit(WALK, now=NOW + seconds(7))
    behind = pacer.admit(PERSON, now=NOW + seconds(7))
    pacer.settle(ahead, now=NOW + seconds(7), rate=told(29, resets_at=NOW + seconds(67)), answered=True)

    assert closed == [Full(NOW + seconds(7))] * 2
    assert isinstance(ahead, Ticket)
    assert behind == Unclear()
    assert admitted(pacer, PERSON, now=NOW + seconds(7)) == 29


def test_the_gate_opens_again_when_the_one_that_went_ahead_is_lost():
    pacer = knowing(20)
    pacer.close(until=NOW + seconds(7), now=NOW)

    pacer.settle(pacer.admit(PERSON, now=NOW + seconds(7)), now=NOW + seconds(8))

    assert isinstance(pacer.admit(PERSON, now=NOW + seconds(8)), Ticket)


def test_a_shorter_429_does_not_open_the_gate_sooner():
    pacer = knowing(20)
    pacer.close(until=NOW + seconds(30), now=NOW)
    pacer.close(until=NOW + seconds(5), now=NOW)

    assert pacer.admit(PERSON, now=NOW + seconds(6)) == Full(NOW + seconds(30))


def test_an_answer_to_something_sent_before_a_429_does_not_open_the_gate():
    pacer = knowing(20)
    lucky = pacer.admit(PERSON, now=NOW)
    pacer.close(until=NOW + seconds(7), now=NOW)

    pacer.settle(lucky, now=NOW, rate=told(5), answered=True)

    assert pacer.admit(PERSON, now=NOW) == Full(NOW + seconds(7))


def test_a_reset_that_is_far_away_is_not_believed():
    pacer = Pacer()
    pacer.settle(pacer.admit(PERSON, now=NOW), now=NOW, rate=told(0, resets_at=NOW + 9 * LONGEST_WINDOW))

    assert pacer.admit(PERSON, now=NOW) == Full(NOW + LONGEST_WINDOW + WHOLE_SECOND)


def closed_by_a_429():
    pacer = Pacer()
    pacer.close(until=NOW + seconds(40), now=NOW)
    return pacer


@pytest.mark.parametrize(("full", "wait"), [(closed_by_a_429, 40), (lambda: knowing(0), 61)], ids=["a 429", "used up"])
@pytest.mark.parametrize("ahead", [seconds(50), timedelta(hours=6), timedelta(days=365)], ids=["50 s", "6 h", "1 year"])
def test_a_clock_that_was_ahead_is_put_right_and_nobody_waits_longer_for_it(full, wait, ahead):
    pacer = full()
    right = NOW - ahead

    told = [pacer.admit(lane, now=right) for lane in Lane]

    assert told == [Full(right + seconds(wait))] * 2
    assert isinstance(pacer.admit(PERSON, now=right + seconds(wait)), Ticket)


def test_what_an_older_request_brings_after_a_clock_was_put_right_keeps_nobody_waiting_for_it():
    pacer = knowing(20)
    older, newer = pacer.admit(PERSON, now=NOW), pacer.admit(PERSON, now=NOW)
    right = NOW - timedelta(hours=6)

    pacer.settle(newer, now=NOW, rate=told(0), answered=True)
    pacer.settle(older, now=right, rate=told(1, resets_at=right + seconds(30)), answered=True)

    assert pacer.admit(PERSON, now=right) == Full(right + seconds(60) + WHOLE_SECOND)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(-(10**6), 10**6)), min_size=1))
def test_however_a_clock_jumps_nobody_waits_longer_than_was_ever_told(jumps):
    pacer, now = Pacer(), NOW
    for wait, jump in jumps:
        pacer.close(until=now + seconds(wait), now=now)
        now += seconds(jump)

    told = pacer.admit(PERSON, now=now)

    assert isinstance(told, Ticket) or told.until - now <= seconds(max(wait for wait, _ in jumps))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59"},
        {"x-ratelimit-limit": "many", "x-ratelimit-remaining": "59", "x-ratelimit-reset": "1"},
        {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59", "x-ratelimit-reset": "inf"},
        {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59", "x-ratelimit-reset": "1e18"},
        {"x-ratelimit-limit": "0", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1788771660"},
        {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "-1", "x-ratelimit-reset": "1788771660"},
        {"x-ratelimit-limit": "9" * 400, "x-ratelimit-remaining": "1", "x-ratelimit-reset": "1788771660"},
        {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "9" * 400, "x-ratelimit-reset": "1788771660"},
    ],
)
def test_headers_that_cannot_be_read_say_nothing(headers):
    assert RateLimit.of(headers, now=NOW) is None


def test_headers_are_read():
    headers = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59", "x-ratelimit-reset": str(RESET.timestamp())}

    assert RateLimit.of(headers, now=NOW) == RateLimit(60, 59, RESET)


def limits(resets_at, *, remaining=0, sent_at=None):
    date = {"date": format_datetime(sent_at, usegmt=True)} if sent_at else {}
    told = {"x-ratelimit-limit": "30", "x-ratelimit-remaining": str(remaining)}
    return told | {"x-ratelimit-reset": str(resets_at.timestamp())} | date


@pytest.mark.parametrize("ahead", [-300, -70, -5, -2, 0, 2, 5, 300])
def test_the_reset_is_told_by_the_servers_clock_and_kept_by_ours(ahead):
    there = NOW + seconds(ahead)

    rate = RateLimit.of(limits(there + seconds(30), sent_at=there), now=NOW)

    assert rate.resets_at == NOW + seconds(30)


@pytest.mark.parametrize("away", [9999, 10**8])
@pytest.mark.parametrize("sent_at", [None, NOW])
def test_a_reset_beyond_any_window_is_a_guess(away, sent_at):
    rate = RateLimit.of(limits(NOW + seconds(away), sent_at=sent_at), now=NOW)

    assert rate.resets_at == NOW + LONGEST_GUESS


anything = st.text(max_size=30) | st.integers(-(10**40), 10**40).map(str) | st.floats().map(str)


@given(st.fixed_dictionaries(dict.fromkeys((*limits(NOW), "date"), anything)))
def test_no_headers_break_the_reader(headers):
    rate = RateLimit.of(headers, now=NOW)

    assert rate is None or (rate.limit >= 1 and rate.remaining >= 0 and rate.resets_at <= NOW + LONGEST_WINDOW)


RECORD = {"id": "onb_1", "display_id": 89, "customer_id": "cus_1", "phase": "review", "state": "active"}


@pytest.mark.parametrize("ahead", [-5, 5])
def test_a_server_with_another_time_of_day_is_not_asked_before_its_window_resets(api, server, time, ahead):
    there = time.now + seconds(ahead)
    full = limits(there + seconds(20), sent_at=there)
    server.says(httpx.Response(200, json=RECORD, headers=full))

    api.onboardings.get(89)
    api.onboardings.get(89)

    assert time.pauses == [21]


def test_a_walk_waits_for_a_window_of_five_minutes(api, server, time):
    server.says(httpx.Response(200, json=RECORD, headers=limits(NOW + seconds(290), sent_at=NOW)))
    walk = api.in_background()

    walk.onboardings.get(89)
    walk.onboardings.get(89)

    assert time.pauses == [291]


def test_a_person_is_told_at_once_how_long_a_window_is_still_full(api, server, time):
    server.says(httpx.Response(200, json=RECORD, headers=limits(NOW + seconds(290), sent_at=NOW)))
    api.onboardings.get(89)

    with pytest.raises(RateLimited) as caught:
        api.onboardings.get(89)

    assert (caught.value.retry_after, time.pauses) == (291, [])


@pytest.mark.parametrize("status", [429, 200])
def test_after_a_clock_was_put_right_by_hours_people_are_answered(api, server, time, status):
    full = limits(NOW + seconds(30), sent_at=NOW) | {"retry-after": "40"}
    server.says(httpx.Response(status, json=RECORD, headers=full))
    with suppress(RateLimited):
        api.onboardings.get(89)
    server.says(httpx.Response(200, json=RECORD))

    time.passes(-6 * 3600)
    waited = time.pauses.copy()
    with suppress(RateLimited):
        api.onboardings.get(89)
    time.passes(41)

    assert api.onboardings.get(89).display_id == 89
    assert sum(time.pauses) - sum(waited) <= 40


def test_every_end_of_a_request_is_told():
    rung = []
    pacer = Pacer(on_change=lambda: rung.append(1))

    pacer.settle(pacer.admit(PERSON, now=NOW), now=NOW)

    assert rung == [1]


class Window:
    """A server's sliding window, which says when its oldest request leaves it, or its newest."""

    def __init__(self, limit, *, oldest):
        self._limit, self._oldest, self._moments = limit, oldest, deque()

    def visit(self, now):
        while self._moments and self._moments[0] <= now - seconds(60):
            self._moments.popleft()
        allowed = len(self._moments) < self._limit
        if allowed:
            self._moments.append(now)
        leaves = (self._moments[0] if self._oldest else self._moments[-1]) + seconds(60)
        rounded = datetime.fromtimestamp(int(leaves.timestamp()), UTC)
        return allowed, RateLimit(self._limit, self._limit - len(self._moments), rounded)


class World:
    """Tasks that share a pacer, stepped in tenths of a second; requests take their time both ways."""

    def __init__(self, limit, *, oldest, trips):
        self.pacer, self.window = Pacer(), Window(limit, oldest=oldest)
        self.now, self.refused, self.done, self.waits = NOW, 0, {PERSON: 0, WALK: 0}, []
        self._trips, self._under_way = trips, []

    def sends(self, lane):
        ticket = self.pacer.admit(lane, now=self.now)
        if not isinstance(ticket, Ticket):
            return False
        number = ticket.number
        there, back = (timedelta(seconds=self._trips[(number * 2 + way) % len(self._trips)] / 10) for way in (0, 1))
        self._under_way.append([self.now + there, self.now + there + back, ticket, lane, None])
        return True

    def passes(self):
        self.now += timedelta(seconds=0.1)
        for trip in sorted(self._under_way, key=lambda trip: trip[0]):
            if trip[4] is None and trip[0] <= self.now:
                trip[4] = self.window.visit(self.now)
        for trip in [trip for trip in self._under_way if trip[1] <= self.now and trip[4]]:
            allowed, rate = trip[4]
            self._under_way.remove(trip)
            if not allowed:
                self.refused += 1
                self.pacer.close(until=self.now + seconds(5), now=self.now)
            self.pacer.settle(trip[2], now=self.now, rate=rate, answered=allowed)
            self.done[trip[3]] += 1


loads = st.fixed_dictionaries(
    {
        "limit": st.sampled_from([8, 30, 60, 600]),
        "oldest": st.booleans(),
        "workers": st.integers(1, 6),
        "trips": st.lists(st.integers(0, 12), min_size=1, max_size=7),
    }
)
FIRST_ANSWER = 25
"""Tenths of a second until the slowest first answer is there."""


def runs(load, presses):
    """Three minutes of walks by so many workers, and of people pressing at these tenths of a second."""
    world = World(load["limit"], oldest=load["oldest"], trips=load["trips"])
    waiting = []
    for tenth in range(1800):
        waiting += [tenth] * presses.count(tenth)
        while waiting and world.sends(PERSON):
            world.waits.append(tenth - waiting.pop(0))
        for _ in range(load["workers"]):
            world.sends(WALK)
        world.passes()
    return world


@settings(max_examples=60, deadline=None)
@given(load=loads, presses=st.lists(st.integers(FIRST_ANSWER, 1700), max_size=60))
def test_whatever_the_load_nobody_meets_a_429(load, presses):
    world = runs(load, presses)

    assert world.refused == 0
    assert sum(world.done.values()) >= load["limit"]


@settings(max_examples=60, deadline=None)
@given(load=loads, moments=st.lists(st.integers(FIRST_ANSWER, 1700), max_size=30))
def test_as_many_people_as_the_reserve_holds_wait_for_one_round_trip_at_most(load, moments):
    presses = moments[: load["limit"] // 4]

    world = runs(load, presses)

    assert len(world.waits) == len(presses)
    assert max(world.waits, default=0) <= 2 * max(load["trips"])
    assert world.done[WALK] > load["limit"]
