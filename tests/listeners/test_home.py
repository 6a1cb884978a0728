"""Home: what is mine comes first, one tap opens it, and it follows what I do."""

from datetime import date, timedelta

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, BEN, CARA, DEVON, ERIN, GUS, ONBOARDING, direct_message
from bot.store.retention import Spans

socket = pytest.mark.parametrize("mode", ["socket"])


def labels(view):
    """Every button of a view, by its text."""
    elements = [each for block in view["blocks"] for each in (*block.get("elements", ()), block.get("accessory") or {})]
    return [element["text"]["text"] for element in elements if element.get("type") == "button"]


@pytest.fixture
def pivotal(pivotal):
    pivotal.has_onboarding(
        120, customer="Soon Ltd", phase="internal_qa", csm_id="user_csm_001", target_launch_date=date(2026, 9, 9)
    )
    pivotal.has_onboarding(
        121,
        customer="Patient Ltd",
        phase="review",
        csm_id="user_csm_001",
        state="waiting",
        waiting_on_customer=True,
        target_launch_date=date(2026, 12, 1),
    )
    return pivotal


async def test_home_has_what_needs_me_what_launches_and_who_is_waited_for(bot, slack):
    opened = await slack.opens_home(by=ANA)

    seen = slack.home_text(ANA)
    order = [
        seen.index(part)
        for part in ("Yours that need attention", "Launching this and next week", "Waiting on customer")
    ]
    assert opened.ok
    assert order == sorted(order)
    assert "Soon Ltd" in seen[order[1] : order[2]]
    assert "Patient Ltd" in seen[order[2] :]
    assert "Acme Group" not in seen, "that one is Mara's"
    assert "as of 08:30" in seen


@socket
async def test_row_opens_the_card_whose_buttons_work_there(bot, slack, pivotal):
    await slack.opens_home(by=ANA)
    await slack.clicks("Open Aurora Foods #89", by=ANA)
    card = slack.modal_text(ANA)

    await slack.clicks("Advance to Program buildout", by=ANA)

    assert "Review (3 of 7)" in card
    assert pivotal.transitions(89) == ["program_buildout"]
    assert "Program buildout (4 of 7)" in slack.modal_text(ANA)
    assert "Program buildout (4 of 7)" in slack.home_text(ANA), "Home follows"
    assert slack.messages(ONBOARDING, ANA) == []


@socket
async def test_home_follows_what_is_typed_elsewhere(bot, slack, ask):
    await slack.opens_home(by=ANA)
    before = slack.home_text(ANA)

    await ask("waiting #89")

    waiting = slack.home_text(ANA).partition("Waiting on customer")[2]
    assert "Aurora Foods" not in before.partition("Waiting on customer")[2]
    assert "Aurora Foods" in waiting


@socket
async def test_nobody_elses_home_is_published(bot, slack, ask):
    await slack.opens_home(by=BEN)
    published = len(slack.calls_of("views.publish"))

    await ask("pause #101")

    assert len(slack.calls_of("views.publish")) == published


@socket
async def test_five_rows_then_all_of_them_in_a_modal(bot, slack, pivotal, clock):
    for number in range(200, 214):
        pivotal.has_onboarding(
            number, customer=f"Late {number}", phase="review", csm_id="user_se_001", target_launch_date=date(2026, 9, 1)
        )
    clock.passes(minutes=3)

    await slack.opens_home(by=BEN)
    needs = slack.home_text(BEN).partition("Launching")[0]
    await slack.clicks("See all: Yours that need attention", by=BEN)
    first = slack.modal_text(BEN)
    await slack.clicks("Next", by=BEN)

    assert needs.count("Late 2") == 5
    assert "page 1 of 2" in first
    assert "Late 200" in first
    assert "page 2 of 2" in slack.modal_text(BEN)
    assert "Late Ltd" not in first + slack.modal_text(BEN), "that one is nobody's"


@socket
async def test_card_from_a_list_in_a_modal_closes_back_to_the_list(bot, slack, pivotal, clock):
    for number in range(200, 206):
        pivotal.has_onboarding(number, customer=f"Late {number}", target_launch_date=date(2026, 9, 2))
    clock.passes(minutes=3)
    await slack.opens_home(by=DEVON)
    await slack.clicks("See all: Need attention in the team", by=DEVON)
    await slack.clicks("Open Late Ltd #110", by=DEVON)
    card = slack.modal_text(DEVON)

    await slack.closes(by=DEVON)

    assert "Review (3 of 7)" in card
    assert "At-risk onboardings" in slack.modal_text(DEVON)


@socket
async def test_modal_is_open_before_pivotal_has_answered(bot, slack):
    await slack.opens_home(by=ANA)
    opened = len(slack.calls_of("views.open"))

    await slack.clicks("Open Aurora Foods #89", by=ANA)

    first = slack.calls_of("views.open")[opened]
    assert "Loading" in str(first.args["view"])
    assert "Review (3 of 7)" in slack.modal_text(ANA)


