from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import filters
from bot.domain.errors import UserError
from bot.domain.filters import Filters, describe, parse
from bot.domain.phases import Phases
from bot.domain.records import Directory, Person

PHASES = Phases()
TODAY = date(2026, 9, 9)
DIRECTORY = Directory({"user_csm_001": Person("user_csm_001", slack_id="U0ANA0001", name="Ana Ruiz")})


def read(text, **given):
    return parse(text, phases=PHASES, **given)


def test_all_keys_are_read_and_the_rest_is_a_name():
    found = read("phase:review State:At-Risk owner:<@U0ANA0001|ana> launch:this-week aurora foods")

    assert found == Filters(("review",), ("at_risk",), ("U0ANA0001",), ("this-week",), "aurora foods")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('phase:"Program buildout"', Filters(phases=("program_buildout",))),
        ("phase:program-buildout,internal_qa", Filters(phases=("program_buildout", "internal_qa"))),
        ("phase:launch phase:launch", Filters(phases=("launch",))),
        ("state:“waiting on customer”", Filters(states=("waiting",))),
        ("owner:none", Filters(owners=("none",))),
        ("owner:user_csm_001", Filters(owners=("user_csm_001",))),
        ("owner:U0ANA0001", Filters(owners=("U0ANA0001",))),
        ("owner:<!subteam^S0CSMS001|@csms>", Filters(owners=("<!subteam^S0CSMS001|@csms>",))),
        ("mine", Filters(owners=("me",))),
        ("owner:me,none", Filters(owners=("me", "none"))),
        ("customer:“aurora foods” customer:acme", Filters(customers=("aurora foods", "acme"))),
        ("Acme: West", Filters(text="Acme: West")),
        ("https://my.pivotal.app/customers/1", Filters(text="https://my.pivotal.app/customers/1")),
        ("", Filters()),
    ],
)
def test_a_filter_is_read_as_meant(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("phse:review", "phase:"),
        ("phase:reveiw", "review"),
        ("state:atrisk", "at-risk"),
        ("launch:thisweek", "this-week"),
    ],
)
def test_a_typing_error_is_answered_with_what_was_likely_meant(text, guess):
    with pytest.raises(UserError) as refused:
        read(text)

    assert f"Did you mean “{guess}”?" in refused.value.hint


def test_something_quite_unknown_is_answered_with_what_there_is():
    with pytest.raises(UserError) as refused:
        read("launch:qqq")

    assert "Did you mean" not in refused.value.hint
    assert "`next-week`" in refused.value.hint


@pytest.mark.parametrize("text", ["phase:", "owner:bob", "owner:,"])
def test_a_value_that_is_none_is_refused(text):
    with pytest.raises(UserError):
        read(text)


def test_a_phase_only_pivotal_knows_can_be_filtered_once_seen(make_standing):
    assert read("phase:kickoff", seen=[make_standing(phase="Kickoff")]) == Filters(phases=("Kickoff",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["Aurora", "Globex", "Initech", "Hooli"]),
        ("phase:review", ["Aurora", "Initech", "Hooli"]),
        ("state:waiting", ["Globex"]),
        ("owner:<@U0ANA0001>", ["Aurora", "Globex"]),
        ("owner:none", ["Hooli"]),
        ("owner:none,<@U0ANA0001>", ["Aurora", "Globex", "Hooli"]),
        ("owner:<@U0DEV0001>", []),
        ("launch:overdue", ["Aurora"]),
        ("launch:this-week,none", ["Globex", "Hooli"]),
        ("phase:review owner:none", ["Hooli"]),
        ("glo", ["Globex"]),
    ],
)
def test_filters_keep_what_they_ask_for(make_standing, text, expected):
    standings = [
        make_standing("Aurora", 1, target_launch_date=date(2026, 9, 7)),
        make_standing("Globex", 2, target_launch_date=date(2026, 9, 13), phase="internal_qa", waiting_on_customer=True),
        make_standing("Initech", 3, target_launch_date=date(2026, 9, 14), csm_id="user_csm_002"),
        make_standing("Hooli", 4, csm_id=None),
    ]

    kept = filters.apply(read(text), standings, phases=PHASES, directory=DIRECTORY, today=TODAY)

    assert [standing.title for standing in kept] == expected


@pytest.mark.parametrize("group", ["<!subteam^S0CSMS001|@csms>", "<!subteam^S0CSMS001>", "S0CSMS001", "@S0CSMS001"])
def test_a_user_group_stands_for_its_members(make_standing, group):
    standings = [make_standing("Aurora", 1), make_standing("Initech", 2, csm_id="user_csm_002")]
    found = read(f"owner:{group}")

    assert filters.groups_of(found) == ("S0CSMS001",)
    for members, titles in [({"U0ANA0001", "U0DEV0001"}, ["Aurora"]), (set(), [])]:
        kept = filters.apply(
            found,
            standings,
            phases=PHASES,
            directory=DIRECTORY,
            today=TODAY,
            groups={"S0CSMS001": frozenset(members)},
        )
        assert [standing.title for standing in kept] == titles


def test_mine_means_the_onboardings_of_whoever_is_meant(make_standing):
    standings = [make_standing("Aurora", 1), make_standing("Initech", 2, csm_id=None)]

    def kept(me):
        found = filters.apply(read("mine"), standings, phases=PHASES, directory=DIRECTORY, today=TODAY, me=me)
        return [standing.title for standing in found]

    assert kept("U0ANA0001") == ["Aurora"]
    assert kept("U0DEV0001") == []
    assert kept("") == []


def test_a_customer_is_looked_for_in_its_name(make_standing):
    standings = [make_standing("Aurora Foods", 1), make_standing("Acme", 2), make_standing("Acme Aurora", 3)]

    kept = filters.apply(read("customer:foods,acme"), standings[:2], phases=PHASES, directory=DIRECTORY, today=TODAY)

    assert [standing.title for standing in kept] == ["Aurora Foods", "Acme"]
    assert not filters.apply(read("customer:hooli"), standings, phases=PHASES, directory=DIRECTORY, today=TODAY)


def test_a_week_ends_where_weeks_end(make_standing):
    sunday = [make_standing("Aurora", 1, target_launch_date=date(2026, 9, 13))]

    def this_week(first):
        return filters.apply(
            read("launch:this-week"), sunday, phases=PHASES, directory=DIRECTORY, today=TODAY, first=first
        )

    assert this_week(0)
    assert not this_week(6)


def test_groups_and_mine_and_customers_are_said_in_words():
    found = read("mine owner:<!subteam^S0CSMS001|@csms>,<!subteam^S0CSMS002> customer:acme")

    assert describe(found, directory=DIRECTORY, me="Ana Ruiz") == (
        "owner Ana Ruiz or in @csms or in a user group · customer “acme”"
    )
    assert describe(read("mine"), directory=DIRECTORY) == "only yours"
    assert describe(read("mine phase:review"), directory=DIRECTORY, me="Ana Ruiz") == "only Ana Ruiz’s · phase Review"


def test_filters_are_said_in_words():
    found = read("phase:review,launch state:at_risk owner:<@U0ANA0001|ana> launch:none aurora")

    assert describe(found, directory=DIRECTORY) == (
        "phase Review or Launch · state At risk · owner Ana Ruiz · launch no target date · name “aurora”"
    )
    assert describe(Filters(), directory=DIRECTORY) == ""
    assert not Filters()


@given(st.text())
def test_any_text_is_read_or_refused_in_words(text):
    try:
        outcome = read(text)
    except UserError as refused:
        outcome = refused.hint

    assert isinstance(outcome, Filters) or outcome
