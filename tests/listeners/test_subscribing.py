"""Subscribing by the form and by every word of the line: oneself without a right, channels with it."""

import pytest

from bot.sandbox.slack.world import (
    ANA,
    AURORA_SHARED,
    BEN,
    CARA,
    CS_TEAM,
    DEVON,
    ERIN,
    GUS,
    LAUNCHES,
    ONBOARDING,
    PARTNERS,
    direct_message,
)
from bot.views.forms import subscription as forms
from bot.views.subscriptions import KIND

both = pytest.mark.parametrize("mode", ["socket", "http"])


@pytest.fixture
def mode():
    return "socket"


@pytest.fixture
def opens(slack, bot):
    """`await opens()`: the form as Ana, or somebody else, gets it."""

    async def opened(*, by=ANA, channel=ONBOARDING):
        await slack.types("/onboarding subscribe", by=by, channel=channel)
        return slack.modal(by)

    return opened


@pytest.fixture
def kept(bot):
    """`await kept()`: the only subscription there is."""

    async def only():
        (one,) = await bot.services.subscriptions.all()
        return one

    return only


def chosen(view, field):
    """What a field of an opened form begins with."""
    element = next(b["element"] for b in view["blocks"] if b.get("block_id", "").split("/")[0] == field)
    return next((value for name, value in element.items() if name.startswith("initial_")), None)


@both
async def test_subscribe_alone_opens_a_form_with_what_is_usual(opens, slack, kept):
    view = await opens()

    assert chosen(view, forms.CHANNEL) == ONBOARDING
    assert [day["value"] for day in chosen(view, forms.DAYS)] == ["mon", "tue", "wed", "thu", "fri"]
    assert (chosen(view, forms.AT), chosen(view, forms.ZONE)["value"]) == ("09:00", "Europe/Berlin")
    assert chosen(view, forms.COUNTRY)["value"] == "DE"

    await slack.submits({}, by=ANA)

    one = await kept()
    assert (one.channel, one.kind, one.days, one.zone) == (ONBOARDING, "at-risk", "mon-fri", "Europe/Berlin")
    assert (one.quiet, one.mentions, one.holidays, one.on_holiday) == (True, False, "DE", "move")
    assert "now gets “At-risk onboardings”" in slack.modal_text(ANA)


@both
async def test_everything_the_form_asks_is_kept(opens, slack, kept):
    await opens()

    await slack.submits(
        {
            "Channel": LAUNCHES,
            "Days": ["mon", "tue", "wed", "sat"],
            "At": "17:30",
            "Time zone": "America/New_York",
            "Which onboardings": ["mine"],
            "Only those of": [ANA, BEN],
            "Only in phase": ["review", "launch"],
            "Only customers whose name has": "Aurora, Foods",
            "Other filters": "state:waiting",
            "How": ["mentions"],
            "Public holidays of": "Germany, BY",
            "On a holiday it": "skip",
        },
        by=ANA,
    )

    one = await kept()
    assert (one.channel, one.days, f"{one.at:%H:%M}", one.zone) == (
        LAUNCHES,
        "mon-wed,sat",
        "17:30",
        "America/New_York",
    )
    assert one.filters == (f'mine owner:<@{ANA}>,<@{BEN}> phase:"review,launch" customer:"Aurora  Foods" state:waiting')
    assert (one.mentions, one.quiet, one.holidays, one.on_holiday) == (True, False, "DE-BY", "skip")


async def test_without_a_channel_it_comes_as_a_direct_message(opens, slack, kept, audited):
    await opens()

    await slack.submits({"Channel": None}, by=ANA)

    assert (await kept()).channel == direct_message(ANA)
    assert "You now get “At-risk onboardings”" in slack.modal_text(ANA)
    assert await audited() == [("Ana Ruiz", "subscribe", "done")]


async def test_another_kind_shows_its_own_days_and_keeps_the_rest(opens, slack, kept):
    await opens()
    await slack.chooses(KIND, "Launch week", by=ANA)
    view = slack.modal(ANA)

    await slack.submits({"Other filters": "owner:none"}, by=ANA)

    assert [day["value"] for day in chosen(view, forms.DAYS)] == ["mon"]
    one = await kept()
    assert (one.kind, one.days, one.channel, one.filters) == ("launch-week", "mon", ONBOARDING, "owner:none")


async def test_the_form_begins_with_a_kind_the_channel_does_not_have(ask, opens):
    await ask("subscribe at-risk")

    assert not chosen(await opens(), KIND)["value"].startswith("at-risk|")


