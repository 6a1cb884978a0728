"""A new onboarding: one screen, created once however often it is sent, and nothing typed is lost."""

import asyncio

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, BEN, CARA, DEVON, GUS, ONBOARDING, PARTNERS

NEW = {
    "Or create a customer: name": "Initrode",
    "New customer’s primary contact: name": "Peter Gibbons",
    "New customer’s primary contact: e-mail": "peter@initrode.example",
}


@pytest.fixture
def mode():
    return "socket"


@pytest.fixture
def opens(slack, bot):
    async def opened(text="new", *, by=ANA, channel=ONBOARDING):
        await slack.types(f"/onboarding {text}", by=by, channel=channel)
        return slack.modal(by)

    return opened


@pytest.fixture
def created(pivotal):
    """What was created by the API: `created("customers")`."""

    def of(kind):
        return [r for r in pivotal.requests if r.method == "POST" and r.path.endswith(f"/{kind}") and r.status == 201]

    return of


@pytest.fixture
def shown(slack):
    """The text of Ana's modal, whatever kind of block it stands in."""

    def text(by=ANA):
        return str(slack.modal(by))

    return text


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_onboarding_for_a_customer_there_is(opens, slack, pivotal, created, shown, audited):
    await opens()
    (offered,) = await slack.searches("ob:new-customer", "globex chan", by=ANA)

    await slack.submits(
        {"Customer": offered, "Target date": "2026-12-01", "SE": BEN, "Notes (kept in Pivotal)": "VIP"},
        by=ANA,
    )

    assert len(created("onboardings")) == 1
    assert "You created onboarding #111." in shown()
    record = pivotal.onboarding(111)
    assert record["target_launch_date"].startswith("2026-12-01")
    assert (record["csm_id"], record["se_id"], record["notes"]) == ("user_csm_001", "user_se_001", "VIP")
    assert await audited() == [("Ana Ruiz", "new", "done")]


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_customer_contact_and_onboarding_in_one_go(opens, slack, pivotal, created, shown, audited):
    await opens()

    await slack.submits(NEW, by=ANA)

    assert [len(created(kind)) for kind in ("customers", "contacts", "onboardings")] == [1, 1, 1]
    assert "Initrode" in shown()
    assert "Before getting started" in shown()
    assert await audited() == [("Ana Ruiz", "new", "done")]


async def test_created_onboarding_is_found_at_once(opens, slack, ask):
    await opens()
    await slack.submits(NEW, by=ANA)

    assert "Initrode" in await ask("initrode")
    assert "Onboarding #111 and its customer created" in await ask("log initrode")


async def test_form_begins_with_what_was_typed_and_with_me(opens, shown):
    await opens("new globex channel")
    chosen = shown()
    await opens("new Initrode")

    assert "Globex Channel · #" in chosen
    assert f"'initial_user': '{ANA}'" in chosen
    assert "'initial_value': 'Initrode'" in shown()


async def test_menu_searches_the_customers_in_memory(opens, slack, pivotal):
    await opens()
    before = len(pivotal.requests)

    found = await slack.searches("ob:new-customer", "acme", by=ANA)
    every = await slack.searches("ob:new-customer", "", by=ANA)

    assert [name.split(" · ")[0] for name in found] == ["Acme Corp", "Acme Group"]
    assert len(every) == 11
    assert len(pivotal.requests) == before


async def test_double_submit_creates_one(opens, slack, created, shown):
    await opens()

    await asyncio.gather(slack.submits(NEW, by=ANA), slack.submits(NEW, by=ANA))

    assert [len(created(kind)) for kind in ("customers", "contacts", "onboardings")] == [1, 1, 1]
    assert "You created onboarding #111." in shown()


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({}, "ob:new-customer", "Choose a customer, or fill in a new one below."),
        ({"name": "Initrode"}, "contact", "Who is the primary contact there?"),
        ({"name": "Initrode", "contact": "Peter"}, "email", "A contact needs an e-mail address."),
        ({"ob:new-customer": "Hooli", "contact": "Peter"}, "contact", "leave it empty here"),
        ({"ob:new-customer": "Hooli", **NEW}, "name", "not both"),
    ],
)
async def test_what_is_missing_is_said_beside_the_field(opens, slack, pivotal, created, given, field, told):
    await opens()
    if "ob:new-customer" in given:
        (offered,) = await slack.searches("ob:new-customer", "hooli", by=ANA)
        given = {**given, "ob:new-customer": offered}

    acknowledged = await slack.submits(given, by=ANA)

    assert acknowledged.error == "field_errors"
    assert told in slack.modal(ANA)["errors"][field]
    assert created("customers") == []


@pytest.mark.parametrize("typed", ["peter", "peter@", "peter@initrode", "a b@c.example"])
async def test_bad_address_is_said_beside_the_field(opens, slack, created, typed):
    await opens()

    acknowledged = await slack.submits({**NEW, "New customer’s primary contact: e-mail": typed}, by=ANA)

    assert acknowledged.error == "field_errors"
    assert "email" in slack.modal(ANA)["errors"]
    assert created("customers") == []


async def test_past_date_is_warned_of_and_allowed(opens, slack, created, shown):
    await opens()
    await slack.submits({**NEW, "Target date": "2026-09-01"}, by=ANA)
    warned, before = shown(), len(created("customers"))

    await slack.submits({}, by=ANA)

    assert "Tue 1 Sep 2026 is in the past" in warned
    assert "Initrode" in warned
    assert before == 0
    assert len(created("onboardings")) == 1


async def test_second_onboarding_of_a_customer_is_asked_about(opens, slack, created, shown):
    await opens("new aurora foods")
    await slack.submits({}, by=ANA)
    warned, before = shown(), len(created("onboardings"))

    await slack.submits({}, by=ANA)

    assert "has an open onboarding already: #89" in warned
    assert before == 0
    assert len(created("onboardings")) == 1


