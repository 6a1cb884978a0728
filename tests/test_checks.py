"""The acceptance checks of the conversation, each through the real Bolt app, over a web socket and over HTTP."""

import asyncio
from datetime import date
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.records import DeliveryStatus, Subscription
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.pivotal.faults import Fault
from bot.sandbox.slack.request_url import signature
from bot.sandbox.slack.world import (
    ANA,
    AURORA_SHARED,
    BEN,
    CARA,
    DEVON,
    GLOBEX_ONBOARDING,
    LAUNCHES,
    MARA,
    ONBOARDING,
    PARTNERS,
    TEAM,
)
from tests.processes import until

ADVANCE = "Advance to Program buildout"
ODD_NAMES = (
    "x" * 300,
    "<!channel> <!here> <@U0ANA0001>",
    "<https://evil.example|Sons> & *Co* | _Ltd_",
    "`Ticks` ~and~ &lt;b&gt;",
    "شركة النور للتجارة",
    "🚀🎉👩‍🚀 Rocket",
    "משהו \u202e reversed",
    "&" * 300,
)


@pytest.fixture
def aurora(pivotal):
    """Ana's onboarding #89, in Review."""
    return pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")


@pytest.fixture
def ask(slack, bot):
    """`await ask("aurora")`: what somebody reads in answer to a command."""

    async def asks(text, *, by=ANA, channel=ONBOARDING):
        before = len(slack.messages(channel, by))
        acknowledged = await slack.types(f"/onboarding {text}".strip(), by=by, channel=channel)
        assert acknowledged.ok, acknowledged
        assert len(slack.messages(channel, by)) == before + 1, "one question, one answer"
        return slack.seen(by, channel)

    return asks


@pytest.fixture
def shared(slack, bot):
    """`await shared()`: the card of #89, posted by Ana for all to see."""

    async def shares():
        await slack.types("/onboarding share #89", by=ANA, channel=ONBOARDING)
        return public(slack)[-1]

    return shares


def public(slack, channel=ONBOARDING):
    return [message for message in slack.messages(channel) if not message.ephemeral_to]


async def test_check_01_ten_presses_of_one_button_write_once_and_all_are_answered(aurora, shared, slack, pivotal):
    card = await shared()
    before = len(slack.messages(ONBOARDING, ANA))

    await slack.clicks(ADVANCE, by=ANA, message=card, times=10)

    answers = [one.text for one in slack.messages(ONBOARDING, ANA)[before:] if one.ephemeral_to == ANA]
    polite = [one for one in answers if "is changing this onboarding" in one or "changed since you looked" in one]
    assert len(pivotal.patches(89)) == 1
    assert pivotal.transitions(89) == ["program_buildout"]
    assert len(polite) == 9


async def test_check_02_a_button_drawn_before_a_change_writes_nothing_and_refreshes(aurora, shared, slack, pivotal):
    card = await shared()
    pivotal.edit(89, phase="internal_qa")

    await slack.clicks(ADVANCE, by=ANA, message=card)

    (now,) = (message for message in public(slack) if message.ts == card.ts)
    assert pivotal.patches(89) == []
    assert "phase is now Internal QA (you saw Review)" in slack.seen(ANA, ONBOARDING)
    assert "Internal QA (5 of 7)" in now.seen
    assert ADVANCE not in now.seen


class TestSlowPivotal:
    @pytest.fixture
    def gate(self):
        return asyncio.Event()

    @pytest.fixture
    async def pivotal(self, clock, gate):
        async def hangs(_seconds):
            await gate.wait()

        async with LocalPivotal(clock=clock, sleep=hangs) as local:
            local.rate_limit = 10_000
            yield local
            gate.set()

    async def test_check_03_all_is_acknowledged_at_once_while_pivotal_takes_nine_seconds(
        self, aurora, ask, slack, bot, pivotal, gate
    ):
        await ask("aurora")
        pivotal.fails(Fault.slow(9), times=1000)
        slack.settles = None

        pressed = slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)
        others = [slack.types("/onboarding #89", by=one, channel=ONBOARDING) for one in (ANA, BEN, CARA, MARA) * 5]
        acknowledged = await asyncio.gather(pressed, *others)
        waiting = pivotal.phase_of(89)
        gate.set()
        await bot.settled()

        assert all(one.ok and one.seconds < 1 for one in acknowledged)
        assert waiting == "review"
        assert pivotal.phase_of(89) == "program_buildout"
        assert "*Aurora Foods*" in slack.seen(MARA, ONBOARDING)


