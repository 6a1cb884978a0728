from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.phases import Phases
from bot.domain.records import Directory, Person
from bot.domain.risk import Reason, Risk
from bot.views import rows

RENAMED = Directory({"user_csm_001": Person("user_csm_001", "U0ANA0001", "Ana Ruiz-Okafor")})
LATE = Reason("overdue", "target date passed 3 days ago", 8)


def test_an_unchanged_row_is_not_drawn_again(aurora, viewing):
    first = rows.block(aurora(), viewing, at=0)

    later = rows.block(aurora(), replace(viewing, now=viewing.now + timedelta(hours=1), stale=True), at=0)

    assert later is first
    assert later.to_dict() is first.to_dict()


@pytest.mark.parametrize(
    "other",
    [{"phases": Phases(("review", "launch"))}, {"directory": RENAMED}, {"zone": ZoneInfo("Pacific/Kiritimati")}],
    ids=["phases", "owner's name", "day"],
)
def test_a_row_is_drawn_anew_for_whoever_sees_it_otherwise(aurora, viewing, other):
    viewing = replace(viewing, now=viewing.now.replace(hour=11))
    before = rows.block(aurora(), viewing, at=0).to_dict()

    after = rows.block(aurora(), replace(viewing, **other), at=0).to_dict()

    assert after["text"] != before["text"]


@pytest.mark.parametrize(
    "fields",
    [{"phase": "launch"}, {"state": "paused"}, {"target_launch_date": date(2026, 10, 2)}, {"csm_id": None}],
    ids=["phase", "state", "date", "owner"],
)
def test_a_row_that_changed_is_drawn_anew(aurora, viewing, fields):
    before = rows.block(aurora(), viewing, at=0).to_dict()

    after = rows.block(aurora(**fields), viewing, at=0).to_dict()

    assert after["text"] != before["text"]


def test_a_row_says_its_reasons_and_has_a_button_of_its_own_in_each_place(aurora, viewing):
    plain = rows.block(aurora(), viewing, at=0).to_dict()

    told = rows.block(Risk(aurora(), (LATE,)), viewing, at=1).to_dict()

    assert told["text"]["text"] == f"{plain['text']['text']}\nWhy: {LATE.text}"
    assert told["accessory"]["action_id"] != plain["accessory"]["action_id"]
