"""What the doctor found, as Slack shows it: what fails first, and never too much."""

import pytest

from bot.domain.findings import Finding, Level, Part
from bot.store.schema import NEEDED
from bot.views.doctor import doctor

WELL = (
    Finding(Part.COMPUTER, "Python", Level.OK, "3.11.7 on Linux x86_64"),
    Finding(Part.MEMORY, "database", Level.OK, f"SQLite: its schema is {NEEDED}, as it should be"),
    Finding(Part.SLACK, "scopes", Level.OK, "all 6 that are needed"),
    Finding(Part.SLACK, "clock", Level.OK, "this computer’s clock agrees with Slack’s"),
)
ILL = (
    Finding(Part.SLACK, "scopes", Level.FAIL, "missing: users:read", "Install the app again."),
    Finding(Part.PEOPLE, "links", Level.WARN, "owners without a Slack user: 2", "See `/onboarding people`."),
)


def test_all_is_well(checked, paste):
    assert checked(doctor(WELL, command="/onboarding")) == paste


def test_what_fails_comes_before_what_warns(checked, paste):
    assert checked(doctor((*WELL, *reversed(ILL)), command="/ob")) == paste


def test_every_digest_and_every_package_is_named(checked):
    packages = ", ".join(f"package-{at} {at}.10.2" for at in range(15))
    digests = [f"At-risk onboardings, #channel-{at}" for at in range(60)]
    found = (
        Finding(Part.COMPUTER, "packages", Level.OK, packages),
        *(Finding(Part.DIGESTS, one, Level.OK, "next Tue 8 Sep 2026 09:00 (Europe/Berlin)") for one in digests),
    )

    shown = str(checked(doctor(found, command="/onboarding")))

    assert packages in shown
    assert [one for one in digests if f"{one}:" not in shown] == []
    assert "more" not in shown


def test_what_slack_does_not_take_is_counted(checked):
    many = [Finding(Part.DIGESTS, f"Launch week {at}", Level.OK, "x" * 300) for at in range(60)]

    shown = str(checked(doctor(many, command="/onboarding")))

    left = sum(f"Launch week {at}:" not in shown for at in range(60))
    assert left > 0
    assert f"{left} more: `onboarding-bot doctor` in a terminal shows all" in shown


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