@socket
async def test_newcomer_is_told_what_this_is_and_only_on_the_first_day(bot, slack, clock):
    await slack.opens_home(by=DEVON)
    first = slack.home_text(DEVON)
    clock.passes(days=2)
    await slack.opens_home(by=DEVON)

    assert "Welcome" in first
    assert "I do not know yet who you are in Pivotal" in first
    assert "That is me" in first
    assert "Say who you are" not in first, "one thing to do next"
    assert "Welcome" not in slack.home_text(DEVON)


@socket
async def test_who_came_while_a_clock_was_ahead_is_welcomed_no_longer_when_it_is_right(bot, slack, clock):
    clock.passes(days=365)
    await slack.opens_home(by=DEVON)
    await bot.settled()

    clock.passes(days=-365)
    await slack.opens_home(by=DEVON)

    assert "Welcome" not in slack.home_text(DEVON)


@socket
async def test_who_has_come_is_known_as_long_as_history_is_kept(bot, slack, clock):
    spans = Spans(history=timedelta(days=400), events=timedelta(days=7), unread=timedelta(days=30))
    await slack.opens_home(by=DEVON)
    await bot.settled()

    await bot.store.retention.sweep(clock() + timedelta(days=399), spans=spans)
    kept = await bot.store.claims.marked(f"met:{DEVON}")
    await bot.store.retention.sweep(clock() + timedelta(days=401), spans=spans)

    assert kept == clock()
    assert await bot.store.claims.marked(f"met:{DEVON}") is None


async def test_welcome_of_a_linked_person_suggests_to_find_something(bot, slack):
    await slack.opens_home(by=ANA)

    assert "I know who you are in Pivotal" in slack.home_text(ANA)
    assert "Find an onboarding" in labels(slack.home(ANA))


@socket
async def test_somebody_without_onboardings_sees_the_teams(bot, slack):
    await slack.opens_home(by=DEVON)

    seen = slack.home_text(DEVON)
    assert "Need attention in the team" in seen
    assert "Launching this and next week in the team" in seen
    assert "Soon Ltd" in seen


@socket
async def test_my_subscriptions_are_there_with_their_next_hour(bot, slack, ask):
    await ask("subscribe at-risk 10:00 mon-fri Europe/Berlin")
    await slack.opens_home(by=ANA)

    assert f"At-risk onboardings in <#{ONBOARDING}>, Mon–Fri at 10:00" in slack.home_text(ANA)
    assert "Next: Mon 7 Sep 2026 at 10:00" in slack.home_text(ANA)


@socket
async def test_home_follows_what_is_subscribed_and_what_somebody_else_ends(bot, slack, ask):
    await slack.opens_home(by=ANA)
    before = slack.home_text(ANA)

    await ask("subscribe at-risk 10:00 mon-fri Europe/Berlin")
    subscribed = slack.home_text(ANA)
    await ask("unsubscribe at-risk", by=BEN)

    assert "Digests you subscribed" not in before
    assert f"At-risk onboardings in <#{ONBOARDING}>, Mon–Fri at 10:00" in subscribed
    assert "Digests you subscribed" not in slack.home_text(ANA)


@socket
async def test_digests_button_opens_them_in_a_modal(bot, slack, ask):
    await ask("subscribe at-risk 10:00 mon-fri Europe/Berlin")
    await slack.opens_home(by=ANA)

    await slack.clicks("Digests", by=ANA)

    assert "Digest subscriptions" in slack.modal_text(ANA)


@socket
async def test_new_onboarding_is_begun_from_home_by_who_may(bot, slack):
    await slack.opens_home(by=ANA)
    await slack.opens_home(by=DEVON)

    await slack.clicks("New onboarding", by=ANA)

    assert slack.modal(ANA)["submit"] is not None
    assert "New onboarding" not in labels(slack.home(DEVON))


@socket
async def test_a_fourth_modal_takes_the_place_of_the_third(bot, slack, pivotal, clock):
    for number in range(200, 206):
        pivotal.has_onboarding(number, customer=f"Late {number}", target_launch_date=date(2026, 9, 2))
    clock.passes(minutes=3)
    await slack.opens_home(by=DEVON)
    await slack.clicks("See all: Need attention in the team", by=DEVON)
    slack.fails("views.push", error="push_limit_reached")

    await slack.clicks("Open Late 200 #200", by=DEVON)

    assert "Late 200" in slack.modal_text(DEVON)
    assert "At-risk onboardings" not in slack.modal_text(DEVON)


@socket
async def test_refresh_draws_it_anew(bot, slack, pivotal, clock):
    await slack.opens_home(by=ANA)
    pivotal.edit(120, phase="launch")
    clock.passes(minutes=3)

    await slack.clicks("Refresh", by=ANA)

    assert "as of 08:33" in slack.home_text(ANA)
    assert "Soon Ltd" not in slack.home_text(ANA)


