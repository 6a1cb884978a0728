"""The sample world is what the demo promises, on any day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.sandbox import seed
from bot.sandbox.pivotal import LocalPivotal

DAYS = [date(2026, 9, 7) + timedelta(days=offset) for offset in range(7)]
PHASES = {
    "before_getting_started",
    "program_design",
    "review",
    "program_buildout",
    "internal_qa",
    "launch",
    "completed",
}


def test_there_are_forty_customers_and_sixty_onboardings():
    assert (len(seed.CUSTOMERS), len(seed.ONBOARDINGS)) == (40, 60)


def test_every_phase_and_state_occurs():
    phases = Counter(onboarding.phase for onboarding in seed.ONBOARDINGS)
    states = Counter(onboarding.state for onboarding in seed.ONBOARDINGS)

    assert set(phases) == PHASES
    assert set(states) == {"active", "paused", "at_risk", "waiting"}


def test_some_onboardings_lack_owner_target_or_notes():
    lacking = [
        [onboarding for onboarding in seed.ONBOARDINGS if getattr(onboarding, field) is None]
        for field in ("csm_id", "target", "notes")
    ]

    assert all(lacking)


def test_one_number_is_a_customer_and_another_customer_s_onboarding():
    customers = {customer.display_id: customer for customer in seed.CUSTOMERS}

    clashes = [onboarding for onboarding in seed.ONBOARDINGS if onboarding.display_id in customers]

    assert clashes
    assert all(customers[clash.display_id].name != clash.customer for clash in clashes)


def test_names_that_try_a_bot_are_there():
    names = [customer.name for customer in seed.CUSTOMERS]

    assert {"Acme Corp", "Acme Group", "List & Co", "Help Scouts Ltd"} <= set(names)
    for trial in ("🚀", "<!channel>", "&", "|", "ا", "א"):
        assert any(trial in name for name in names), trial
    assert max(map(len, names)) > 150


@pytest.mark.parametrize("today", DAYS)
def test_launches_lie_this_week_next_week_and_behind(today):
    monday = today - timedelta(days=today.weekday())
    targets = [onboarding.target_date(today) for onboarding in seed.ONBOARDINGS if onboarding.phase == "internal_qa"]
    weeks = Counter((target - monday).days // 7 for target in targets if target)

    assert weeks[0]
    assert weeks[1]
    assert any(target < today for target in targets if target)


@pytest.mark.parametrize("today", DAYS)
def test_history_ends_in_what_the_records_say(today):
    present = {onboarding.id: onboarding for onboarding in seed.ONBOARDINGS}
    last = {(seen.onboarding_id, seen.field): seen.after for seen in seed.history(today)}

    for (identity, field), after in last.items():
        onboarding = present[identity]
        target = onboarding.target_date(today)
        values = {"state": onboarding.effective_state, "target_launch_date": str(target) if target else None}
        assert after == values.get(field, getattr(onboarding, field, None)), (onboarding.display_id, field)


def test_history_is_a_chain_in_three_weeks_before_today():
    today = date(2026, 9, 9)
    known: dict[tuple[str, str], str | None] = {}

    for seen in seed.history(today):
        before = known.get((seen.onboarding_id, seen.field), seen.before)
        assert seen.before == before, seen
        assert seen.before != seen.after
        assert timedelta(0) < datetime(2026, 9, 9, tzinfo=UTC) - seen.seen_at < timedelta(days=21)
        known[seen.onboarding_id, seen.field] = seen.after


def test_nothing_was_seen_before_the_record_was_made():
    today = date(2026, 9, 9)
    made = {onboarding.id: today - timedelta(days=onboarding.age) for onboarding in seed.ONBOARDINGS}

    assert all(seen.seen_at.date() > made[seen.onboarding_id] for seen in seed.history(today))


def test_history_has_entries_into_phases_and_slips():
    seen = seed.history(date(2026, 9, 9))
    slips = Counter(
        each.onboarding_id for each in seen if each.field == "target_launch_date" and each.after > each.before
    )

    assert len({each.onboarding_id for each in seen if each.field == "phase"}) >= 25
    assert sum(slips.values()) >= 3
    assert max(slips.values()) == 2


@pytest.mark.parametrize("today", DAYS)
def test_since_the_last_digest_some_are_new_recovered_and_slipped(today):
    said = seed.last_digest(today)
    present = {onboarding.id: onboarding for onboarding in seed.ONBOARDINGS}
    marked = {identity for identity, onboarding in present.items() if onboarding.state == "at_risk"}

    recovered = [
        identity for identity, row in said.items() if row["state"] == "at_risk" and present[identity].state == "active"
    ]
    slipped = [
        identity
        for identity, row in said.items()
        if (target := present[identity].target_date(today)) and row["target"] and target > row["target"]
    ]

    assert len(marked - set(said)) == 2
    assert len(recovered) == 2
    assert len(slipped) >= 2
    assert all(row["since"] <= seed.last_workday(today) < today for row in said.values())
    assert all(row["since"].weekday() < 5 for row in said.values())


def test_changes_after_the_last_digest_lie_after_its_hour():
    for today in DAYS:
        nine = datetime.combine(seed.last_workday(today), datetime.min.time(), UTC) + timedelta(hours=9)
        recovery = [seen for seen in seed.history(today) if (seen.before, seen.after) == ("at_risk", "active")]

        assert all(nine < seen.seen_at < datetime.combine(today, datetime.min.time(), UTC) for seen in recovery)


def test_the_local_pivotal_holds_the_sample_world():
    pivotal = LocalPivotal(seed=True, today=date(2026, 9, 9))

    aurora = pivotal.onboarding(89)

    assert (aurora["phase"], aurora["csm_id"], aurora["se_id"]) == ("review", "user_csm_001", "user_se_001")
    assert aurora["target_launch_date"] == "2026-09-18T00:00:00.000Z"
    assert aurora["name"] == "Aurora Foods onboarding"
    assert [line["event"] for line in pivotal.timeline(89)] == ["created", "phase_changed"]
    assert pivotal.transitions(89) == []


def test_the_sample_world_is_the_same_on_every_start():
    today = date(2026, 9, 9)
    one, two = (LocalPivotal(seed=True, today=today, clock=lambda: datetime(2026, 9, 9, tzinfo=UTC)) for _ in "12")

    assert [one.onboarding(row.id) for row in seed.ONBOARDINGS] == [two.onboarding(row.id) for row in seed.ONBOARDINGS]