async def test_the_form_says_which_digest_it_would_take_the_place_of(ask, opens, slack, kept):
    await ask("subscribe at-risk 08:15")
    before = (await kept()).id
    await opens()
    first = slack.modal_text(ANA)

    await slack.chooses(KIND, "At-risk onboardings", by=ANA)
    then = slack.modal_text(ANA)
    await slack.submits({}, by=ANA)

    assert "takes its place" not in first
    assert "already, Mon–Fri at 08:15 (Europe/Berlin): what you save takes its place." in then
    assert (await kept()).id == before
    assert "Instead of Mon–Fri at 08:15" in slack.modal_text(ANA)


async def test_filters_that_cannot_be_read_are_told_beside_their_field(opens, slack, bot):
    await opens()

    await slack.submits({"Other filters": "fase:review", "Only customers whose name has": "Aurora"}, by=ANA)

    assert await bot.services.subscriptions.all() == ()
    assert "I don’t know the filter “fase”" in slack.modal_text(ANA).replace("“fase:”", "“fase”")
    assert "Aurora" in str(slack.modal(ANA))
    await slack.submits({"Other filters": "state:waiting"}, by=ANA)
    assert len(await bot.services.subscriptions.all()) == 1


async def test_zones_and_countries_are_found_as_one_types(opens, slack):
    await opens()

    assert "America/New_York" in await slack.searches(forms.ZONE, "new york", by=ANA)
    assert "Germany" in await slack.searches(forms.COUNTRY, "germ", by=ANA)


@pytest.mark.parametrize("channel", [AURORA_SHARED, PARTNERS])
async def test_a_channel_customers_read_is_not_proposed_and_not_taken(opens, slack, bot, channel, audited):
    view = await opens(channel=channel)

    await slack.submits({"Channel": PARTNERS}, by=ANA)

    assert chosen(view, forms.CHANNEL) is None
    assert "I post nothing in that channel" in slack.modal_text(ANA)
    assert await bot.services.subscriptions.all() == ()
    assert await audited() == [("Ana Ruiz", "subscribe", "refused")]


async def test_whoever_may_subscribe_no_channel_gets_a_form_for_themselves(opens, slack, kept):
    view = await opens(by=DEVON)

    await slack.submits({}, by=DEVON)

    assert "Channel" not in str([block.get("label") for block in view["blocks"]])
    one = await kept()
    assert (one.channel, one.creator) == (direct_message(DEVON), DEVON)


@both
@pytest.mark.parametrize("typed", ["subscribe at-risk dm", "subscribe at-risk me 08:00"])
async def test_ones_own_direct_message_takes_no_right(ask, kept, typed):
    answer = await ask(typed, by=DEVON)

    assert "You now get “At-risk onboardings”" in answer
    assert (await kept()).channel == direct_message(DEVON)


async def test_in_ones_direct_message_it_comes_there(ask, kept):
    await ask("subscribe at-risk", by=DEVON, channel=direct_message(DEVON))

    assert (await kept()).channel == direct_message(DEVON)


async def test_a_channel_can_be_named(ask, kept):
    await ask("subscribe at-risk #launches")

    assert (await kept()).channel == LAUNCHES


async def test_a_named_channel_takes_the_right_and_no_customers(ask, bot):
    assert "You may not change a channel" in await ask("subscribe at-risk #launches", by=DEVON)
    assert "I post nothing in that channel" in await ask("subscribe at-risk #partners", by=CARA)
    assert await bot.services.subscriptions.all() == ()


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("mentions:on", "mentions", True),
        ("Mentions:Off", "mentions", False),
        ("quiet:off", "quiet", False),
        ("holidays:de", "holidays", "DE"),
        ("holidays:DE-BY:skip", "holidays", "DE-BY"),
        ("holidays:DE:skip", "on_holiday", "skip"),
        ("holidays:off", "holidays", ""),
        ("mine", "filters", "mine"),
        ("owner:@ana,@ben phase:review", "filters", f"owner:<@{ANA}|ana>,<@{BEN}|ben> phase:review"),
        ("customer:aurora", "filters", "customer:aurora"),
    ],
)
async def test_every_word_of_the_line_is_understood(ask, kept, typed, field, value):
    await ask(f"subscribe at-risk {typed}")

    assert getattr(await kept(), field) == value


