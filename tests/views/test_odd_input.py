"""Whatever Pivotal's records hold, no view leaves Slack's limits and nothing in them becomes markup."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.errors import NotFound, Refused
from bot.domain.launches import Lanes
from bot.domain.moves import Verb, plan
from bot.domain.records import Directory, Person
from bot.domain.risk import Reason, Risk
from bot.views import card, lists
from bot.views.errors import explain
from tests.views.odd import ODD, REASONS, STANDINGS

MANY = some.lists(STANDINGS, max_size=14).map(tuple)

widely = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def odd(viewing):
    return replace(viewing, directory=Directory({"user_odd": Person("user_odd", name="<!channel> " * 30)}))


@widely
@given(standing=STANDINGS, reasons=REASONS, notice=ODD, flags=some.tuples(*[some.booleans()] * 3))
def test_cards(standing, reasons, notice, flags, odd, checked):
    test_key, private, stale = flags

    message = card.card(
        standing,
        replace(odd, test_key=test_key, stale=stale),
        reasons=reasons,
        private=private,
        notice=notice,
        shared_by=notice,
    )

    assert len(checked(message)["blocks"]) <= 6


@widely
@given(standing=STANDINGS, verb=some.sampled_from(list(Verb)), test_key=some.booleans())
def test_questions(standing, verb, test_key, odd, checked):
    try:
        move = plan(verb, standing.onboarding, phases=odd.phases, test_key=test_key)
    except Refused:
        return

    checked(card.question(standing, move, replace(odd, test_key=test_key)))


@widely
@given(standings=MANY, reasons=REASONS, filters=ODD, page=some.integers(-1, 3))
def test_lists(standings, reasons, filters, page, odd, checked):
    seen = replace(odd, test_key=True)
    lanes = Lanes(standings[:2], standings[2:4], (), standings[4:8], standings[8:], ())

    checked(lists.listing("Onboardings", standings, seen, page=page, filters=filters, told=filters, note=filters))
    checked(lists.at_risk([Risk(one, tuple(reasons)) for one in standings], seen, page=page, filters=filters))
    checked(lists.launches(lanes, seen, page=page, filters=filters))
    checked(lists.home(standings, seen, linked=True, reasons={one.onboarding.id: reasons for one in standings}))
    checked(lists.pick(filters, standings, odd))


@widely
@given(message=ODD, hint=ODD)
def test_errors(message, hint, now, checked):
    checked(explain(NotFound(message, hint=hint), reference="K7Q2M9", now=now))


def test_a_full_page_of_the_longest_names_stays_below_what_slack_takes_in_one_message(aurora, odd, checked):
    longest = tuple(
        aurora("&" * 300, id=f"onb_{n}", phase="<" * 300, state=">" * 300, csm_id="&" * 300) for n in range(500)
    )
    why = tuple(Reason("x", "&" * 300, 1) for _ in range(9))

    checked(lists.at_risk([Risk(one, why) for one in longest], odd, page=2))