@pytest.mark.parametrize("count", [0, 1, 10, 11, 500])
async def test_check_07_any_number_of_rows_with_any_names_is_taken_by_slack(pivotal, ask, slack, clock, count):
    for number in range(count):
        pivotal.has_onboarding(
            1000 + number,
            customer=f"{ODD_NAMES[number % len(ODD_NAMES)][:296]} {number}"
            if number >= len(ODD_NAMES)
            else ODD_NAMES[number],
            phase="review",
            state="at_risk",
            csm_id="user_csm_001",
            target_launch_date=date(2026, 9, 8),
        )
    clock.passes(hours=7)

    for typed, title in {
        "list": "Onboardings",
        "mine sort:name": "Your onboardings",
        "": "Your onboardings",
        "at-risk": "At-risk onboardings",
        "launches": "Launches",
        "digest preview at-risk": "At-risk onboardings",
        "digest preview launch-week": "Launch week",
    }.items():
        answer = await ask(typed)
        assert title in answer
        assert "<!channel>" not in answer
    if count > 10:
        await ask("list")
        await slack.clicks("Next", by=ANA, channel=ONBOARDING)
        assert "page 2 of" in slack.seen(ANA, ONBOARDING)


class TestWhereCustomersRead:
    @pytest.fixture
    def extras(self):
        return ("unfurls",)

    @pytest.fixture
    def pivotal(self, pivotal):
        pivotal.has_customer("Globex", slack_channel_id=GLOBEX_ONBOARDING)
        return pivotal

    @pytest.mark.parametrize("channel", [AURORA_SHARED, PARTNERS, GLOBEX_ONBOARDING, LAUNCHES])
    async def test_check_08_nothing_is_posted_subscribed_or_unfurled(self, aurora, slack, bot, channel):
        if channel == LAUNCHES:  # as good as any, but Slack will not say who reads it
            slack.fails("conversations.info", error="internal_error", times=100)
            slack.fails("conversations.members", error="internal_error", times=100)
        link = "https://my.pivotal.app/onboardings/89"

        await slack.types("/onboarding share #89", by=ANA, channel=channel)
        await slack.types("/onboarding subscribe at-risk", by=CARA, channel=channel)
        await slack.types("/onboarding digest now at-risk", by=CARA, channel=channel)
        await slack.types(link, by=ANA, channel=channel)

        said = public(slack, channel)
        subscriptions: tuple[Subscription, ...] = await bot.services.subscriptions.all()
        assert [message.user for message in said] == [ANA], "but for the link that Ana sent"
        assert [message.unfurls for message in said] == [()]
        assert subscriptions == ()


class TestWhatIsOdd:
    @pytest.fixture
    def pivotal(self, pivotal):
        pivotal.has_onboarding(
            90, customer="Odd Ltd", phase="pilot_run", state="on_hold", csm_id="user_nobody", target_launch_date=None
        )
        pivotal.has_onboarding(91, customer="Bare Ltd", phase="review", csm_id=None, se_id=None, notes=None)
        return pivotal

    async def test_check_09_unmapped_owner_unknown_phase_and_no_date_are_shown(self, ask):
        odd, bare, listed = await ask("odd ltd"), await ask("bare ltd"), await ask("list")

        assert "unlinked owner (user_nobody)" in odd
        assert "Pilot run" in odd
        assert "On hold" in odd
        assert "Advance" not in odd
        assert "No target date" in odd
        assert "CSM — · SE — · Designer —" in bare
        assert "<@None>" not in odd + bare + listed
        assert "Odd Ltd" in listed

    async def test_check_09_a_deleted_record_leaves_a_tombstone(self, ask, slack, pivotal):
        await ask("bare ltd", by=CARA)
        pivotal.delete(91)

        await slack.clicks(ADVANCE, by=CARA, channel=ONBOARDING)

        assert "This onboarding no longer exists in Pivotal" in slack.seen(CARA, ONBOARDING)
        assert "Pivotal has no such onboarding" in await ask("#91", by=CARA)


