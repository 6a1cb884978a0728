"""Lists: home, mine, all with filters and pages, at risk, launches."""

from datetime import date

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, BEN, CARA, DEVON, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


async def test_bare_command_shows_mine_and_the_ways_on(ask, slack):
    home = await ask("")

    assert "6 onboardings" in home
    assert "Globex" in home
    for label, title in {
        "At risk": "At-risk onboardings",
        "Launches": "Launches",
        "All onboardings": "Onboardings",
    }.items():
        await slack.clicks(label, by=ANA, channel=ONBOARDING, message=slack.messages(ONBOARDING, ANA)[0])
        assert title in slack.seen(ANA, ONBOARDING)


async def test_bare_command_of_somebody_not_linked_says_so(ask):
    assert "You are not linked to a Pivotal user yet" in await ask("", by=DEVON)


async def test_mine_lists_what_i_own_in_any_role(ask):
    assert "Aurora Foods" in await ask("mine", by=BEN)
    assert "Acme Group" not in await ask("mine", by=ANA)


async def test_mine_of_somebody_not_linked_says_so(ask):
    assert "You are not linked to a Pivotal user yet" in await ask("mine", by=DEVON)


async def test_mine_of_another_person(ask):
    answer = await ask("mine @ben", by=CARA)

    assert "Onboardings of Ben Okafor" in answer
    assert "1 onboarding" in answer
    assert "Aurora Foods" in answer


async def test_mine_of_another_person_who_is_not_linked(ask):
    assert "They are not linked to a Pivotal user" in await ask("mine @devon")


async def test_mine_of_nobody_i_can_find(ask):
    assert "not a person I can find" in await ask("mine aurora")


@pytest.mark.parametrize(
    ("typed", "kept", "left"),
    [
        ("list phase:internal-qa", "#104", "#89"),
        ('list phase:"Internal QA"', "#104", "#89"),
        ("ls owner:@ben", "#89", "#104"),
        ("LIST state:paused", "#109", "#89"),
        ("list launch:overdue", "#110", "#89"),
        ("list list & co", "#107", "#89"),
        ("list acme phase:review", "#102", "#101"),
    ],
)
async def test_list_keeps_what_the_filters_ask_for(ask, typed, kept, left):
    listed = await ask(typed)

    assert kept in listed
    assert left not in listed


async def test_list_with_an_unknown_filter_says_which_there_are(ask):
    answer = await ask("list fase:review")

    assert "Did you mean “phase:”?" in answer


async def test_filters_are_said_in_words_and_the_next_page_keeps_them_as_typed(ask, slack, pivotal, clock):
    for number in range(200, 212):
        pivotal.has_onboarding(number, customer="Many Inc", phase="internal_qa", se_id="user_se_001")
    clock.passes(minutes=3)

    first = await ask("list owner:@ben phase:internal-qa many sort:name")
    await slack.clicks("Next", by=ANA, channel=ONBOARDING)
    second = slack.seen(ANA, ONBOARDING)

    told = "filters: phase Internal QA · owner Ben Okafor · name “many”  ·  by name"
    assert f"12 onboardings  ·  page 1 of 2  ·  {told}" in first
    assert f"12 onboardings  ·  page 2 of 2  ·  {told}" in second
    assert "#211" in second


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ("list", ["#110", "#89"]),
        ("list sort:newest", ["#110", "#102", "#89"]),
        ("list sort:date", ["#110", "#89", "#102"]),
        ("list SORT:Name acme", ["Acme Corp", "Acme Group"]),
        ("list sort:phase", ["#101", "#110", "#104"]),
        ("mine sort:phase", ["#101", "#89", "#104"]),
        ("mine @ana sort:date", ["#89", "#101"]),
        ("at-risk sort:name", ["by name", "#110"]),
    ],
)
async def test_lists_stand_in_the_order_asked_for(ask, slack, typed, order):
    listed = await ask(typed)
    if "Next" in listed:
        await slack.clicks("Next", by=ANA, channel=ONBOARDING)
        listed += slack.seen(ANA, ONBOARDING)

    places = [listed.index(each) for each in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("list sort:owner", "There are `sort:newest`, `sort:date`, `sort:name`, `sort:phase`."),
        ("list sort:", "Sort by what?"),
        ("launches overdue sort:name", "Launches stand by their date, overdue first."),
    ],
)
async def test_an_order_there_is_not_says_which_there_are(ask, typed, told):
    assert told in await ask(typed)