async def test_owner_without_a_link_is_marked_and_nothing_is_lost(opens, slack, created, shown):
    await opens()

    await slack.submits({**NEW, "SE": DEVON}, by=ANA)

    assert "not linked to a Pivotal user yet" in shown()
    assert "peter@initrode.example" in shown()
    assert created("customers") == []


async def test_taken_name_comes_back_with_what_was_typed(opens, slack, pivotal, created, shown, audited):
    await opens()
    pivotal.has_customer("Initrode")

    await slack.submits({**NEW, "Notes (kept in Pivotal)": "VIP"}, by=ANA)

    assert "Pivotal has a customer of this name already. Nothing was created." in shown()
    assert "'initial_value': 'VIP'" in shown()
    assert "peter@initrode.example" in shown()
    assert created("onboardings") == []
    assert await audited() == [("Ana Ruiz", "new", "failed")]

    await slack.submits({"name": "Initrode Group"}, by=ANA)

    assert "You created onboarding #111." in shown()


async def test_taken_address_says_what_exists_and_goes_on_from_there(opens, slack, pivotal, created, shown, ask):
    await opens()
    await slack.submits(NEW, by=ANA)
    await opens()
    await slack.submits({**NEW, "name": "Initech Two"}, by=ANA)
    told = shown()

    await slack.submits({"email": "other@initech.example"}, by=ANA)

    assert "Pivotal has a contact with this e-mail address already." in told
    assert "Initech Two (customer #" in told
    assert "the contact and the onboarding are missing" in told
    assert len(created("customers")) == 2
    assert "You created onboarding #112." in shown()


@pytest.mark.parametrize("fault", [Fault.error_500, Fault.drop_after, Fault.error_500_after])
async def test_failure_half_way_goes_on_from_there_and_creates_one_of_each(
    opens, slack, pivotal, created, shown, audited, fault
):
    await opens()
    pivotal.fails(fault, times=20, method="POST", path="/onboardings")
    await slack.submits(NEW, by=ANA)
    told = shown()
    pivotal.works_again()

    await slack.submits({}, by=ANA)

    assert "Initrode (customer #" in told
    assert "not known whether the onboarding was created" in told
    assert "and its contact exist in Pivotal now. Send the form again" in told
    assert "You created onboarding #111." in shown()
    assert {len(created(kind)) for kind in ("customers", "contacts")} == {1}
    assert pivotal.onboarding(112) is None
    assert (await audited())[0] == ("Ana Ruiz", "new", "done")


async def test_nobody_without_the_right_opens_the_form(opens, slack, audited):
    assert await opens(by=DEVON) is None
    assert "You may not create an onboarding" in slack.seen(DEVON, ONBOARDING)
    assert await opens(by=GUS, channel=PARTNERS) is None


async def test_form_is_not_offered_while_pivotal_is_away(opens, clock, pivotal, shown):
    clock.passes(minutes=5)
    pivotal.fails(Fault.error_500, times=50)

    await opens()

    assert "Pivotal is not answering" in shown()
    assert "Create" not in shown()


async def test_admin_without_a_link_may_create(opens, slack, shown):
    await opens(by=CARA)

    await slack.submits(NEW, by=CARA)

    assert "You created onboarding #111." in shown(CARA)


async def test_button_beside_my_onboardings_opens_the_form(ask, slack, bot, shown):
    await ask("")

    await slack.clicks("New onboarding", by=ANA, channel=ONBOARDING)

    assert "New onboarding" in shown()
    assert "Create" in shown()


async def test_who_may_not_create_sees_no_button(ask):
    assert "New onboarding" not in await ask("", by=DEVON)


async def test_button_is_not_drawn_while_pivotal_is_away(ask, slack, pivotal, clock):
    before = await ask("")
    pivotal.fails(Fault.error_500, times=100)
    clock.passes(minutes=3)

    away = await ask("")
    await slack.opens_home(by=ANA)

    assert "New onboarding" in before
    assert "Your onboardings" in away
    assert "New onboarding" not in away
    assert "Find" in slack.home_text(ANA)
    assert "New onboarding" not in slack.home_text(ANA)


async def test_button_on_home_opens_the_form_and_home_has_what_was_created(slack, bot, shown):
    await slack.opens_home(by=ANA)
    await slack.clicks("New onboarding", by=ANA)

    await slack.submits({**NEW, "Target date": "2026-09-10"}, by=ANA)

    assert "You created onboarding #111." in shown()
    assert "Initrode" in slack.home_text(ANA)


async def test_home_of_who_may_not_create_has_no_such_button(slack, bot):
    await slack.opens_home(by=DEVON)

    assert "New onboarding" not in slack.home_text(DEVON)


async def test_card_of_what_was_created_works_where_it_is_shown(opens, slack, pivotal, shown):
    await opens()
    await slack.submits(NEW, by=ANA)

    await slack.clicks("Advance to Program design", by=ANA)

    assert pivotal.transitions(111) == ["program_design"]
    assert "Program design (2 of 7)" in shown()


async def test_a_link_to_a_customer_chooses_it_and_makes_no_name_of_it(opens, pivotal, shown):
    globex = next(one for one in pivotal.world.customers.rows.values() if one["name"].startswith("Globex"))

    await opens(f"new <https://my.pivotal.app/customers/{globex['display_id']}-globex>")

    assert globex["name"] in shown()
    assert "my.pivotal.app" not in shown()


async def test_a_link_to_nobody_is_said_to_be_one(opens, shown):
    await opens("new #99999")

    assert "Pivotal has no such customer" in shown()
