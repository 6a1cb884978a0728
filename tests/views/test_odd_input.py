"""Whatever Pivotal's records hold, no view leaves Slack's limits and nothing in them becomes markup."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.errors import NotFound, Refused
from bot.domain.launches import Lanes
from bot.domain.moves import Verb, plan
from bot.domain.phases import DEFAULT
from bot.domain.records import Directory, History, Person, Slip, Standing
from bot.domain.risk import Reason, Risk
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.views import card, lists
from bot.views.errors import explain

ODD = some.sampled_from(
    [
        "",
        " ",
        "\u200b",
        "A" * 300,
        "&" * 300,
        "<" * 300,
        "👩🏽‍💻" * 100,
        "שלום עולם " * 30,
        "<!channel>",
        "<@U0ANA0001>",
        "<https://evil.example|Click>",
        "@here",
        "a|b",
        "*bold* _it_ ~no~ `code`",
        "{} {0} {before}",
        "two\nlines",
    ]
) | some.text(max_size=300)
DATES = some.none() | some.dates()
WHEN = some.none() | some.integers(1_600_000_000, 1_900_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
OWNER = some.none() | some.sampled_from(["user_csm_001", "user_odd"]) | ODD.filter(bool)
ONBOARDINGS = some.builds(
    OnboardingRow,
    id=some.text("abc_0", min_size=1, max_size=40),
    display_id=some.integers(1, 10**9),
    customer_id=some.just("cus"),
    phase=some.sampled_from(DEFAULT) | ODD,
    state=some.sampled_from(["active", "paused", "at_risk", "waiting", "completed", "blocked"]) | ODD,
    name=some.none() | ODD,
    waiting_on_customer=some.none() | some.booleans(),
    target_launch_date=DATES,
    csm_id=OWNER,
    se_id=OWNER,
    designer_id=OWNER,
    product_ops_id=OWNER,
)
CUSTOMERS = some.builds(
    CustomerRow, id=some.just("cus"), display_id=some.integers(1, 10**9), name=ODD, slug=some.none() | ODD
)
SLIPS = some.builds(Slip, before=some.dates(), after=some.dates(), seen_at=WHEN.filter(bool))
HISTORIES = some.builds(History, phase_since=WHEN, state_since=WHEN, slips=some.lists(SLIPS, max_size=3).map(tuple))
STANDINGS = some.builds(Standing, onboarding=ONBOARDINGS, customer=some.none() | CUSTOMERS, history=HISTORIES)
REASONS = some.lists(some.builds(Reason, rule=some.just("x"), text=ODD, weight=some.integers(1, 9)), max_size=9)
MANY = some.lists(STANDINGS, max_size=14).map(tuple)

widely = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def odd(look):
    return {**look, "directory": Directory({"user_odd": Person("user_odd", name="<!channel> " * 30)})}


@widely
@given(standing=STANDINGS, reasons=REASONS, notice=ODD, flags=some.tuples(*[some.booleans()] * 3))
def test_cards(standing, reasons, notice, flags, odd, checked):
    test_key, private, stale = flags

    message = card.card(
        standing,
        **odd,
        reasons=reasons,
        test_key=test_key,
        private=private,
        stale=stale,
        notice=notice,
        shared_by=notice,
    )

    assert len(checked(message)["blocks"]) <= 6


@widely
@given(standing=STANDINGS, verb=some.sampled_from(list(Verb)), test_key=some.booleans())
def test_questions(standing, verb, test_key, odd, checked):
    try:
        move = plan(verb, standing.onboarding, phases=odd["phases"], test_key=test_key)
    except Refused:
        return

    checked(card.question(standing, move, now=odd["now"], zone=odd["zone"], test_key=test_key))


@widely
@given(standings=MANY, reasons=REASONS, filters=ODD, page=some.integers(-1, 3))
def test_lists(standings, reasons, filters, page, odd, checked):
    sheet = {**odd, "as_of": odd["now"], "test_key": True}
    lanes = Lanes(standings[:2], standings[2:4], (), standings[4:8], standings[8:], ())

    checked(lists.listing("Onboardings", standings, **sheet, page=page, filters=filters, told=filters, note=filters))
    checked(lists.at_risk([Risk(one, tuple(reasons)) for one in standings], **sheet, page=page, filters=filters))
    checked(lists.launches(lanes, **sheet, page=page, filters=filters))
    checked(lists.home(standings, **sheet, linked=True, reasons={one.onboarding.id: reasons for one in standings}))
    checked(lists.pick(filters, standings, **odd, as_of=odd["now"]))


@widely
@given(message=ODD, hint=ODD)
def test_errors(message, hint, now, checked):
    checked(explain(NotFound(message, hint=hint), reference="K7Q2M9", now=now))


def test_a_full_page_of_the_longest_names_stays_below_what_slack_takes_in_one_message(aurora, odd, checked):
    longest = tuple(
        aurora("&" * 300, id=f"onb_{n}", phase="<" * 300, state=">" * 300, csm_id="&" * 300) for n in range(500)
    )
    why = tuple(Reason("x", "&" * 300, 1) for _ in range(9))

    checked(lists.at_risk([Risk(one, why) for one in longest], **odd, page=2, as_of=odd["now"]))
