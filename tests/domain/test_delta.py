from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import delta
from bot.domain.delta import Base, Cause
from bot.domain.phases import Phases
from bot.domain.records import Said, Standing
from bot.pivotal.models import OnboardingRow

PHASES = Phases()
FRIDAY, MONDAY = date(2026, 9, 4), date(2026, 9, 7)


def standing(key: str, *, phase: str = "review", state: str = "active", target: date | None = None) -> Standing:
    row = OnboardingRow(
        id=key, display_id=1, customer_id="cus", name=key, phase=phase, state=state, target_launch_date=target
    )
    return Standing(row)


Fired = dict[str, tuple[str, ...]]


def said(
    *standings: Standing,
    previous: Said | None = None,
    today: date = FRIDAY,
    rules: str = "",
    fired: Fired | None = None,
) -> Said:
    return delta.say(standings, previous=previous, today=today, rules=rules, fired=fired or {})


def compared(before: Said | None, now: list[Standing], exists: list[Standing], rules: str = "") -> delta.Delta:
    everything = {one.onboarding.id: one for one in exists}
    current = said(*now, previous=before, today=MONDAY, rules=rules)
    return delta.compare(before, current, listed=everything, everything=everything, phases=PHASES)


def apply(change: delta.Delta, previous: Said | None, *, rules: str) -> Said:
    rows = dict(previous.rows) if previous else {}
    for key in change.left:
        del rows[key]
    return Said(rows | dict(change.continuing) | dict(change.new), rules)


def test_new_and_continuing_rows_are_told_apart():
    acme, globex = standing("acme"), standing("globex")

    change = compared(said(acme), [acme, globex], [acme, globex])

    assert set(change.new) == {"globex"}
    assert set(change.continuing) == {"acme"}
    assert change.comparable


def test_continuing_row_keeps_the_day_it_was_first_listed():
    acme = standing("acme")

    change = compared(said(acme), [acme], [acme])

    assert change.continuing["acme"].since == FRIDAY


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        (standing("acme", state="waiting"), Cause.RECOVERED),
        (standing("acme", phase="internal_qa"), Cause.RECOVERED),
        (standing("acme"), Cause.NO_RULE),
        (standing("acme", phase="launch"), Cause.LAUNCHED),
        (standing("acme", phase="completed"), Cause.COMPLETED),
        (standing("acme", state="done"), Cause.COMPLETED),
        (standing("acme", state="paused"), Cause.PAUSED),
        (standing("acme", phase="launch", state="paused"), Cause.PAUSED),
        (None, Cause.DELETED),
    ],
)
def test_a_row_that_left_is_named_by_its_cause(now, cause):
    change = compared(said(standing("acme")), [], [now] if now else [])

    assert [left.title for left in change.of(cause)] == ["acme"]
    assert set(change.left) == {"acme"}


def test_a_row_that_no_longer_passes_the_filters_has_not_recovered():
    acme = standing("acme")

    change = delta.compare(said(acme), said(), listed={}, everything={"acme": acme}, phases=PHASES)

    assert change.left["acme"].cause is Cause.UNLISTED


def test_an_already_launched_row_that_left_has_recovered():
    launched = standing("acme", phase="launch")

    change = compared(said(standing("acme", phase="launch", state="at_risk")), [], [launched])

    assert change.left["acme"].cause is Cause.RECOVERED


def test_what_only_became_usual_has_not_recovered():
    stalled = standing("acme")

    change = compared(said(stalled, fired={"acme": ("stalled",)}), [], [stalled])

    assert change.left["acme"].cause is Cause.AS_USUAL
    assert change.left["acme"].cause.value == "no longer above the usual time"


@pytest.mark.parametrize(("owner", "cause"), [("user_csm_001", Cause.RECOVERED), (None, Cause.NO_RULE)])
def test_a_row_without_an_owner_has_recovered_once_it_has_one(owner, cause):
    before = standing("acme")
    now = Standing(before.onboarding.model_copy(update={"csm_id": owner}))

    change = compared(said(before, fired={"acme": ("no_owner",)}), [], [now])

    assert change.left["acme"].cause is cause


def test_a_row_that_left_tells_its_date_now():
    before, now = standing("acme", target=date(2026, 9, 9)), standing("acme", target=date(2026, 10, 2))

    change = compared(said(before), [], [now])

    assert change.left["acme"].target == date(2026, 10, 2)


def test_a_later_date_is_a_slip_and_an_earlier_one_is_not():
    before, later = standing("acme", target=date(2026, 9, 18)), standing("acme", target=date(2026, 10, 2))

    slipped = compared(said(before), [later], [later]).slipped

    assert slipped == {"acme": delta.Moved("acme", date(2026, 9, 18), date(2026, 10, 2))}
    assert compared(said(later), [before], [before]).slipped == {}