class TestWhatIsOver:
    @pytest.fixture
    def pivotal(self, pivotal):
        pivotal.has_onboarding(120, customer="Over Ltd", phase="completed")
        pivotal.has_onboarding(121, customer="Done Ltd", phase="launch", state="done")
        return pivotal

    async def test_is_left_out_and_counted(self, ask):
        listed = await ask("list")

        assert "11 onboardings  ·  page 1 of 2  ·  newest first · 2 completed not shown: add phase:completed" in listed
        assert "#120" not in listed

    @pytest.mark.parametrize(("typed", "shown"), [("list phase:completed", "#120"), ("list state:done", "#121")])
    async def test_is_shown_when_its_phase_or_state_is_asked_for(self, ask, typed, shown):
        listed = await ask(typed)

        assert shown in listed
        assert "not shown" not in listed


class TestPages:
    @pytest.fixture
    def pivotal(self, pivotal):
        for number in range(200, 215):
            pivotal.has_onboarding(number, customer="Many Inc", phase="internal_qa", csm_id="user_csm_001")
        return pivotal

    async def test_next_and_previous_turn_the_page_in_place(self, ask, slack):
        first = await ask("list phase:internal-qa")
        await slack.clicks("Next", by=ANA, channel=ONBOARDING)
        second = slack.seen(ANA, ONBOARDING)
        await slack.clicks("Previous", by=ANA, channel=ONBOARDING)

        assert "16 onboardings  ·  page 1 of 2" in first
        assert "#214" in first
        assert "page 2 of 2" in second
        assert "#104" in second
        assert "#214" not in second
        assert "page 1 of 2" in slack.seen(ANA, ONBOARDING)
        assert len(slack.messages(ONBOARDING, ANA)) == 1

    @pytest.mark.parametrize("typed", ["mine", "mine @ana", "launches none", "launches no-target owner:@ana"])
    async def test_every_list_keeps_its_filters_on_the_next_page(self, ask, slack, typed):
        first = (await ask(typed)).splitlines()

        await slack.clicks("Next", by=ANA, channel=ONBOARDING)

        assert slack.seen(ANA, ONBOARDING).splitlines()[:2] == [first[0], first[1].replace("page 1", "page 2")]


async def test_at_risk_is_worst_first_with_reasons(ask, pivotal, clock):
    pivotal.edit(103, state="at_risk")
    clock.passes(minutes=3)

    listed = await ask("at risk")

    assert "Why: " in listed
    assert "#103" in listed


async def test_launches_show_lanes_overdue_first(ask, pivotal, clock):
    pivotal.edit(103, target_launch_date=date(2026, 9, 4))
    pivotal.edit(104, target_launch_date=date(2026, 9, 9))
    clock.passes(minutes=3)

    listed = await ask("launches")

    order = ["Overdue (2)", "#103", "This week (1)", "#104", "Next week (1)", "#89", "No target date"]
    places = [listed.index(each) for each in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "typed",
    ["launches next week", "launch-week Next-Week", "Launches next_week owner:@ana", "launches next week phase:review"],
)
async def test_launches_of_one_lane(ask, typed):
    listed = await ask(typed)

    assert "Launches: next week" in listed
    assert "Aurora Foods" in listed
    assert "Globex" not in listed


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault.error_500, "Pivotal is not answering"),
        (Fault.revoked_key, "Pivotal does not accept the bot’s key"),
        (Fault.rate_limited(30), "Pivotal is busy"),
    ],
    ids=["away", "key", "busy"],
)
async def test_list_goes_on_while_pivotal_is_away_and_says_why(ask, pivotal, clock, fault, why):
    clock.passes(minutes=3)
    pivotal.fails(fault, times=50)

    listed = await ask("list")

    assert f"{why}, as of 08:30" in listed
    assert "11 onboardings" in listed


async def test_list_can_be_narrowed_to_mine(ask):
    mine = await ask("list mine", by=BEN)

    assert "only yours" in mine
    assert "Aurora Foods" in mine
    assert "Acme Group" not in mine


async def test_list_can_be_narrowed_to_customers(ask):
    some = await ask("list customer:acme")

    assert "Acme Corp" in some
    assert "Acme Group" in some
    assert "Globex" not in some


async def test_weeks_begin_as_is_the_custom_where_the_reader_is(ask, pivotal, clock):
    """Ana is in Berlin, Ben in New York, where next Sunday is next week."""
    pivotal.has_onboarding(120, customer="Sunday Ltd", phase="review", target_launch_date=date(2026, 9, 13))
    clock.passes(minutes=3)

    assert "Sunday Ltd" in await ask("list launch:this-week", by=ANA)
    assert "Sunday Ltd" not in await ask("list launch:this-week", by=BEN)
    assert "Sunday Ltd" in await ask("launches next week", by=BEN)