@pytest.mark.parametrize("extras", [("groups",)])
async def test_a_user_group_is_kept_and_stays_in_the_form(ask, kept, slack, extras):
    await ask("subscribe at-risk owner:@cs-team,@ana")
    before = (await kept()).filters
    await ask("subscriptions")

    await slack.clicks("Edit…", by=ANA, channel=ONBOARDING)
    await slack.submits({}, by=ANA)

    assert before == f"owner:<!subteam^{CS_TEAM}|@cs-team>,<@{ANA}|ana>"
    assert (await kept()).filters == f"owner:<@{ANA}> owner:<!subteam^{CS_TEAM}|@cs-team>"


async def test_a_user_group_is_refused_where_nobody_can_say_who_is_in_it(ask, bot):
    assert "I may not see who is in a user group here." in await ask("subscribe at-risk owner:@cs-team")
    assert await bot.services.subscriptions.all() == ()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("mentions:perhaps", "neither on nor off"),
        ("holidays:Atlantis", "no public holidays of “atlantis”"),
        ("holidays:DE:sometimes", "is not what can happen on a holiday"),
    ],
)
async def test_what_a_switch_cannot_be_is_told(ask, bot, typed, words):
    assert words in await ask(f"subscribe at-risk {typed}")
    assert await bot.services.subscriptions.all() == ()


@pytest.mark.parametrize(("who", "where"), [(GUS, PARTNERS), (ERIN, AURORA_SHARED)])
async def test_guests_and_other_organisations_subscribe_nothing(slack, bot, who, where):
    await slack.types("/onboarding subscribe at-risk dm", by=who, channel=where)

    assert "answers only full members" in slack.seen(who, where)
    assert await bot.services.subscriptions.all() == ()


async def test_home_shows_what_was_subscribed_and_ended(slack, ask, bot):
    await slack.opens_home(by=ANA)
    before = slack.home_text(ANA)

    await ask("subscribe at-risk")
    after = slack.home_text(ANA)
    await ask("unsubscribe at-risk")

    assert "At-risk onboardings in" not in before
    assert "At-risk onboardings in" in after
    assert "At-risk onboardings in" not in slack.home_text(ANA)


async def test_a_colleagues_digest_is_replaced_only_when_asked_and_keeps_what_was_not_typed(ask, slack, kept, audited):
    await ask("subscribe at-risk 08:15 holidays:DE")
    before = await kept()

    asked = await ask("subscribe at-risk 10:00", by=BEN)
    untouched = await kept()
    await slack.clicks("Replace it", by=BEN, channel=ONBOARDING)

    assert untouched == before
    assert "set up by Ana Ruiz. Nothing was changed yet." in asked
    assert "*Now:* Mon–Fri at 08:15 (Europe/Berlin)" in asked
    assert "*Then:* Mon–Fri at 10:00 (Europe/Berlin)" in asked
    after = await kept()
    assert (after.id, after.creator, f"{after.at:%H:%M}") == (before.id, BEN, "10:00")
    assert (after.zone, after.holidays) == ("Europe/Berlin", "DE")
    assert "now gets “At-risk onboardings”" in slack.seen(BEN, ONBOARDING)


async def test_a_digest_that_changed_since_it_was_asked_about_is_asked_about_again(ask, slack, kept):
    await ask("subscribe at-risk 08:15")
    await ask("subscribe at-risk 10:00", by=BEN)
    question = slack.last(by=BEN, channel=ONBOARDING)
    await ask("subscribe at-risk 07:00")

    await slack.clicks("Replace it", by=BEN, message=question)

    assert f"{(await kept()).at:%H:%M}" == "07:00"
    assert "*Now:* Mon–Fri at 07:00" in slack.seen(BEN, ONBOARDING)


async def test_the_same_line_again_and_a_bare_one_change_nothing(ask, kept, audited):
    first = await ask("subscribe at-risk 08:15 mine")
    before = await kept()

    again = await ask("subscribe at-risk 08:15 mine")
    bare = await ask("subscribe at-risk", by=BEN)

    assert "only yours" in first
    assert "gets “At-risk onboardings” already, Mon–Fri at 08:15" in again
    assert "already, Mon–Fri at 08:15 (Europe/Berlin)" in bare
    assert "only Ana Ruiz’s" in bare
    assert await kept() == before
    assert len(await audited()) == 1


async def test_what_cannot_be_subscribed_is_named_in_the_readmes_order(ask):
    assert "There are at-risk, launch-week and portfolio." in await ask("subscribe weekly")
