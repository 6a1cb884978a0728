"""The picture: nothing in it is cut or covers something else, and it says the same as its words."""

import struct
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from bot.domain.phases import DEFAULT
from bot.domain.weekly import USUAL, PhaseCount, Week
from bot.views import chart
from bot.views.drawing import STYLES, Chart, composed, draw

pytest.importorskip("matplotlib", reason="the extra `charts` is not installed")

LONG = "A phase whose name goes on and on until nobody remembers how it began"
WITHOUT = """
import sys
sys.modules["matplotlib"] = None  # as Python itself marks what cannot be imported
from bot.listeners.manifest import EXTRAS, SCOPES, off
from bot.views import chart
print(chart.available(), off({*SCOPES, *(scope for extra in EXTRAS.values() for scope in extra.scopes)}))
"""
LABELS = some.sampled_from(
    [
        "Review",
        "Before getting started",
        LONG,
        "Donaudampfschifffahrtsgesellschaftskapitän",
        "$x_1$",
        "מסירה",
        "日本語",
        "🚀",
    ]
)


@pytest.fixture
def frame(framed):
    now = datetime(2026, 9, 11, 13, tzinfo=UTC)
    return framed(now=now, as_of=now)


def counted(*phases, states=USUAL):
    return Week(since=date(2026, 9, 4), phases=phases, states=states, launched=(), medians=(), slipped=())


WEEK = counted(PhaseCount("review", {"active": 3, "at_risk": 2}), PhaseCount("launch", {"waiting": 1, "paused": 4}))


def size(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def written(figure):
    """Everything written in a figure, with its extent in pixels."""
    renderer = figure.canvas.get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts]


def overlap(one, other):
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 1 and min(one.y1, other.y1) - max(one.y0, other.y0) > 1


def test_a_picture_says_in_words_what_it_shows(frame):
    made = chart.picture(WEEK, frame=frame)

    assert made.title == "Open onboardings by phase and state"
    assert made.alt == (
        "Bar chart of 10 open onboardings by phase and state. "
        "Review 5: 3 active, 2 at risk. Launch 5: 1 waiting on customer, 4 paused."
    )
    width, height = size(made.draw())
    assert (width, 200 < height < 1000) == (1280, True)


def test_its_words_are_never_longer_than_slack_takes(frame):
    week = counted(*(PhaseCount(f"phase_{n}", {"active": 1, "at_risk": 1}) for n in range(60)))

    assert len(chart.told(week, frame=frame)) == chart.ALT


def test_a_test_key_shows_in_picture_and_words(frame):
    shown = chart.chart(WEEK, frame=replace(frame, test_key=True))

    assert "TEST" in [words for words, _ in written(composed(shown))]
    assert chart.told(WEEK, frame=replace(frame, test_key=True)).startswith("Made with a test key. ")
    assert "TEST" not in [words for words, _ in written(composed(chart.chart(WEEK, frame=frame)))]


def test_every_phase_state_and_number_is_written(frame):
    told = [words for words, _ in written(composed(chart.chart(WEEK, frame=frame)))]

    assert told[2:] == [
        "Active: 3",
        "At risk: 2",
        "Waiting on customer: 1",
        "Paused: 4",
        *("Review", "3", "2", "5"),
        *("Launch", "1", "4", "5"),
    ]


def test_a_state_looks_the_same_whichever_others_there_are(frame):
    paused = counted(PhaseCount("review", {"paused": 1, "odd": 1}), states=("paused", "odd"))

    assert chart.chart(WEEK, frame=frame).styles == (0, 1, 2, 3)
    assert chart.chart(paused, frame=frame).styles == (3, 4)


def test_no_two_states_look_the_same_in_colour_or_in_hatch():
    assert len({colour for colour, _ in STYLES}) == len({hatch for _, hatch in STYLES}) == len(STYLES)


def test_what_is_too_much_for_one_picture_is_drawn_together(frame):
    states = tuple(f"state_{n}" for n in range(10))
    week = counted(*(PhaseCount(f"phase_{n:02}", dict.fromkeys(states, 1)) for n in range(40)), states=states)

    shown = chart.chart(week, frame=frame)

    assert shown.bars[-1] == ("25 more phases", (25,) * 6 + (100,))
    assert shown.states[-1] == "Other states"
    assert len(set(shown.styles)) == len(shown.styles) == len(STYLES)
    assert sum(sum(numbers) for _, numbers in shown.bars) == week.open


@example(
    bars=[("W" * 20, (3000, 650, 650, 650, 650, 650, 650)), ("b", (1, 0, 0, 0, 0, 0, 90000))],
    states=("a",) * 7,
    badge="",
)
@given(
    bars=some.lists(
        some.tuples(LABELS, some.tuples(*[some.one_of(some.just(0), some.integers(0, 3000))] * 7)),
        min_size=1,
        max_size=12,
    ),
    states=some.tuples(*[LABELS] * 7),
    badge=some.sampled_from(["", "TEST"]),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_cut_and_nothing_covers_anything(bars, states, badge):
    figure = composed(Chart(chart.TITLE, "Fri 11 Sep 2026, 15:00 UTC", states, tuple(range(7)), tuple(bars), badge))

    wide, high = figure.get_size_inches() * figure.dpi
    found = written(figure)
    for words, extent in found:
        assert (extent.x0, extent.y0) >= (0, 0), words
        assert (extent.x1 <= wide, extent.y1 <= high) == (True, True), words
    for (words, one), (others, other) in combinations(found, 2):
        assert not overlap(one, other), (words, others)
    for bar in figure.axes[0].patches:
        extent = bar.get_window_extent()
        assert 0 <= extent.x0 <= extent.x1 <= wide


def test_nothing_that_the_font_lacks_is_drawn_as_an_empty_box():
    shown = Chart("T", "S", ("שלום", "🚀 Go"), (0, 1), (("日本語", (1, 1)), ("Prüfung", (1, 1))))

    told = [words for words, _ in written(composed(shown))]

    assert {"State 1: 2", "Go: 2", "Phase 1", "Prüfung"} <= set(told)


@pytest.mark.parametrize("phases", [("review",), DEFAULT[:-1], (*DEFAULT[:-1], "handover", LONG)])
def test_it_is_as_high_as_it_has_phases(phases, frame):
    _, height = size(draw(chart.chart(counted(*(PhaseCount(one, {"active": 2}) for one in phases)), frame=frame)))

    assert height == pytest.approx(269 + 100 * len(phases), abs=150)


def test_without_the_extra_there_is_no_chart_and_admins_are_told_how_to_have_one():
    said = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True).stdout

    assert said.startswith("False {'charts': ")
    assert "because matplotlib is missing: in the bot’s folder, `pip install" in said
    assert "--editable '.[charts]'`" in said
