"""What a digest says of the time since the one before, from the first to the one after a weekend."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

FRIDAY, SATURDAY, MONDAY = (datetime(2026, 9, day, 7, tzinfo=UTC) for day in (4, 5, 7))
USUAL = {"target_launch_date": "2026-12-01", "csm_id": "user_csm_001"}


@pytest.fixture
async def friday(scene):
    """Friday's digest is delivered: Acme and Globex are at risk."""
    scene.now = FRIDAY
    subscription = await scene.subscribes(days="mon-fri")
    for number, customer in ((245, "Acme"), (231, "Globex")):
        scene.pivotal.has_onboarding(number, customer=customer, state="at_risk", **USUAL)
    scene.pivotal.has_onboarding(260, customer="Hooli", **USUAL)
    await scene.run.run_due(scene.now)
    return subscription


def seen(scene):
    """What stands in the newest digest."""
    return [one for one in scene.slack.messages("C0ONBOARD") if one.thread_ts is None][-1].seen


async def test_monday_covers_the_weekend(scene, friday):
    scene.now = SATURDAY
    scene.pivotal.edit(260, by="Dana (web app)", state="at_risk")
    scene.pivotal.edit(231, by="Dana (web app)", state="active")
    await scene.run.run_due(scene.now)

    scene.now = MONDAY
    await scene.run.run_due(scene.now)

    assert len(scene.texts()) == 2
    assert scene.texts()[1].endswith("2 (1 new, 1 continuing) · 1 recovered. New: Hooli")
    assert "*New and worsened since Fri 4 Sep*" in seen(scene)
    assert "*Recovered:* Globex #231" in seen(scene)
    assert "listed for 3 days" in seen(scene)


async def test_only_the_first_says_from_when_it_counts(scene, friday):
    first = seen(scene)
    scene.now = MONDAY
    await scene.run.run_due(scene.now)

    assert "phase ages and slips are counted from today" in first
    assert "counted from" not in seen(scene)


async def test_a_rule_that_fires_since_is_told_as_worse(scene, friday):
    scene.pivotal.edit(245, by="Dana (web app)", target_launch_date="2026-09-06")

    scene.now = MONDAY
    await scene.run.run_due(scene.now)

    assert "worse: target date passed yesterday · marked at risk in Pivotal" in seen(scene)


async def test_a_date_that_moved_is_told_from_where_to_where(scene, friday):
    scene.pivotal.edit(245, by="Dana (web app)", target_launch_date="2026-12-15")

    scene.now = MONDAY
    await scene.run.run_due(scene.now)

    assert "launch 1 Dec → 15 Dec (slipped 14 d)" in seen(scene)


async def test_other_filters_claim_nothing_and_say_so(scene, friday):
    await scene.store.subscriptions.edit(replace(friday, filters="customer:acme"))

    scene.now = MONDAY
    await scene.run.run_due(scene.now)

    assert "Filters or rules changed since the last digest" in seen(scene)
    assert scene.texts()[1].endswith("Mon 7 Sep · 1")


async def test_filters_spelled_otherwise_are_the_same_filters(scene, friday):
    spelled = replace(friday, days="daily", filters="state:at-risk owner:<@U0ANA0001>")
    await scene.store.subscriptions.edit(spelled)
    scene.now = SATURDAY
    await scene.run.run_due(scene.now)
    scene.now = MONDAY
    await scene.run.run_due(scene.now)
    again = replace(spelled, filters='owner:U0ANA0001 state:"At risk"')
    await scene.store.subscriptions.edit(again)

    scene.now = MONDAY.replace(day=8)
    await scene.run.run_due(scene.now)

    assert "(0 new, 2 continuing)" in scene.texts()[-1]
    assert "Filters or rules changed" not in seen(scene)


async def test_a_week_that_is_all_snoozed_is_told_as_such(scene, friday):
    for number in (245, 231):
        (found,) = [
            one
            for one in (await scene.portfolio.snapshot(timedelta(days=1))).standings
            if one.onboarding.display_id == number
        ]
        until = MONDAY.date().replace(day=20)
        await scene.snoozing.snooze(found, channel="C0ONBOARD", until=until, reason="legal", by=scene.ana)

    for day in (7, 8):
        scene.now = MONDAY.replace(day=day)
        await scene.run.run_due(scene.now)

    assert len(scene.texts()) == 2
    assert scene.texts()[-1] == "At-risk onboardings — Mon 7 Sep · nothing but 2 snoozed"
    assert (await scene.row(friday)).reason == "nothing but 2 snoozed"