def moved_out(before: Standing, now: Standing, *, otherwise: Cause = Cause.RECOVERED) -> Cause:
    here = {"acme": now}
    change = delta.compare(said(before), said(), listed=here, everything=here, phases=PHASES, otherwise=otherwise)
    return change.left["acme"].cause


def test_a_launch_that_was_put_off_has_not_recovered():
    before = standing("acme", target=date(2026, 9, 9))

    assert moved_out(before, standing("acme", target=date(2026, 10, 2))) is Cause.MOVED_OUT
    assert moved_out(before, standing("acme", target=None)) is Cause.MOVED_OUT
    assert moved_out(before, standing("acme", target=date(2026, 9, 8))) is Cause.RECOVERED


def test_a_mark_that_was_cleared_has_recovered_whatever_the_date():
    before = standing("acme", state="at_risk", target=date(2026, 9, 9))

    assert moved_out(before, standing("acme", target=date(2026, 10, 2))) is Cause.RECOVERED


def test_a_paused_launch_leaves_the_list_of_launches_only_when_it_moves():
    before = standing("acme", target=date(2026, 9, 9))
    paused = standing("acme", state="paused", target=date(2026, 10, 2))

    assert moved_out(before, paused) is Cause.PAUSED
    assert moved_out(before, paused, otherwise=Cause.MOVED_OUT) is Cause.MOVED_OUT


def test_a_snoozed_row_has_not_recovered():
    here = {"acme": standing("acme")}

    change = delta.compare(
        said(standing("acme")), said(), listed=here, everything=here, phases=PHASES, snoozed={"acme"}
    )

    assert change.left["acme"].cause is Cause.SNOOZED


def test_a_row_is_worse_when_a_rule_fires_that_did_not():
    rows = [standing("acme"), standing("globex"), standing("hooli"), standing("initech")]
    before: Fired = {"acme": ("marked",), "globex": ("overdue", "marked"), "hooli": ("marked",)}
    now: Fired = {**before, "acme": ("overdue", "marked"), "globex": ("marked",), "initech": ("marked",)}
    here = {one.onboarding.id: one for one in rows}
    last = said(*rows, fired=before)

    change = delta.compare(last, said(*rows, previous=last, fired=now), listed=here, everything=here, phases=PHASES)

    assert change.worse == {"acme": frozenset({"overdue"})}


def test_the_first_digest_and_one_under_other_rules_claim_nothing():
    acme = standing("acme")

    assert compared(None, [acme], [acme]).base is Base.NONE
    assert compared(said(acme), [acme], [acme], rules="phase:review").base is Base.CHANGED


rows = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.builds(
        standing,
        st.just("x"),
        phase=st.sampled_from([*PHASES.order, "uat"]),
        state=st.sampled_from(["active", "paused", "at_risk", "waiting", "done", "blocked"]),
        target=st.none() | st.dates(FRIDAY, date(2026, 12, 31)),
    ),
).map(lambda found: [Standing(one.onboarding.model_copy(update={"id": key})) for key, one in found.items()])


reasons = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([("marked",), ("overdue", "marked"), ("x",)]))
snoozes = st.sets(st.sampled_from("abcdefgh"))


@given(
    before=st.none() | rows,
    now=rows,
    rest=rows,
    rules=st.sampled_from(["", "phase:review"]),
    fired=st.tuples(reasons, reasons),
    snoozed=snoozes,
    otherwise=st.sampled_from([Cause.RECOVERED, Cause.MOVED_OUT]),
)
def test_applying_the_delta_to_the_last_digest_gives_this_one(before, now, rest, rules, fired, snoozed, otherwise):
    previous = None if before is None else said(*before, fired=fired[0])
    current = said(*now, previous=previous, today=MONDAY, rules=rules, fired=fired[1])
    everything = {one.onboarding.id: one for one in (*rest, *now)}

    change = delta.compare(
        previous,
        current,
        listed=everything,
        everything=everything,
        phases=PHASES,
        snoozed=snoozed,
        otherwise=otherwise,
    )

    assert apply(change, previous, rules=rules) == current
    assert len(change.new) + len(change.continuing) == len(current.rows)
    assert change.worse.keys() | change.slipped.keys() <= change.continuing.keys()
    assert change.comparable == (previous is not None and not rules)


@given(before=rows, now=rows)
def test_a_deleted_row_is_never_called_recovered(before, now):
    previous = replace(said(*before), rules="")

    change = compared(previous, now, now)

    present = {one.onboarding.id for one in now}
    assert all(left.cause is Cause.DELETED for key, left in change.left.items() if key not in present)
