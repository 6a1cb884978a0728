import json
from dataclasses import replace

import pytest

from bot.domain.launches import Lane, Lanes
from bot.domain.moves import Verb
from bot.domain.risk import Reason, Risk
from bot.views import lists, values

WHY = (Reason("overdue", "target date passed 3 days ago", 8), Reason("no_owner", "no owner", 1))


@pytest.fixture
def many(aurora):
    def make(count):
        return tuple(aurora(f"Customer {n}", id=f"onb_{n}", display_id=n) for n in range(1, count + 1))

    return make


def controls(payload):
    return [
        element
        for block in payload["blocks"]
        for element in [*block.get("elements", ()), block.get("accessory") or {}]
        if element.get("type") == "button"
    ]


def labels(payload):
    return [element["text"]["text"] for element in controls(payload)]


def test_list_of_onboardings(aurora, viewing, checked, paste):
    two = (aurora(), aurora("Globex", id="onb_090", display_id=90, state="waiting", csm_id=None, se_id=None))

    message = lists.listing(
        "Onboardings", two, viewing, page=1, filters="phase:review", told="phase Review", note="newest first"
    )

    assert checked(message) == paste


@pytest.mark.parametrize(
    ("count", "page", "opens", "turns"),
    [
        (0, 1, 0, []),
        (1, 1, 1, []),
        (10, 1, 10, []),
        (11, 1, 10, ["Next"]),
        (11, 2, 1, ["Previous"]),
        (500, 7, 10, ["Previous", "Next"]),
        (11, 9, 1, ["Previous"]),
    ],
)
def test_ten_rows_to_a_page(many, viewing, checked, count, page, opens, turns):
    payload = checked(lists.listing("Onboardings", many(count), viewing, page=page))

    assert labels(payload) == ["Open"] * opens + turns


def test_total_and_page_are_said(many, viewing, checked):
    payload = checked(lists.listing("Onboardings", many(25), viewing, page=2))

    assert "25 onboardings  ·  page 2 of 3" in json.dumps(payload, ensure_ascii=False)
    assert payload["text"].startswith("Onboardings: 25 onboardings, page 2 of 3: Customer 11 (onboarding #11), ")


def test_next_brings_back_the_same_list(many, viewing):
    payload = lists.listing("Mine", many(25), viewing, page=1, filters="state:at_risk", name="mine").payload()

    assert values.decode_turning(controls(payload)[-1]["value"]) == values.Turning("mine", "state:at_risk", 2)


def test_open_carries_the_onboarding(many, viewing):
    payload = lists.listing("Onboardings", many(3), viewing, page=1).payload()

    assert [values.decode(one["value"]).id for one in controls(payload)] == ["onb_1", "onb_2", "onb_3"]
    assert [one["accessibility_label"] for one in controls(payload)] == [f"Open Customer {n} #{n}" for n in (1, 2, 3)]


def test_a_stale_list_says_so(many, viewing):
    payload = lists.listing("Onboardings", many(1), replace(viewing, stale=True), page=1).payload()

    assert "Pivotal is not answering, as of 09:41" in json.dumps(payload)


def test_a_stale_list_says_why_when_it_knows_better(many, viewing):
    payload = lists.listing("Onboardings", many(1), replace(viewing, stale="Pivotal is busy."), page=1).payload()

    assert "Pivotal is busy, as of 09:41" in json.dumps(payload)


def test_list_of_what_is_at_risk(aurora, viewing, checked, paste):
    message = lists.at_risk((Risk(aurora(state="at_risk"), WHY),), viewing, page=1)

    assert checked(message) == paste


def test_nothing_at_risk(viewing, checked):
    assert checked(lists.at_risk((), viewing, page=1))["text"] == "At-risk onboardings: Nothing is at risk right now."


@pytest.fixture
def lanes(many):
    every = many(24)
    return Lanes(
        overdue=every[:2],
        this_week=every[2:5],
        next_week=(),
        later=every[5:20],
        no_target=every[20:23],
        launched=every[23:],
    )


def test_list_of_launches(lanes, viewing, checked, paste):
    assert checked(lists.launches(lanes, viewing, page=1)) == paste


def test_a_lane_that_goes_on_repeats_its_heading(lanes, viewing, checked):
    payload = checked(lists.launches(lanes, viewing, page=2))

    assert payload["blocks"][2]["text"]["text"] == "*Later (15)*"


def test_one_lane_only(lanes, viewing, checked):
    payload = checked(lists.launches(lanes, viewing, page=1, only=Lane.NO_TARGET))

    assert labels(payload) == ["Open"] * 3
    assert payload["blocks"][0]["text"]["text"] == "Launches: no target date"


def test_home_shows_first_what_needs_a_look(many, viewing, checked, paste):
    *others, needy, last = many(7)

    payload = checked(lists.home([needy, *others, last], viewing, reasons={"onb_6": WHY}, linked=True))

    assert values.decode(controls(payload)[0]["value"]).id == "onb_6"
    assert payload["text"] == "Your onboardings: 7 onboardings, 1 needs attention."
    assert payload == paste


def test_home_of_somebody_the_bot_does_not_know(viewing, checked):
    payload = checked(lists.home((), viewing, reasons={}, linked=False))

    assert "not linked to a Pivotal user yet" in payload["text"]
    assert labels(payload) == ["Find", "At risk", "Launches", "All onboardings", "Help"]


def test_pick_shows_ten_and_says_how_many_more(many, viewing, checked, paste):
    payload = checked(lists.pick("Which “Customer” do you mean?", many(12), viewing))

    assert labels(payload) == ["Open"] * 10
    assert "2 more not shown" in json.dumps(payload)
    assert payload == paste


def test_pick_for_a_change_goes_on_with_it(many, viewing, checked):
    payload = checked(lists.pick("Which one shall advance?", many(2), viewing, verb=Verb.ADVANCE))

    assert labels(payload) == ["Choose", "Choose"]
    assert values.decode(controls(payload)[1]["value"]) == values.Press("onb_2", "advance")


def test_phases_to_skip_to_are_a_button_each(aurora, viewing, checked, paste):
    message = lists.ahead(aurora(), ("internal_qa", "launch", "completed"), phases=viewing.phases)

    assert checked(message) == paste
    assert values.decode(controls(message.payload())[1]["value"]).reason == "launch"
