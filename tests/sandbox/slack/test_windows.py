"""Slack's time windows hold whatever the order of events."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.windows import PostingRate

GAPS = st.lists(st.floats(min_value=0, max_value=5), min_size=1, max_size=80)


def post_times(gaps: list[float], *, burst: int) -> tuple[list[float], list[tuple[float, int | None]]]:
    """When posts passed, and when they were refused with which Retry-After; in seconds from the start."""
    began = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
    now = began
    rate = PostingRate(lambda: now, burst=burst, per_second=1.0)
    passed, refused = [], []
    for gap in gaps:
        now += timedelta(seconds=gap)
        try:
            rate.take("C1")
            passed.append((now - began).total_seconds())
        except Refusal as refusal:
            refused.append(((now - began).total_seconds(), refusal.retry_after))
    return passed, refused


@given(GAPS, st.integers(min_value=1, max_value=10))
def test_no_stretch_of_time_has_more_posts_than_its_seconds_and_one_burst(gaps: list[float], burst: int) -> None:
    passed, _ = post_times(gaps, burst=burst)

    for first, start in enumerate(passed):
        for last in range(first, len(passed)):
            assert last - first + 1 <= burst + (passed[last] - start) + 1e-3


@given(GAPS, st.integers(min_value=1, max_value=10))
def test_at_one_post_a_second_nobody_is_told_to_wait_longer_than_one(gaps: list[float], burst: int) -> None:
    _, refused = post_times(gaps, burst=burst)

    assert all(seconds == 1 for _, seconds in refused)
