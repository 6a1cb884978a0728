"""A row's menu opens what was chosen and writes nothing; See all shows every row, page by page."""

import pytest

from bot.sandbox.slack.world import ANA, BEN, DEVON, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def pivotal(pivotal):
    pivotal.edit(89, by="Dana (web app)", state="at_risk")
    return pivotal


@pytest.fixture
def digest(slack, bot):
    """`await digest()`: an at-risk digest, or another, as it stands in #onboarding."""

    async def posts(kind="at-risk"):
        await slack.types(f"/onboarding subscribe {kind}", by=ANA, channel=ONBOARDING)
        await slack.types(f"/onboarding digest now {kind}", by=ANA, channel=ONBOARDING)
        return next(one for one in slack.messages(ONBOARDING) if not one.ephemeral_to and one.thread_ts is None)

    return posts


@pytest.fixture
def choose(slack, pivotal):
    """`await choose(digest, "Open", 89)`: choose an entry of the menu of a row."""

    async def chooses(message, entry, number, *, by=ANA):
        key = pivotal.onboarding(number)["id"]
        (block,) = [one for one in message.blocks if one["block_id"].startswith(f"{key}:")]
        menu = block["accessory"]
        (value,) = [one["value"] for one in menu["options"] if one["text"]["text"] == entry]
        return await slack.chooses(menu["action_id"], value, by=by, message=message)

    return chooses


@pytest.fixture
def risky(pivotal, clock):
    """`risky(12)`: so many more are marked at risk, and the bot's snapshot is from before that."""

    def marks(count, **fields):
        for number in range(200, 200 + count):
            made = {"phase": "review", "state": "at_risk", **fields}
            pivotal.has_onboarding(number, customer=f"Risky {number}", **made)
        clock.passes(minutes=20)

    return marks


def shown(view):
    texts = [element["text"] for block in view["blocks"] for element in block.get("elements", ()) if "text" in element]
    texts += [block["text"]["text"] for block in view["blocks"] if "text" in block]
    return "\n".join(map(str, texts))


async def test_open_shows_the_card_to_the_one_who_chose_it(digest, choose, slack):
    await choose(await digest(), "Open", 89, by=BEN)

    answer = slack.last(by=BEN, channel=ONBOARDING)
    assert answer.ephemeral_to == BEN
    assert "Aurora Foods" in answer.seen
    assert "Advance to" in str(answer.blocks)


async def test_snooze_opens_the_form_and_snoozes_nothing(digest, choose, slack, bot):
    await choose(await digest(), "Snooze…", 89)

    assert slack.modal(ANA)["title"]["text"] == "Snooze"
    assert "Aurora Foods" in shown(slack.modal(ANA))
    assert await bot.store.snoozes.all() == ()


async def test_a_change_is_asked_about_before_it_is_made(digest, choose, slack, pivotal):
    await choose(await digest(), "Clear at risk…", 89)

    assert slack.modal(ANA)["title"]["text"] == "Clear at risk"
    assert pivotal.patches(89) == []

    await slack.submits({"Why?": "their DNS is up"}, by=ANA)

    assert pivotal.state_of(89) == "active"
    assert len(pivotal.patches(89)) == 1


async def test_a_mark_set_from_a_row_keeps_its_reason(digest, choose, slack, pivotal, clock, bot):
    pivotal.edit(89, by="Dana (web app)", state="active", target_launch_date="2026-09-01")
    clock.passes(minutes=20)
    await choose(await digest(), "Mark at risk…", 89)

    await slack.submits({"Why?": "waiting for DNS"}, by=ANA)

    assert pivotal.state_of(89) == "at_risk"
    (newest, *_) = await bot.store.audit.list(onboarding_id=pivotal.onboarding(89)["id"])
    assert (newest.action, newest.outcome, newest.reason) == ("flag", "done", "waiting for DNS")


async def test_the_next_digest_says_who_set_a_mark_when_and_why(digest, choose, slack, pivotal, clock):
    pivotal.edit(89, by="Dana (web app)", state="active", target_launch_date="2026-09-01")
    clock.passes(minutes=20)
    await choose(await digest(), "Mark at risk…", 89)
    await slack.submits({"Why?": "waiting for DNS"}, by=ANA)
    await slack.closes(by=ANA)

    await slack.types("/onboarding digest preview at-risk", by=ANA, channel=ONBOARDING)

    assert "marked at risk in Pivotal, set by Ana Ruiz, 7 Sep: waiting for DNS" in slack.seen(ANA, ONBOARDING)


async def test_what_is_no_longer_so_is_said_instead_of_asked(digest, choose, slack, pivotal):
    posted = await digest()
    pivotal.edit(89, by="Dana (web app)", state="active")

    await choose(posted, "Clear at risk…", 89)

    assert "Onboarding #89 is not marked at risk." in shown(slack.modal(ANA))
    assert pivotal.patches(89) == []


async def test_whoever_may_not_change_it_is_told_who_may(digest, choose, slack, pivotal, audited):
    await choose(await digest(), "Clear at risk…", 89, by=DEVON)

    assert "You may not change the state of this onboarding" in shown(slack.modal(DEVON))
    assert pivotal.patches(89) == []
    assert ("Devon Park", "clear", "refused") in await audited()


