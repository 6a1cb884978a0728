"""Lines that can be read in two ways: a number or a verb may be the beginning of a customer's name."""

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, CARA, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])
NUMBERED = (7, 89, 300, 301, 302, 303)


@pytest.fixture
def pivotal(pivotal):
    pivotal.has_onboarding(7, customer="Zylker", phase="review", csm_id="user_csm_001")
    pivotal.has_onboarding(300, customer="7 Eleven Japan", phase="review", csm_id="user_csm_001")
    pivotal.has_onboarding(301, customer="Clear Skies", phase="review", state="at_risk", csm_id="user_csm_001")
    pivotal.has_onboarding(302, customer="Skies", phase="review", state="at_risk", csm_id="user_csm_001")
    pivotal.has_onboarding(303, customer="Area 7 Labs", phase="review", csm_id="user_csm_001")
    return pivotal


@pytest.fixture
def written(pivotal):
    """`written()`: which onboardings were written to."""
    return lambda: [number for number in NUMBERED if pivotal.patches(number)]


@pytest.mark.parametrize(
    "typed",
    ["pause 7 eleven", "7 eleven pause", "advance 7 eleven", "flag 7 elevn", "pause 7 Eleven is late", "date 7 e +7d"],
)
async def test_a_number_that_begins_a_name_is_picked_from_a_list(ask, written, typed):
    listed = await ask(typed)

    assert "may be a customer’s name. Which one do you mean?" in listed
    assert "*Zylker*  ·  #7" in listed
    assert "*7 Eleven Japan*  ·  #300" in listed
    assert written() == []


async def test_each_reading_keeps_its_own_reason(ask, slack, bot, written):
    await ask("pause 7 eleven is late")

    await slack.clicks("Choose 7 Eleven Japan #300", by=ANA, channel=ONBOARDING)

    assert written() == [300]
    assert (await bot.store.audit.list(limit=1))[0].reason == "is late"


async def test_the_number_can_be_chosen_too(ask, slack, bot, written):
    await ask("pause 7 eleven people are ill")

    await slack.clicks("Choose Zylker #7", by=ANA, channel=ONBOARDING)

    assert written() == [7]
    assert (await bot.store.audit.list(limit=1))[0].reason == "eleven people are ill"


async def test_a_word_inside_a_name_makes_a_number_doubtful_too(ask, written):
    listed = await ask("pause 7 labs")

    assert "*Area 7 Labs*  ·  #303" in listed
    assert written() == []


@pytest.mark.parametrize(
    "typed", ["pause #7 eleven", "pause 7 legal is stuck", "pause onboarding #7 eleven", '"7" pause x']
)
async def test_a_number_that_is_no_name_is_just_that(ask, written, typed):
    await ask(typed)

    assert written() == [7]


async def test_a_name_said_before_the_verb_stays_that_name(ask, pivotal):
    pivotal.has_onboarding(304, customer="Skies Group", phase="review", csm_id="user_csm_001")

    await ask("skies pause group is on holiday")

    assert pivotal.patches(304) == []


@pytest.mark.parametrize(
    "typed", ["clear skies", "Clear Skies", "CLEARSKIES", "clear skies legal has signed", "skies clear"]
)
async def test_a_verb_that_begins_a_name_writes_nothing_at_once(ask, written, typed):
    await ask(typed)

    assert written() == []


async def test_the_name_is_opened_and_the_order_can_be_chosen(ask, slack, written):
    listed = await ask("clear skies")
    await slack.clicks("Open Clear Skies #301", by=ANA, channel=ONBOARDING)
    opened = slack.seen(ANA, ONBOARDING)
    before = written()
    await ask("clear skies")
    await slack.clicks("Choose Skies #302", by=ANA, channel=ONBOARDING)

    assert "“clear skies” may be a customer’s name" in listed
    assert "*Clear Skies*  ·  #301" in opened
    assert before == []
    assert written() == [302]


@pytest.mark.parametrize("typed", ['clear "skies"', "clear #302"])
async def test_what_cannot_be_a_name_is_an_order(ask, written, typed):
    await ask(typed)

    assert written() == [302]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("pause #89 --dry-run", "would change from Active to Paused"),
        ("pause --dry-run #89 legal", "would change from Active to Paused"),
        ("#89 flag —dry-run", "would change from Active to At risk"),
        ("date #89 +7d --dry-run", "from Wed 16 Sep 2026 to Wed 23 Sep 2026"),
        ("state #89 at-risk --dry-run", "would change from Active to At risk"),
        ("back #89 --dry-run", "would go from Review to Program design"),
        ("skip #89 internal qa --dry-run", "would go from Review to Internal QA"),
        ("owner #89 se none --DRY-RUN", "would change from SE Ben Okafor to SE nobody"),
        ("resume #89 --dry-run", "would not be changed: Onboarding #89 is already active"),
        ("aurora advance --dry-run", "would go from Review to Program buildout"),
        ("update #89 --dry-run", "There is no dry run of `update`"),
        ("note #89 hello --dry-run", "There is no dry run of `note`"),
        ("snooze #89 3d busy --dry-run", "There is no dry run of `snooze`"),
    ],
)
async def test_dry_run_is_known_to_every_verb_and_writes_nothing(ask, written, audited, typed, told):
    said = await ask(typed, by=CARA)

    assert told in said
    assert written() == []
    assert all(outcome == "refused" for _, _, outcome in await audited())


@pytest.mark.parametrize("verb", ["pause", "advance", "date", "owner", "note", "state", "snooze", "skip"])
async def test_an_unknown_flag_is_refused(ask, written, audited, verb):
    refused = await ask(f"{verb} #89 --force", by=CARA)

    assert "I don’t know “--force”; nothing was written." in refused
    assert written() == []
    assert all(outcome == "refused" for _, _, outcome in await audited())


async def test_a_reason_in_quotes_may_hold_a_flag(ask, bot):
    await ask('pause #89 "--force did not help"')

    assert (await bot.store.audit.list(limit=1))[0].reason == "--force did not help"


async def test_dry_run_says_how_old_what_it_says_is(ask, pivotal, clock, bot):
    await ask("#89")
    clock.passes(minutes=3)
    pivotal.fails(Fault.error_500, times=100)

    tried = await ask("advance #89 --dry-run")

    assert "as of 08:30: this may be out of date" in tried
