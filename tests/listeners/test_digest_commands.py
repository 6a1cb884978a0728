"""Subscribing a channel, seeing what is subscribed, and a digest out of turn."""

import pytest

from bot.sandbox.slack.world import ANA, AURORA_SHARED, CARA, DEVON, LAUNCHES, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


async def test_subscribe_repeats_what_was_understood(ask, bot):
    answer = await ask("subscribe at-risk")

    assert f"<#{ONBOARDING}> now gets “At-risk onboardings”, Mon–Fri at 09:00 (Europe/Berlin)" in answer
    assert "Next: Mon 7 Sep 2026 at 09:00" in answer
    assert len(await bot.services.subscriptions.all()) == 1


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("subscribe launch-week", "Mon at 09:00 (Europe/Berlin)"),
        ("subscribe launch week 08:30 mon,thu America/New_York", "Mon and Thu at 08:30 (America/New_York)"),
        ("Subscribe At Risk UTC 7:05 tue-thu", "Tue–Thu at 07:05 (UTC)"),
        ("subscribe at-risk 8", "at 08:00"),
        ("subscribe at-risk 9am", "at 09:00"),
        ("subscribe at-risk 5:30pm", "at 17:30"),
        ("subscribe at-risk 12am", "at 00:00"),
        ("subscribe at-risk 17.15", "at 17:15"),
    ],
)
async def test_subscribe_reads_time_days_and_zone(ask, typed, understood):
    assert understood in await ask(typed)


async def test_subscribe_keeps_quoted_filters(ask, bot):
    answer = await ask('subscribe at-risk phase:"Internal QA" 10:00')

    (subscription,) = await bot.services.subscriptions.all()
    assert "filters: phase Internal QA" in answer
    assert subscription.filters == 'phase:"Internal QA"'


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("subscribe weekly", "There is no digest “weekly”"),
        ("subscribe at-risk fase:review", "Did you mean “phase:”?"),
        ("subscribe at-risk Mars/Olympus", "Mars/Olympus"),
        ("subscribe at-risk sometimes", "sometimes"),
        ("subscribe at-risk 25:00", "“25:00” is not a time of day."),
        ("subscribe at-risk 9:75", "“9:75” is not a time of day."),
        ("subscribe at-risk 13pm", "“13pm” is not a time of day."),
        ("subscribe at-risk 09:00:00", "Write it like `09:00`, `9`, `9am` or `5:30pm`."),
        ("unsubscribe at-risk now please", "now please"),
        ("unsubscribe at-risk", "gets no at-risk digest"),
        ("digest", "Preview it, or post it now?"),
        ("digest now weekly", "There is no digest “weekly”"),
    ],
)
async def test_what_cannot_be_read_is_named_and_nothing_is_subscribed(ask, bot, typed, words):
    assert words in await ask(typed)
    assert await bot.services.subscriptions.all() == ()


async def test_unsubscribe_tells_the_way_back(ask, bot):
    await ask("subscribe at-risk")

    answer = await ask("unsubscribe at risk")

    assert "no longer gets “At-risk onboardings”" in answer
    assert "`/onboarding subscribe at-risk 09:00 mon-fri Europe/Berlin`" in answer
    assert await bot.services.subscriptions.all() == ()


async def test_subscriptions_lists_every_channels(ask):
    await ask("subscribe at-risk")
    await ask("subscribe launch-week", channel=LAUNCHES)

    listed = await ask("subscriptions", by=DEVON)

    assert f"At-risk onboardings* in <#{ONBOARDING}>" in listed
    assert f"in <#{LAUNCHES}>" in listed
    assert "2 subscriptions" in listed


async def test_subscriptions_when_there_are_none_says_how(ask):
    assert "`/onboarding subscribe at-risk`" in await ask("subscriptions")


async def test_subscribe_is_refused_where_customers_read(ask, bot):
    assert "I post nothing in that channel" in await ask("subscribe at-risk", channel=AURORA_SHARED)
    assert await bot.services.subscriptions.all() == ()


async def test_subscribe_is_for_linked_people_and_admins(ask, bot):
    refused = await ask("subscribe at-risk", by=DEVON)
    await ask("subscribe at-risk", by=CARA)

    assert "You may not change a channel" in refused
    assert [one.creator for one in await bot.services.subscriptions.all()] == [CARA]


async def test_preview_is_private(ask, slack):
    answer = await ask("digest preview at risk", by=DEVON)

    assert "At-risk onboardings" in answer
    assert [message for message in slack.messages(ONBOARDING) if not message.ephemeral_to] == []


async def test_digest_now_is_posted_with_the_name_of_who_asked(slack, bot):
    await slack.types("/onboarding digest now launch-week", by=ANA, channel=ONBOARDING)

    (posted, *_) = [message for message in slack.messages(ONBOARDING) if not message.ephemeral_to]
    assert "Ana Ruiz" in posted.seen
    assert "Posted here: “Launch week”" in slack.seen(ANA, ONBOARDING)


@pytest.mark.parametrize(("first", "scheduled"), [((), False), (("subscribe portfolio",), True)])
async def test_digest_now_tells_of_the_scheduled_one_where_there_is_one(ask, slack, first, scheduled):
    for typed in ("subscribe at-risk", *first):
        await ask(typed)

    await slack.types("/onboarding digest now portfolio", by=ANA, channel=ONBOARDING)

    seen = slack.seen(ANA, ONBOARDING)
    assert "Posted here: “Portfolio”." in seen
    assert ("The scheduled one still comes at its hour." in seen) == scheduled


async def test_digest_now_tells_nothing_of_a_paused_one(ask, slack, bot):
    await ask("subscribe portfolio")
    (subscription,) = await bot.services.subscriptions.all()
    await bot.services.subscriptions.pause(subscription.id, reason="Paused by Ana Ruiz.")

    await slack.types("/onboarding digest now portfolio", by=ANA, channel=ONBOARDING)

    seen = slack.seen(ANA, ONBOARDING)
    assert "Posted here: “Portfolio”." in seen
    assert "The scheduled one" not in seen


async def test_digest_now_is_for_linked_people_and_admins(ask, slack):
    assert "You may not post a digest now" in await ask("digest now at-risk", by=DEVON)
    assert [message for message in slack.messages(ONBOARDING) if not message.ephemeral_to] == []


async def test_digest_now_is_refused_where_customers_read(ask, slack):
    assert "I post nothing in that channel" in await ask("digest now at-risk", channel=AURORA_SHARED)
    assert [message for message in slack.messages(AURORA_SHARED) if not message.ephemeral_to] == []


async def test_subscribing_again_says_whose_hours_it_replaces(ask, bot):
    await ask("subscribe at-risk 08:15")

    answer = await ask("subscribe at-risk 10:00")

    assert "Instead of Mon–Fri at 08:15 (Europe/Berlin)" in answer
    assert "set up by Ana Ruiz" in answer


async def test_a_digest_out_of_turn_takes_no_filters(ask, slack):
    answer = await ask("digest now at-risk owner:@ana")

    assert "others cannot be added here" in answer
    assert slack.calls_of("chat.postMessage") == []
