from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.records import Delivery, DeliveryStatus, Subscription
from bot.domain.risk import Reason
from bot.domain.unmapped import Unmapped
from bot.sandbox.slack import views as slack_rules
from bot.views import claims, home, values
from bot.views.home import Backstage, Home, Part, Welcome
from bot.views.message import Message
from bot.views.rows import Row
from bot.views.values import Turning

WHY = (Reason("overdue", "target date passed 3 days ago", 8),)
DIGEST = Subscription(
    "sub_1",
    "T0HOME001",
    "C0ONBOARD",
    "at-risk",
    "mon-fri",
    time(9),
    "Europe/Berlin",
    "U0ANA0001",
    datetime(2026, 9, 1, tzinfo=UTC),
)
OUTCOME = Delivery("sub_1", "2026-09-09", DeliveryStatus.DONE, datetime(2026, 9, 9, 7, tzinfo=UTC), "C0ONBOARD")
TITLES = {"at-risk": "At-risk onboardings"}
WAYS = (("Digests", "subscriptions"), ("Settings", "settings"))
ODD = some.sampled_from(
    ["", "A" * 300, "&" * 300, "<!channel>", "@here", "שלום עולם " * 30, "👩🏽‍💻" * 100, "two\nlines"]
)


def part(title="Yours that need attention", rows=(), empty="Nothing of yours needs attention right now."):
    return Part(title, rows, Turning("at-risk", "owner:<@U0ANA0001>", 1), empty)


@pytest.fixture
def draw(viewing):
    """`draw(content)`: the blocks of a Home that Slack would take."""

    def draws(content, **more):
        view = home.home(content, replace(viewing, **more)).to_dict()
        slack_rules.accept(view, surface="home")
        return view["blocks"]

    return draws


def texts(blocks):
    return "\n".join(str(block) for block in blocks)


def buttons(blocks):
    every = [each for block in blocks for each in (*block.get("elements", ()), block.get("accessory") or {})]
    return {each["text"]["text"]: each for each in every if each.get("type") == "button"}


def test_home_of_an_admin_on_the_first_day(draw, aurora, paste):
    content = Home(
        [
            part(rows=[Row(aurora(), WHY)]),
            part("Launching this and next week", [Row(aurora("Globex", id="onb_090", display_id=90))]),
            part("Waiting on customer", empty="Nobody is waited for."),
        ],
        [(DIGEST, datetime(2026, 9, 10, 7, tzinfo=UTC))],
        WAYS,
        TITLES,
        Welcome("/onboarding", linked=False),
        Backstage(3, [(DIGEST, OUTCOME)], ("link previews, because a scope is missing",)),
        creates=True,
    )

    assert draw(content, test_key=True) == paste


def test_home_of_somebody_unknown_asks_who_they_are(draw, paste):
    offer = claims.offer([Unmapped("user_csm_003", 2, ("Acme Corp", "Globex"), ("csm",))])

    newcomers = draw(Home([], (), WAYS, TITLES, Welcome("/onboarding", linked=False), offer=offer))
    later = draw(Home([part()], (), WAYS, TITLES, offer=offer))

    assert newcomers == paste
    assert list(buttons(newcomers)) == ["That is me", "Find", "Digests", "Settings", "Refresh"]
    assert texts(later).index("Yours that need attention") < texts(later).index("Are you one of these owners")


def test_five_rows_and_the_way_to_all_of_them(draw, aurora):
    rows = [Row(aurora(f"Customer {n}", id=f"onb_{n}", display_id=n)) for n in range(7)]

    blocks = draw(Home([part(rows=rows)], (), (), TITLES))

    everything = buttons(blocks)["See all"]
    assert texts(blocks).count("'Open'") == 5
    assert values.decode_turning(everything["value"]) == Turning("at-risk", "owner:<@U0ANA0001>", 1)
    assert everything["accessibility_label"] == "See all: Yours that need attention"


def test_five_rows_need_no_way_to_all(draw, aurora):
    rows = [Row(aurora(f"Customer {n}", id=f"onb_{n}", display_id=n)) for n in range(5)]

    assert "See all" not in buttons(draw(Home([part(rows=rows)], (), (), TITLES)))


def test_trouble_with_a_digest_is_told_first_and_why(draw):
    failed = replace(OUTCOME, status=DeliveryStatus.FAILED, reason="That channel is archived.")
    outcomes = [*[(DIGEST, OUTCOME)] * 9, (DIGEST, failed)]

    told = texts(draw(Home([], (), (), TITLES, backstage=Backstage(0, outcomes))))

    assert told.index("failed (That channel is archived.)") < told.index("posted, 9 Sep")
    assert "5 digests more" in told
    assert "Every owner in Pivotal is linked to a person." in told


def test_stale_home_says_so_and_why(draw):
    assert "Pivotal is not answering, as of 09:41" in texts(draw(Home([part()], (), (), TITLES), stale=True))
    assert "Pivotal is busy, as of 09:41" in texts(draw(Home([part()], (), (), TITLES), stale="Pivotal is busy."))


def test_ways_are_those_given_between_find_and_refresh(draw):
    assert list(buttons(draw(Home([], (), WAYS, TITLES)))) == ["Find", "Digests", "Settings", "Refresh"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=ODD, count=some.integers(0, 40), filters=ODD)
def test_whatever_is_in_it_slack_takes_it(name, count, filters, draw, viewing, aurora, checked):
    rows = [Row(aurora(name, id=f"onb_{n}", display_id=n + 1, phase=name, state=name), WHY) for n in range(count)]
    digest = replace(DIGEST, kind=name, filters=filters)
    content = Home(
        [part(f"Part {n}", rows) for n in range(3)],
        [(digest, DIGEST.created_at)] * count,
        WAYS,
        TITLES,
        Welcome("/onboarding", linked=True),
        Backstage(count, [(digest, replace(OUTCOME, status=DeliveryStatus.FAILED, reason=name))] * count),
        offer=claims.offer([Unmapped(f"user_{n}", count, (name,), ("csm",)) for n in range(count)]),
    )

    view = home.home(content, viewing)
    draw(content)

    written = [block for block in view.blocks if block.type != "divider"]
    assert len(view.blocks) <= 50
    for at in range(0, len(written), 10):  # the rules of messages are stricter still
        checked(Message("Home.", tuple(written[at : at + 10])))