@socket
async def test_with_pivotal_away_home_is_what_was_known_and_says_so(bot, slack, pivotal, clock):
    await slack.opens_home(by=ANA)
    clock.passes(minutes=5)
    pivotal.fails(Fault.error_500, times=50)

    await slack.opens_home(by=ANA)

    assert "Pivotal is not answering, as of 08:30" in slack.home_text(ANA)
    assert "Soon Ltd" in slack.home_text(ANA)


@socket
async def test_admin_sees_the_gaps_and_how_the_last_digests_went(bot, slack, ask):
    await ask("subscribe at-risk 10:00 mon-fri Europe/Berlin", by=CARA)
    await slack.opens_home(by=CARA)
    await slack.opens_home(by=ANA)

    admins = slack.home_text(CARA)
    assert "2 owners in Pivotal are not linked to anybody for sure." in admins
    assert "Off: answers to mentions, because the scope app_mentions:read is missing" in admins
    assert "For admins" not in slack.home_text(ANA)


@socket
async def test_admin_goes_on_to_link_people(bot, slack):
    await slack.opens_home(by=CARA)

    await slack.clicks("Link people", by=CARA)

    assert "user_csm_002" in slack.modal_text(CARA)


@socket
async def test_newcomer_says_who_they_are_from_home(bot, slack):
    await slack.opens_home(by=DEVON)

    await slack.clicks("That is me: the Pivotal user user_csm_002", by=DEVON)

    assert "I asked Cara Lindqvist to confirm it" in slack.modal_text(DEVON)
    assert "That is me" not in slack.home_text(DEVON), "Home follows"
    assert "Yours that need attention" in slack.home_text(DEVON)


@socket
async def test_who_is_no_newcomer_is_still_asked_below_all_that_is(bot, slack, clock):
    await slack.opens_home(by=DEVON)
    clock.passes(days=2)

    await slack.opens_home(by=DEVON)

    seen = slack.home_text(DEVON)
    assert seen.index("Waiting on customer") < seen.index("Are you one of these owners in Pivotal?")


@socket
async def test_home_of_who_is_confirmed_follows(bot, slack):
    await slack.opens_home(by=DEVON)
    await slack.clicks("That is me: the Pivotal user user_csm_002", by=DEVON)
    published = len(slack.calls_of("views.publish"))

    await slack.clicks("Confirm", by=CARA, channel=direct_message(CARA))

    assert len(slack.calls_of("views.publish")) == published + 1


@socket
async def test_somebody_linked_is_not_asked_who_they_are(bot, slack):
    await slack.opens_home(by=ANA)

    assert "That is me" not in slack.home_text(ANA)


@socket
async def test_admin_reads_which_digest_failed(bot, slack, ask, clock):
    await ask("subscribe at-risk 10:00 mon-fri Europe/Berlin")
    clock.passes(hours=2)
    slack.fails("chat.postMessage", error="restricted_action")
    await bot.digests.run_due(clock())

    await slack.opens_home(by=CARA)

    assert f"At-risk onboardings in <#{ONBOARDING}>: failed" in slack.home_text(CARA)


@socket
@pytest.mark.parametrize("outsider", [GUS, ERIN])
async def test_guests_and_strangers_get_a_polite_home(bot, slack, outsider):
    await slack.opens_home(by=outsider)

    seen = slack.home_text(outsider)
    assert "This bot answers only full members of the workspace it is installed in." in seen
    assert "Soon Ltd" not in seen
    assert labels(slack.home(outsider)) == []


@socket
async def test_every_home_stays_within_slacks_hundred_blocks(bot, slack, pivotal, ask, clock):
    for number in range(300, 340):
        pivotal.has_onboarding(
            number,
            customer=f"Late {number}",
            phase="review",
            csm_id="user_csm_001",
            target_launch_date=date(2026, 9, 8),
        )
    clock.passes(minutes=3)
    await ask("subscribe at-risk")
    await slack.opens_home(by=ANA)

    assert "See all" in labels(slack.home(ANA))
    assert len(slack.home(ANA)["blocks"]) <= 40


async def test_the_typed_home_has_the_order_and_the_words_of_the_tab(ask, slack, pivotal, clock):
    pivotal.edit(89, by="Dana", state="at_risk")
    pivotal.has_onboarding(300, customer="Long Gone", csm_id="user_csm_001", target_launch_date="2026-08-01")
    pivotal.has_onboarding(301, customer="Later", csm_id="user_csm_001", state="at_risk")
    clock.passes(minutes=20)

    typed = await ask("")
    await slack.opens_home(by=ANA)

    tab = slack.home_text(ANA)
    names = ("Long Gone", "Aurora Foods", "Later")
    assert sorted(names, key=typed.index) == sorted(names, key=tab.index)
    assert "need attention" in typed
    assert "need attention" in tab
