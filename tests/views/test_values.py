from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.errors import UserError
from bot.domain.moves import Expectation, Promise
from bot.views import values
from bot.views.values import Press, Turning

WORDS = some.text(max_size=60)
SEEN = some.builds(
    Expectation,
    phase=WORDS,
    state=WORDS,
    waiting=some.booleans(),
    target=some.none() | some.dates(min_value=date(2000, 1, 1)),
)


PRESSES = some.builds(
    Press,
    id=WORDS,
    verb=WORDS,
    expectation=some.none() | SEEN,
    confirmed=some.booleans(),
    promise=some.none() | some.builds(Promise, writes=WORDS, test_key=some.booleans()),
    reason=some.text(max_size=100),
)


@given(PRESSES)
def test_a_press_survives_its_button(press):
    assert values.decode(values.encode(press)) == press


@given(some.builds(Turning, list=WORDS, filters=WORDS, page=some.integers(1, 500)))
def test_a_turned_page_survives_its_button(turning):
    assert values.decode_turning(values.encode_turning(turning)) == turning


@given(some.text(alphabet='"\\a\U0001f600\n', min_size=1500, max_size=4000))
def test_a_long_reason_is_cut_to_what_a_button_carries(reason):
    value = values.encode(Press("onb_1", "pause", reason=reason))

    kept = values.decode(value).reason
    assert len(value) <= values.LIMIT
    assert len(kept) > 400
    assert reason.startswith(kept.rstrip("…"))


def test_a_usual_press_is_far_below_slacks_limit():
    seen = Expectation("before_getting_started", "waiting", waiting=True, target=date(2026, 9, 18))

    assert len(values.encode(Press("onb_" + "x" * 30, "advance", seen, confirmed=True))) < 300


def test_filters_too_long_to_travel_draw_no_button():
    assert values.encode_turning(Turning("list", "x" * 2000, 2)) is None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{",
        "[]",
        "null",
        '{"v":1,"id":"onb_1","verb":"advance"}',
        '{"v":2,"verb":"advance"}',
        '{"v":2,"id":7,"verb":"advance"}',
        f'{{"v":2,"id":"{"o" * 256}","verb":"advance"}}',
        '{"v":2,"id":"onb_1","verb":"advance","e":[]}',
        '{"v":2,"id":"onb_1","verb":"advance","e":{"p":"review"}}',
        '{"v":2,"id":"onb_1","verb":"advance","to":7}',
        '{"v":2,"id":"onb_1","verb":"advance","r":7}',
    ],
)
def test_a_value_of_another_version_is_refused_in_words(value):
    with pytest.raises(UserError, match="older version"):
        values.decode(value)


@pytest.mark.parametrize("page", ["0", "-1", "true", '"2"', "null"])
def test_a_page_that_is_none_is_refused(page):
    with pytest.raises(UserError, match="older version"):
        values.decode_turning(f'{{"v":2,"list":"list","f":"","p":{page}}}')
