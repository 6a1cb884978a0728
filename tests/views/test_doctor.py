"""What the doctor found, as Slack shows it: what fails first, and never too much."""

import pytest

from bot.domain.findings import Finding, Level, Part
from bot.views.doctor import doctor

WELL = (
    Finding(Part.COMPUTER, "Python", Level.OK, "3.11.7 on Linux x86_64"),
    Finding(Part.MEMORY, "database", Level.OK, "SQLite: its schema is v8, as it should be"),
    Finding(Part.SLACK, "scopes", Level.OK, "all 6 that are needed"),
    Finding(Part.SLACK, "clock", Level.OK, "this computer's clock agrees with Slack’s"),
)
ILL = (
    Finding(Part.SLACK, "scopes", Level.FAIL, "missing: users:read", "Install the app again."),
    Finding(Part.PEOPLE, "links", Level.WARN, "owners without a Slack user: 2", "See `/onboarding people`."),
)


def test_all_is_well(checked, paste):
    assert checked(doctor(WELL, command="/onboarding")) == paste


def test_what_fails_comes_before_what_warns(checked, paste):
    assert checked(doctor((*WELL, *reversed(ILL)), command="/ob")) == paste


@pytest.mark.parametrize("levels", [[Level.OK], [Level.FAIL], list(Level)])
def test_any_number_of_any_length_stays_within_what_slack_takes(checked, levels):
    remedy = {Level.OK: ""}
    many = [
        Finding(part, f"<{at}> {'x' * 300}", level, "*a* " * 300, remedy.get(level, "Do <!channel> & so on. " * 40))
        for part in Part
        for at in range(60)
        for level in levels
    ]

    message = doctor(many, command="/onboarding")

    assert checked(message)
    assert f"{len(many) // len(levels)} {levels[-1]}" in message.text
