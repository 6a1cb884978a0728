"""A message of any length fits: Slack judges it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.slack.blocks import accept_message
from bot.views import fitting
from bot.views.message import Message, context, section

SENTENCES = st.text(min_size=1, max_size=2900)


def long(count: int, size: int = 2000) -> Message:
    return Message(
        "A digest", (*(section(f"{number} {'x' * size}") for number in range(count)), context("as of 09:00"))
    )


def test_what_fits_stays_as_it_is():
    message = long(5)

    assert fitting.fitted(message) is message


def test_what_does_not_fit_is_left_out_and_counted_and_the_small_print_stays():
    fitted = fitting.fitted(long(20))

    shown = [str(block.to_dict()) for block in fitted.blocks]
    assert "as of 09:00" in shown[-1]
    assert "14 parts left out: too long for one message" in shown[-2]
    assert len(fitted.blocks) == 8


def test_too_many_blocks_are_left_out_too():
    fitted = fitting.fitted(long(80, size=1))

    assert len(fitted.blocks) == 50
    assert "32 parts left out" in str(fitted.blocks[-2].to_dict())


def test_the_sentence_for_notifications_is_cut():
    assert len(fitting.fitted(Message("x" * 50_000)).text) <= fitting.FALLBACK


@pytest.mark.parametrize("last", [1, 2900])
@given(st.lists(SENTENCES, max_size=70))
@settings(max_examples=60, deadline=None)
def test_slack_takes_whatever_comes_of_it(last, sentences):
    message = Message("A digest", (*map(section, sentences), context("x" * last)))

    fitted = fitting.fitted(message)

    accept_message(fitted.payload()["blocks"])
    assert fitting.fitted(fitted) is fitted