class TestOverHttp:
    @pytest.fixture
    def mode(self):
        return "http"

    @pytest.mark.parametrize("wrong", ["garbage", "none", "stale", "ahead", "forged", "replayed"])
    async def test_check_11_what_slack_did_not_sign_just_now_is_401_and_reaches_no_handler(
        self, slack, bot, clock, wrong
    ):
        body = urlencode(
            {
                "command": "/onboarding",
                "text": "whoami",
                "user_id": ANA,
                "team_id": TEAM,
                "channel_id": ONBOARDING,
                "trigger_id": "1.2.3",
                "response_url": f"{slack.url}/commands/{TEAM}/nowhere",
            }
        )
        off = {"stale": -301, "ahead": 301}.get(wrong, 0)
        stamp = {"garbage": "soon", "none": ""}.get(wrong, str(int(clock().timestamp()) + off))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature("another" if wrong == "forged" else slack.signing_secret, stamp, body),
        }

        async with ClientSession() as session:
            if wrong == "replayed":
                async with session.post(bot.address, data=body, headers=headers) as genuine:
                    assert genuine.status == 200
                await bot.settled()
            handled = len(slack.calls)
            async with session.post(bot.address, data=body, headers=headers) as answer:
                status = answer.status
        await bot.settled()

        assert status == 401
        assert len(slack.calls) == handled


async def test_check_12_a_launch_date_is_the_same_day_in_los_angeles(pivotal, ask, clock):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", target_launch_date="2026-09-18T00:00:00Z")
    clock.passes(minutes=3)

    for reader in (DEVON, ANA):
        assert "Fri 18 Sep 2026" in await ask("aurora", by=reader)
        assert "18 Sep" in await ask("list", by=reader)


async def test_check_13_all_blocks_are_valid_by_the_sdk_and_by_slacks_limits(aurora, ask, shared, slack):
    for typed in (
        "",
        "aurora",
        "list",
        "mine",
        "at-risk",
        "launches",
        "help",
        "help advance",
        "whoami",
        "log",
        "details #89",
        "zzz",
    ):
        await ask(typed)
    await ask("subscribe at-risk", by=CARA)
    await ask("subscriptions")
    await shared()

    drawn = [message.blocks for person in (ANA, CARA) for message in slack.messages(ONBOARDING, person)]
    for blocks in drawn:
        assert len(blocks) <= 50
        for block in Block.parse_all(blocks):
            block.validate_json()
    assert [call.error for call in slack.calls if not call.ok] == []


@pytest.mark.parametrize(
    ("typed", "pressed"),
    [("back aurora foods", ""), ("new", ""), ("aurora", "Update…")],
)
async def test_check_13_every_modal_is_valid_by_the_sdk(aurora, bot, slack, typed, pressed):
    await slack.types(f"/onboarding {typed}", by=ANA, channel=ONBOARDING)
    if pressed:
        await slack.clicks(pressed, by=ANA, channel=ONBOARDING)

    view = slack.modal(ANA)
    parts = ("type", "title", "blocks", "submit", "close", "callback_id", "private_metadata")
    View(**{name: view[name] for name in parts if view.get(name)}).validate_json()
    assert len(view.get("private_metadata") or "") < 3000


