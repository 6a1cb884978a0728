from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.digests import DIGESTS
from bot.digests.digest import Briefing
from bot.domain import schedule
from bot.domain.phases import Phases
from bot.domain.records import Directory, History, Said, SaidRow, Snapshot, Standing, Subscription
from bot.pivotal.models import OnboardingRow
from bot.views.digest_frame import Frame

NOW = datetime(2026, 9, 7, 7, tzinfo=UTC)
ROW = SaidRow("Acme", "review", "at_risk", None, date(2026, 9, 4))


def onboarding(key: str, **fields: object) -> Standing:
    usual = {"id": key, "display_id": 1, "customer_id": "cus", "name": key, "phase": "review", "state": "active"}
    return Standing(OnboardingRow.model_validate({**usual, **fields}), None, History())


def briefing(kind: str, *standings: Standing, previous: Said | None = None, zone: str = "Europe/Berlin") -> Briefing:
    snapshot = Snapshot(standings, {}, NOW)
    made = datetime(2026, 9, 1, tzinfo=UTC)
    subscription = Subscription("sub", "T", "C0ONBOARD", kind, "daily", time(9), zone, "U0ANA0001", made)
    frame = Frame(phases=Phases(), directory=Directory(), now=NOW, zone=ZoneInfo(zone), as_of=NOW)
    return Briefing(subscription, snapshot, snapshot, previous, frame)


@pytest.mark.parametrize("kind", DIGESTS)
def test_every_kind_is_registered_under_its_name_with_hours_that_can_be_read(kind):
    digest = DIGESTS[kind]

    assert digest.kind == kind
    assert schedule.weekdays(digest.days)
    assert digest.write(briefing(kind)).message.text.startswith(digest.title)


def test_at_risk_lists_by_rule_and_by_mark_and_remembers_both():
    marked, dateless = onboarding("Acme", state="at_risk"), onboarding("Globex", started_at="2026-06-01T00:00:00Z")

    written = DIGESTS["at-risk"].write(briefing("at-risk", marked, dateless, onboarding("Fine", csm_id="u")))

    assert set(written.said.rows) == {"Acme", "Globex"}
    assert not written.silent


@pytest.mark.parametrize(
    ("previous", "silent"), [(None, True), (Said(), True), (Said({"onb": ROW}), False)], ids=["first", "empty", "rows"]
)
def test_at_risk_is_silent_unless_the_last_one_had_rows(previous, silent):
    assert DIGESTS["at-risk"].write(briefing("at-risk", previous=previous)).silent is silent


def test_launch_week_speaks_even_when_nothing_is_due():
    assert not DIGESTS["launch-week"].write(briefing("launch-week")).silent


def test_the_week_is_that_of_the_channels_zone():
    sunday_there = onboarding("Acme", target_launch_date="2026-09-13")

    # Monday 00:30 in Auckland is still Sunday in Berlin.
    late = datetime(2026, 9, 13, 12, 30, tzinfo=UTC)
    berlin = DIGESTS["launch-week"].write(moved(briefing("launch-week", sunday_there), late))
    auckland = DIGESTS["launch-week"].write(moved(briefing("launch-week", sunday_there, zone="Pacific/Auckland"), late))

    assert "1 this week" in berlin.message.text
    assert "1 overdue" in auckland.message.text


def moved(brief: Briefing, now: datetime) -> Briefing:
    return replace(brief, frame=replace(brief.frame, now=now))
