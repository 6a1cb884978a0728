from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.findings import Finding, Level, Part, clock, counted, verdict

NOW = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)


def compared(ahead):
    """Our clock and that of an answer from a server whose clock is so far behind ours."""
    return clock(Part.SLACK, date=format_datetime(NOW - ahead, usegmt=True), now=NOW)


@pytest.mark.parametrize("seconds", [-9, 0, 1, 9])
def test_a_few_seconds_are_nothing(seconds):
    assert compared(timedelta(seconds=seconds)).level is Level.OK


@pytest.mark.parametrize(
    ("ahead", "level", "told"),
    [
        (timedelta(seconds=30), Level.WARN, "30 s ahead of Slack’s"),
        (timedelta(seconds=-60), Level.WARN, "60 s behind Slack’s"),
        (timedelta(minutes=10), Level.FAIL, "10 min ahead of Slack’s"),
        (timedelta(hours=-3), Level.FAIL, "3 h behind Slack’s"),
        (timedelta(days=400), Level.FAIL, "400 d ahead of Slack’s"),
    ],
)
def test_more_is_told_with_its_direction_and_a_remedy(ahead, level, told):
    found = compared(ahead)

    assert found.level is level
    assert told in found.found
    assert "NTP" in found.remedy


@given(
    header=some.none() | some.text() | some.sampled_from(["Mon, 99 Sep 2026 07:00:00 GMT", "Mon, 7 Sep 99999 07:00"])
)
def test_a_header_that_is_no_date_is_no_trouble(header):
    assert clock(Part.PIVOTAL, date=header, now=NOW).part is Part.PIVOTAL


def test_whatever_is_wrong_has_a_remedy_and_nothing_else_has():
    with pytest.raises(ValueError, match="remedy"):
        Finding(Part.SLACK, "token", Level.FAIL, "refused")
    with pytest.raises(ValueError, match="remedy"):
        Finding(Part.SLACK, "token", Level.OK, "taken", "Do nothing.")


def test_the_verdict_is_the_worst_and_the_count_leaves_out_what_there_is_none_of():
    ok = Finding(Part.SLACK, "token", Level.OK, "taken")
    warn = Finding(Part.SLACK, "scopes", Level.WARN, "one too many", "Take it away.")

    assert (verdict([]), verdict([ok]), verdict([ok, warn])) == (Level.OK, Level.OK, Level.WARN)
    assert counted([ok, warn, ok]) == "1 warn, 2 ok"
