"""Global shortcuts and those of a message's menu."""

import copy

import aiohttp
import pytest

from bot.sandbox.slack import LocalSlack, NothingToSee
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.world import ANA, BEN, CS_LEADS, ONBOARDING

FORM = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Find"},
    "blocks": [{"type": "divider"}],
}


async def test_a_global_shortcut_opens_a_modal_and_tells_of_no_channel(live) -> None:
    bodies = []

    @live.app.shortcut("find")
    async def find(ack, body, client) -> None:
        bodies.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    used = await live.slack.uses_shortcut("Find onboarding", by=ANA)
    await live.slack.until(lambda: live.slack.modal(ANA))

    assert used.ok
    assert (bodies[0]["type"], bodies[0]["callback_id"], bodies[0]["user"]["id"]) == ("shortcut", "find", ANA)
    assert not {"channel", "message", "response_url"} & set(bodies[0])


async def test_a_message_shortcut_tells_of_the_message_and_answers_in_its_thread(live) -> None:
    bodies = []

    @live.app.shortcut("card")
    async def card(ack, body, client, respond) -> None:
        bodies.append(body)
        await ack()
        thread = body["message"].get("thread_ts") or body["message"]["ts"]
        await client.chat_postMessage(channel=body["channel"]["id"], thread_ts=thread, text="Aurora Foods")
        await respond("Only you", replace_original=True)

    await live.slack.types("Where is Aurora?", by=BEN, channel=ONBOARDING)
    asked = live.slack.last(by=ANA, channel=ONBOARDING)

    used = await live.slack.uses_shortcut("card", by=ANA, channel=ONBOARDING)

    answer = await live.slack.sees("Aurora Foods", by=BEN, channel=ONBOARDING)
    private = await live.slack.sees("Only you", by=ANA, channel=ONBOARDING)
    assert used.ok
    assert (answer.thread_ts, private.ephemeral_to) == (asked.ts, ANA)
    body = bodies[0]
    assert (body["type"], body["message_ts"], body["message"]["text"]) == (
        "message_action",
        asked.ts,
        "Where is Aurora?",
    )
    assert body["channel"] == {"id": ONBOARDING, "name": "onboarding"}


async def test_a_shortcut_nobody_answers_gets_slacks_notice(slack: LocalSlack) -> None:
    used = await slack.uses_shortcut("find", by=ANA)

    assert used.error == "dispatch_failed"
    assert slack.notices(ANA) == ["“Find onboarding” failed with the error “dispatch_failed”"]


async def test_a_late_answer_is_shown_as_a_time_out(slack: LocalSlack, app, connect, clock) -> None:
    @app.shortcut("find")
    async def find(ack) -> None:
        clock.passes(seconds=4)
        await ack()

    await connect()

    used = await slack.uses_shortcut("find", by=ANA)

    assert used.error == "operation_timeout"


@pytest.mark.parametrize(("name", "channel"), [("nothing", None), ("card", None), ("find", ONBOARDING)])
async def test_a_shortcut_is_only_where_the_manifest_puts_it(slack: LocalSlack, client, name, channel) -> None:
    await client.chat_postMessage(channel=ONBOARDING, text="x")

    with pytest.raises(Refusal, match="shortcut_not_found"):
        await slack.uses_shortcut(name, by=ANA, channel=channel)


async def test_private_answers_and_others_messages_have_no_menu(slack: LocalSlack, client) -> None:
    await client.chat_postEphemeral(channel=ONBOARDING, user=ANA, text="Only you")
    await client.chat_postMessage(channel=CS_LEADS, text="Leads only")
    private, leads = slack.last(by=ANA, channel=ONBOARDING), slack.last(by=ANA, channel=CS_LEADS)

    for message in (private, leads):
        with pytest.raises(Refusal, match="message_not_found"):
            await slack.uses_shortcut("card", by=BEN, message=message)
    with pytest.raises(NothingToSee):
        await slack.uses_shortcut("card", by=ANA, channel=ONBOARDING)


async def test_an_app_that_is_not_interactive_has_no_shortcuts_to_use(manifest) -> None:
    without = copy.deepcopy(manifest)
    without["settings"]["interactivity"]["is_enabled"] = False

    async with LocalSlack(without) as slack:
        used = await slack.uses_shortcut("find", by=ANA)

    assert used.error == "not_interactive"


async def test_the_page_lists_shortcuts_and_uses_them(slack: LocalSlack, app, connect, client) -> None:
    used = []

    @app.shortcut("find")
    @app.shortcut("card")
    async def either(ack, body) -> None:
        used.append((body["type"], body.get("message_ts")))
        await ack()

    await connect()
    ts = (await client.chat_postMessage(channel=ONBOARDING, text="x"))["ts"]

    async with aiohttp.ClientSession(slack.url) as web:
        async with web.get("/sandbox/state", params={"as": ANA}) as answer:
            listed = (await answer.json())["shortcuts"]
        of_message = {"as": ANA, "callback_id": "card", "channel": ONBOARDING, "message_ts": ts}
        for sent in ({"as": ANA, "callback_id": "find"}, of_message, {"as": ANA, "callback_id": "none"}):
            async with web.post("/sandbox/shortcut", json=sent) as answer:
                last = await answer.json()

    assert listed[0] == {
        "name": "Find onboarding",
        "callback_id": "find",
        "type": "global",
        "description": "Look one up",
    }
    assert used == [("shortcut", None), ("message_action", ts)]
    assert last == {"ok": False, "error": "shortcut_not_found"}
