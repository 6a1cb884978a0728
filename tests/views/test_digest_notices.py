"""What is told when a digest does not come as it should names the digest, its channel or its day, and what to do."""

from datetime import UTC, datetime, time

import pytest

from bot.domain.records import Subscription
from bot.views import digest_notices as notices
from bot.views.digest_notices import Subject

AT = datetime(2026, 9, 8, 7, 45, tzinfo=UTC)
SLOT = "2026-09-08"


@pytest.fixture
def subject():
    made = datetime(2026, 9, 1, tzinfo=UTC)
    subscription = Subscription(
        "sub_1", "T0HOME001", "C0ONBOARD", "at-risk", "daily", time(9), "Europe/Berlin", "U0ANA0001", made
    )
    return Subject(subscription, "At-risk onboardings", "/ob")


def test_a_digest_that_failed_can_be_posted_now(subject, checked, paste):
    message = notices.failed(subject, slot=SLOT, reason="I am not in <that> channel.", hint="Invite me.")

    assert "“At-risk onboardings” for <#C0ONBOARD> of Tue 8 Sep was not posted" in message.text
    assert checked(message) == paste


def test_a_paused_subscription_keeps_its_settings(subject, checked, paste):
    assert checked(notices.paused(subject, slot=SLOT, reason="That channel is archived.", hint="")) == paste


def test_only_a_person_can_say_whether_an_uncertain_one_arrived(subject, checked, paste):
    assert checked(notices.uncertain(subject, slot=SLOT)) == paste


def test_skipped_slots_are_told_by_their_reason(subject, checked, paste):
    slots = [("2026-09-07", "I was not running."), (SLOT, "I was not running."), ("2026-09-09", "Pivotal was away")]

    message = notices.skipped(subject, slots=slots)

    assert "Mon 7 Sep, Tue 8 Sep: I was not running. Wed 9 Sep: Pivotal was away." in message.text
    assert checked(message) == paste


def test_a_channel_is_told_that_its_digest_is_still_to_come_and_when_it_is_tried_last(subject, checked, paste):
    until = datetime(2026, 9, 8, 11, tzinfo=UTC)

    message = notices.put_off(subject, reason="Pivotal does not answer.", minutes=5, until=until)

    assert "every 5 minutes, the last time at 13:00 Europe/Berlin" in message.text
    assert checked(message) == paste


def test_that_notice_says_how_it_ended_when_it_came(subject, checked, paste):
    assert checked(notices.came(subject, reason="Pivotal does not answer.", at=AT)) == paste


def test_that_notice_says_how_it_ended_when_it_came_not(subject, checked, paste):
    assert checked(notices.came_not(subject, slot=SLOT, reason="Pivotal does not answer.")) == paste


def test_that_notice_says_that_there_was_nothing_to_say(subject, checked, paste):
    assert checked(notices.silent(subject, slot=SLOT)) == paste


def test_that_notice_says_that_nobody_wants_it_any_more(subject, checked, paste):
    assert checked(notices.given_up(subject, slot=SLOT)) == paste


def test_the_question_gives_way_to_who_had_it_posted(subject, checked, paste):
    assert checked(notices.posted_by_hand(subject, slot=SLOT, name="Ana <Ruiz>")) == paste


def test_the_question_gives_way_to_that_there_was_nothing_to_say(subject, checked, paste):
    assert checked(notices.nothing_to_say(subject, slot=SLOT)) == paste


def test_the_question_gives_way_to_who_saw_it(subject, checked, paste):
    assert checked(notices.seen_by(subject, slot=SLOT, name="Ana <Ruiz>")) == paste
