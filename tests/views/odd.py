"""Records as odd as Pivotal may send them, for the views to draw."""

from datetime import UTC, datetime

from hypothesis import strategies as some

from bot.domain.phases import DEFAULT
from bot.domain.records import History, Slip, Standing
from bot.domain.risk import Reason
from bot.pivotal.models import CustomerRow, OnboardingRow

ODD = some.sampled_from(
    [
        "",
        " ",
        "\u200b",
        "A" * 300,
        "&" * 300,
        "<" * 300,
        "*_~`>|\\" * 40,
        "👩🏽‍💻" * 100,
        "שלום עולם " * 30,
        "<!channel> <@U0ANA0001> <#C0ONBOARD>",
        "<https://evil.example|Click>",
        "@here",
        "a|b",
        "*bold* _it_ ~no~ `code`",
        "Brook & Hart *Partners*",
        "{} {0} {before} %s",
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
