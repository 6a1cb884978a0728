from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.delta import Base, Delta
from bot.domain.weekly import Launched, PhaseCount, Slipped, Week
from bot.views.portfolio import LAUNCHES, PHASES, SLIPS, portfolio_digest

TODAY, MONDAY = date(2026, 9, 11), date(2026, 9, 7)
SAME = Delta(Base.SAME)
NOTHING = Week(since=date(2026, 9, 4), phases=(), states=(), launched=(), medians=(), slipped=())
ODD = some.sampled_from(
    ["", "\u200b", "A" * 300, "&" * 300, "<!channel>", "👩🏽‍💻" * 100, "שלום עולם " * 30, "a|b", "@here", "two\nlines"]
)


@pytest.fixture
def frame(framed):
    now = datetime(2026, 9, 11, 13, tzinfo=UTC)
    return framed(now=now, as_of=now, seen_since=date(2026, 8, 20))


@pytest.fixture
def week(aurora):
    """A week in which something of everything was seen."""
    acme, globex, hooli, initech = (
        aurora(name, id=f"onb_{n}", display_id=n)
        for n, name in ((245, "Acme Corp"), (231, "Globex"), (7, "Hooli & Co"), (8, "Initech"))
    )
    return Week(
        since=date(2026, 9, 4),
        phases=(
            PhaseCount("before_getting_started", {}),
            PhaseCount("review", {"active": 3, "at_risk": 2, "waiting": 1}),
            PhaseCount("internal_qa", {"active": 1, "blocked": 1}),
            PhaseCount("handover", {"paused": 1}),
        ),
        states=("active", "at_risk", "waiting", "paused", "blocked"),
        launched=(
            Launched(acme, MONDAY, date(2026, 9, 4)),
            Launched(globex, date(2026, 9, 9), date(2026, 9, 18)),
            Launched(hooli, date(2026, 9, 10), None),
        ),
        medians=(("review", 6.4), ("internal_qa", 0.5)),
        slipped=(Slipped(initech, date(2026, 9, 4), date(2026, 9, 18)),),
    )


def words(payload):
    texts = []
    for block in payload["blocks"]:
        texts += [element["text"] for element in block.get("elements", ())]
        texts += [block["text"]["text"]] if "text" in block else []
    return "\n".join(texts)


def test_portfolio_digest(week, frame, checked, paste):
    message = portfolio_digest(week, SAME, frame=frame)

    assert message.text == (
        "Portfolio — Fri 11 Sep · 9 open · 3 launched in 7 days. Launched: Acme Corp, Globex, Hooli &amp; Co"
    )
    assert checked(message) == paste


def test_a_week_that_was_not_all_seen_says_since_when_it_is_known(frame, checked):
    told = words(checked(portfolio_digest(NOTHING, SAME, frame=replace(frame, seen_since=date(2026, 9, 11)))))
    whole = words(checked(portfolio_digest(NOTHING, SAME, frame=replace(frame, seen_since=NOTHING.since))))

    assert "*Launched in the last 7 days* (since 4 Sep, not known before 11 Sep): none seen" in told
    assert "*Biggest slips of the last 7 days* (not known before 11 Sep): none seen" in told
    assert "not known before" not in whole


def test_each_phase_is_a_line_of_its_own(week, frame, checked):
    told = words(checked(portfolio_digest(week, SAME, frame=frame)))

    assert "• *0* Before getting started\n" in told
    assert "• *6* Review — 3 active, 2 at risk, 1 waiting on customer\n" in told
    assert "• *1* Handover — 1 paused" in told


def test_launches_are_told_with_how_late_they_were(week, frame, checked):
    told = words(checked(portfolio_digest(week, SAME, frame=frame)))

    assert "(since 4 Sep): 3, of which 1 on time, 1 late, 1 without a target date" in told
    assert "*Acme Corp* #245 — Mon 7 Sep, 3 days late, target 4 Sep" in told
    assert "*Globex* #231 — Wed 9 Sep, on time, target 18 Sep" in told
    assert "*Hooli &amp; Co* #7 — Thu 10 Sep, without a target date" in told


def test_what_was_not_seen_is_not_told_as_not_having_happened(frame, checked):
    told = words(checked(portfolio_digest(NOTHING, SAME, frame=frame)))

    assert "(since 4 Sep): none seen" in told
    assert "*Biggest slips of the last 7 days*: none seen" in told
    assert "not known yet, it takes three stays in a phase seen from beginning to end" in told
    assert "no launch seen" in portfolio_digest(NOTHING, SAME, frame=frame).text
    assert "launches, slips and days are those this bot saw since 20 Aug" in told


def test_no_picture_is_announced(week, frame, checked):
    told = words(checked(portfolio_digest(week, SAME, frame=frame))).lower()

    assert not any(word in told for word in ("picture", "chart", "image", "thread"))


def test_a_test_key_shows(week, frame, checked):
    message = portfolio_digest(week, SAME, frame=replace(frame, test_key=True))

    assert message.text.startswith("TEST · ")
    assert "`TEST`" in words(checked(message))


@pytest.mark.parametrize(("count", "hidden"), [(10, False), (11, True), (500, True)])
def test_long_lists_say_what_they_leave_out(count, hidden, week, frame, checked):
    launched = Launched(week.slipped[0].standing, MONDAY, None)
    many = replace(
        week,
        phases=tuple(PhaseCount(f"phase_{n}", {"active": 1}) for n in range(PHASES + count)),
        launched=(launched,) * (LAUNCHES + count),
        slipped=week.slipped * (SLIPS + count),
    )

    told = words(checked(portfolio_digest(many, SAME, frame=frame)))

    assert f"• *{count}* in {count} more phases" in told
    assert told.count(f"• and {count} more") == 2


@given(title=ODD, phase=ODD, state=ODD, count=some.integers(0, 30))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_odd_words_stay_within_slacks_limits(title, phase, state, count, aurora, frame, checked):
    odd = aurora(title, id="onb_1", display_id=1)
    week = Week(
        since=date(2026, 9, 4),
        phases=tuple(PhaseCount(f"{phase}{n}", {f"{state}{m}": m for m in range(count)}) for n in range(count)),
        states=tuple(f"{state}{m}" for m in range(count)),
        launched=(Launched(odd, MONDAY, None),) * count,
        medians=tuple((f"{phase}{n}", 1.5) for n in range(count)),
        slipped=(Slipped(odd, date(2026, 9, 4), date(2026, 9, 18)),) * count,
    )

    checked(portfolio_digest(week, Delta(Base.NONE), frame=replace(frame, filters=title, asked_by=title)))