def test_check_13_the_manifest_keeps_slacks_limits():
    app = manifest()

    assert len(app["display_information"]["name"]) <= 35
    assert len(app["display_information"].get("description", "")) <= 140
    for command in app["features"]["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2000
        assert len(command.get("usage_hint", "")) <= 1000


@pytest.mark.parametrize("later", ["state", "date", "phase"])
async def test_check_14_undo_is_refused_after_somebody_elses_change_and_not_offered_for_launch(
    ask, slack, pivotal, clock, later
):
    pivotal.has_onboarding(
        90, customer="Initech", phase="review", csm_id="user_csm_001", target_launch_date="2026-10-01"
    )
    await ask("flag #90")
    clock.passes(minutes=1)
    await ask({"state": "pause #90", "date": "date #90 2026-10-05", "phase": "advance #90"}[later], by=CARA)
    if later == "phase":
        await slack.clicks("Advance to Program buildout", by=CARA)
    elif later == "state":
        await slack.clicks("Pause", by=CARA)
    written = len(pivotal.patches(90))

    answer = await ask("undo")

    assert written == 2
    assert "Cara Lindqvist changed Initech after you" in answer
    assert len(pivotal.patches(90)) == written


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        (DeliveryStatus.UNCERTAIN, "interrupted", "Mon 7 Sep, uncertain: it may have come or not"),
        (DeliveryStatus.SKIPPED, "I was not running at the hour set", "Mon 7 Sep, skipped: I was not running"),
        (DeliveryStatus.FAILED, "That channel is archived.", "Mon 7 Sep, not posted: That channel is archived"),
    ],
)
async def test_check_04_what_did_not_come_is_explained_by_the_list_of_subscriptions(
    bot, ask, clock, status, reason, told
):
    await ask("subscribe at-risk daily 09:00 Europe/Berlin", by=CARA)
    (subscription,) = await bot.services.subscriptions.all()
    clock.passes(minutes=30)
    claim = await bot.services.ledger.claim(subscription, "2026-09-07", now=clock())
    await bot.services.ledger.mark(claim, status, reason=reason)

    assert told in await ask("subscriptions", by=CARA)


async def test_check_04_what_was_put_off_is_explained_too_and_comes_later(bot, ask, clock, pivotal, slack):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", state="at_risk")
    await ask("subscribe at-risk daily 09:00 Europe/Berlin", by=CARA)
    clock.passes(hours=24, minutes=30)
    pivotal.fails(Fault.revoked_key, times=1000)
    await bot.digests.run_due(clock())
    explained = await ask("subscriptions", by=CARA)
    pivotal.works_again()

    clock.passes(minutes=5)
    await bot.digests.run_due(clock())

    digest, *_ = [one for one in public(slack) if one.text.startswith("At-risk onboardings — ")]
    assert "Waiting since 09:00 (Pivotal does not answer" in explained
    assert "Aurora Foods" in digest.seen


class TestPivotalIsFull:
    @pytest.fixture
    async def digest(self, bot, clock, shared, slack):
        """`digest()`: the digest of #launches begins; the bot's snapshot is too old for it."""
        begun = []
        await slack.types("/onboarding subscribe at-risk daily 09:00 Europe/Berlin", by=CARA, channel=LAUNCHES)

        def begins():
            clock.passes(minutes=30)
            begun.append(asyncio.create_task(bot.digests.run_due(clock())))
            return begun[0]

        yield begins
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)

    async def test_check_15_a_digest_that_has_used_up_its_share_leaves_a_press_its_own(
        self, aurora, pivotal, shared, slack, digest
    ):
        for number in range(1000, 3000):
            pivotal.has_onboarding(number, customer="Aurora Foods", phase="review")
        card = await shared()
        pivotal.rate_limit = 20
        before, under_way = len(pivotal.requests), digest()
        await until(lambda: len(pivotal.requests) > before + 8)

        pressed = await slack.clicks(ADVANCE, by=ANA, message=card)

        assert pressed.ok
        assert pivotal.phase_of(89) == "program_buildout"
        assert not under_way.done()
        assert [one.status for one in pivotal.requests if one.status == 429] == []

    async def test_check_15_a_429_in_a_digest_does_not_fail_a_press(self, aurora, pivotal, shared, slack, digest):
        card = await shared()
        pivotal.fails(Fault.rate_limited(retry_after=1), path="/onboardings")
        under_way = digest()
        await until(lambda: any(one.status == 429 for one in pivotal.requests))

        pressed = await slack.clicks(ADVANCE, by=ANA, message=card)
        await under_way

        assert pressed.ok
        assert pressed.seconds < 1
        assert pivotal.phase_of(89) == "program_buildout"
        assert [one.status for one in pivotal.requests].count(429) == 1