async def test_a_row_whose_onboarding_is_gone_says_so(digest, choose, slack, pivotal):
    posted = await digest()
    key = pivotal.onboarding(89)["id"]
    (block,) = [one for one in posted.blocks if one["block_id"].startswith(f"{key}:")]
    pivotal.delete(89)

    value = next(one["value"] for one in block["accessory"]["options"] if one["text"]["text"] == "Open")
    await slack.chooses(block["accessory"]["action_id"], value, by=ANA, message=posted)

    assert "no such onboarding" in slack.seen(ANA, ONBOARDING)


async def test_a_launch_has_the_same_menu(digest, choose, slack):
    await choose(await digest("launch-week"), "Open", 110)

    assert "Late Ltd" in slack.seen(ANA, ONBOARDING)


async def test_see_all_pages_through_every_row(risky, digest, slack):
    risky(21)
    posted = await digest()
    assert "*+13 more*" in posted.seen

    await slack.clicks("See all", by=DEVON, message=posted)
    first = shown(slack.modal(DEVON))
    await slack.clicks("Next", by=DEVON)
    await slack.clicks("Next", by=DEVON)
    last = shown(slack.modal(DEVON))
    await slack.clicks("Previous", by=DEVON)

    assert "page 1 of 3  ·  as it stands now: 23" in first
    assert "marked at risk in Pivotal" in first
    assert "page 3 of 3" in last
    assert "page 2 of 3" in shown(slack.modal(DEVON))
    assert "Risky 220" in last
    await slack.closes(by=DEVON)
    assert slack.modal(DEVON) is None, "the pages do not pile up"


async def test_see_all_keeps_the_digests_order_and_says_how_many_it_had(risky, ask, slack, bot, pivotal, clock):
    risky(11)
    await ask("subscribe at-risk")
    clock.passes(minutes=15)
    await bot.digests.run_due(clock())
    pivotal.has_onboarding(300, customer="Newcomer", phase="review", state="at_risk")
    clock.passes(days=1)
    await bot.digests.run_due(clock())
    posted = [one for one in slack.messages(ONBOARDING) if not one.ephemeral_to and one.thread_ts is None][-1]
    pivotal.edit(205, by="Dana", state="active")
    clock.passes(minutes=20)

    await slack.clicks("See all", by=DEVON, message=posted)

    seen = shown(slack.modal(DEVON))
    assert "(1 new, 13 continuing)" in posted.seen
    assert "as it stands now: 13 (the digest had 14)" in seen
    assert seen.index("Newcomer") < seen.index("Late Ltd"), "what was new there comes first here too"
    assert slack.modal(DEVON)["title"]["text"] == "At-risk onboardings"
    assert "At-risk onboardings" not in seen


async def test_launches_are_counted_alike_in_headline_list_and_see_all(risky, digest, slack, ask, pivotal):
    risky(8, target_launch_date="2026-09-09")
    for number in (400, 401, 402):
        pivotal.has_onboarding(number, customer=f"Made {number}", phase="launch", target_launch_date="2026-09-07")

    posted = await digest("launch-week")
    listed = await ask("launches this week")
    await slack.clicks("See all", by=ANA, message=posted)

    assert "8 this week, 3 launched" in posted.seen
    for seen in (listed, shown(slack.modal(ANA))):
        assert "*This week (8)*" in seen
        assert "*Launched this week (3)*" in seen


async def test_a_launched_row_can_only_be_opened(digest, slack, pivotal, clock):
    pivotal.has_onboarding(400, customer="Made", phase="launch", target_launch_date="2026-09-07")
    clock.passes(minutes=20)

    posted = await digest("launch-week")

    key = pivotal.onboarding(400)["id"]
    (block,) = [one for one in posted.blocks if one["block_id"].startswith(f"{key}:")]
    assert (block["accessory"]["type"], block["accessory"]["text"]["text"]) == ("button", "Open")


async def test_see_all_of_launches_stands_by_lane(risky, digest, slack):
    risky(12, target_launch_date="2026-09-09")

    await slack.clicks("See all", by=ANA, message=await digest("launch-week"))

    assert "*Overdue (1)*" in shown(slack.modal(ANA))
    assert "*This week (12)*" in shown(slack.modal(ANA))


async def test_see_all_says_the_filters_and_keeps_them(risky, slack, bot):
    risky(12, phase="internal_qa")
    await slack.types("/onboarding subscribe at-risk phase:internal-qa", by=ANA, channel=ONBOARDING)
    await slack.types("/onboarding digest now at-risk", by=ANA, channel=ONBOARDING)

    await slack.clicks("See all", by=ANA, channel=ONBOARDING)

    assert "filters: phase Internal QA" in shown(slack.modal(ANA))
    assert "Late Ltd" not in shown(slack.modal(ANA))


async def test_see_all_of_a_digest_that_nobody_subscribed_to_works_too(risky, slack, bot):
    risky(12)
    await slack.types("/onboarding digest now at-risk", by=ANA, channel=ONBOARDING)

    await slack.clicks("See all", by=ANA, channel=ONBOARDING)

    assert "page 1 of 2" in shown(slack.modal(ANA))


async def test_see_all_of_a_subscription_that_is_gone_says_so(risky, digest, slack):
    risky(12)
    posted = await digest()
    await slack.types("/onboarding unsubscribe at-risk", by=ANA, channel=ONBOARDING)

    await slack.clicks("See all", by=DEVON, message=posted)

    assert "no longer subscribed" in shown(slack.modal(DEVON))
