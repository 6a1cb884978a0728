"""Response URLs: five uses, thirty minutes, and what each kind may replace."""

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, ONBOARDING, RANDOM

BUTTON = [
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}],
    }
]


@pytest.fixture
async def urls(app, connect) -> list[str]:
    """The response URLs the app was given, newest last."""
    given: list[str] = []

    @app.command("/onboarding")
    async def command(ack, body) -> None:
        given.append(body["response_url"])
        await ack()

    @app.action("go")
    async def press(ack, body) -> None:
        given.append(body["response_url"])
        await ack()

    await connect()
    return given


async def test_it_works_five_times(slack: LocalSlack, urls) -> None:
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
    hook = AsyncWebhookClient(urls[0])

    answers = [await hook.send(text=str(number)) for number in range(6)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 404]
    assert "used_url" in answers[5].body
    assert len(slack.messages(ONBOARDING, by=ANA)) == 5


@pytest.mark.parametrize(("minutes", "status"), [(30, 200), (30.1, 404)])
async def test_it_lives_thirty_minutes(slack: LocalSlack, urls, clock, minutes: float, status: int) -> None:
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
    clock.passes(minutes=minutes)

    answer = await AsyncWebhookClient(urls[0]).send(text="late")

    assert answer.status_code == status


async def test_a_commands_url_cannot_replace_its_earlier_answer(slack: LocalSlack, urls) -> None:
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
    hook = AsyncWebhookClient(urls[0])

    await hook.send(text="Loading")
    await hook.send(text="Done", replace_original=True)

    assert [message.text for message in slack.messages(ONBOARDING, by=ANA)] == ["Loading", "Done"]


async def test_in_channel_answers_are_seen_by_all_even_where_the_bot_is_not(slack: LocalSlack, urls) -> None:
    await slack.types("/onboarding", by=ANA, channel=RANDOM)

    await AsyncWebhookClient(urls[0]).send(text="Hello all", response_type="in_channel")

    assert slack.seen(BEN, RANDOM) == "Hello all"


async def test_a_presss_url_replaces_and_deletes_the_message_pressed(slack: LocalSlack, urls, client) -> None:
    await client.chat_postMessage(channel=ONBOARDING, text="First", blocks=BUTTON)
    await slack.clicks("Go", by=ANA)
    hook = AsyncWebhookClient(urls[0])

    await hook.send(text="Second", replace_original=True)
    replaced = slack.messages(ONBOARDING)
    await hook.send(delete_original=True)

    assert [(message.text, message.blocks) for message in replaced] == [("Second", None)]
    assert slack.messages(ONBOARDING) == []


async def test_a_presss_answer_is_private_unless_it_replaces(slack: LocalSlack, urls, client) -> None:
    await client.chat_postMessage(channel=ONBOARDING, text="First", blocks=BUTTON)
    await slack.clicks("Go", by=ANA)

    await AsyncWebhookClient(urls[0]).send(text="Only for you")

    assert slack.seen(ANA, ONBOARDING) == "Only for you"
    assert slack.seen(BEN, ONBOARDING) == "Go"


async def test_an_answer_can_go_into_a_thread(slack: LocalSlack, urls, client) -> None:
    posted = await client.chat_postMessage(channel=ONBOARDING, text="First", blocks=BUTTON)
    await slack.clicks("Go", by=ANA)

    await AsyncWebhookClient(urls[0]).send_dict(
        {"text": "In the thread", "thread_ts": posted["ts"], "response_type": "in_channel"}
    )

    assert slack.last(by=BEN, channel=ONBOARDING).thread_ts == posted["ts"]


async def test_blocks_beyond_the_limits_are_refused_here_too(slack: LocalSlack, urls) -> None:
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)

    answer = await AsyncWebhookClient(urls[0]).send(text="x", blocks=[{"type": "divider"}] * 51)

    assert answer.status_code == 400
    assert "invalid_blocks" in answer.body
    assert slack.calls_of("response_url")[0].error == "invalid_blocks"


async def test_a_press_tells_what_else_was_chosen_in_the_message(slack: LocalSlack, app, connect, client) -> None:
    states = []

    @app.action("week")
    async def choose(ack, body) -> None:
        states.append(body["actions"][0]["selected_option"]["value"])
        await ack()

    @app.action("go")
    async def press(ack, body) -> None:
        states.append(body["state"]["values"]["form"]["week"]["selected_option"]["value"])
        await ack()

    await connect()
    menu = {
        "type": "static_select",
        "action_id": "week",
        "options": [
            {"text": {"type": "plain_text", "text": "This week"}, "value": "this"},
            {"text": {"type": "plain_text", "text": "Next week"}, "value": "next"},
        ],
    }
    blocks = [{"type": "actions", "block_id": "form", "elements": [menu]}, *BUTTON]
    await client.chat_postMessage(channel=ONBOARDING, text="Which?", blocks=blocks)

    await slack.clicks("Next week", by=ANA)
    await slack.clicks("Go", by=ANA)

    assert states == ["next", "next"]


async def test_an_overflow_option_is_pressed_by_its_text(slack: LocalSlack, app, connect, client) -> None:
    chosen = []

    @app.action("more")
    async def more(ack, body) -> None:
        chosen.append((body["actions"][0]["type"], body["actions"][0]["selected_option"]["value"]))
        await ack()

    await connect()
    menu = {
        "type": "overflow",
        "action_id": "more",
        "options": [{"text": {"type": "plain_text", "text": "History"}, "value": "history"}],
    }
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Aurora*"}, "accessory": menu}
    await client.chat_postMessage(channel=ONBOARDING, text="Aurora", blocks=[section])

    await slack.clicks("History", by=ANA, channel=ONBOARDING)

    assert chosen == [("overflow", "history")]


async def test_saying_no_to_the_question_sends_nothing(slack: LocalSlack, urls, client) -> None:
    ask = {key: {"type": "plain_text", "text": key} for key in ("title", "text", "confirm", "deny")}
    button = {**BUTTON[0]["elements"][0], "confirm": ask}
    await client.chat_postMessage(channel=ONBOARDING, text="First", blocks=[{"type": "actions", "elements": [button]}])

    outcome = await slack.clicks("Go", by=ANA, confirm=False)

    assert outcome.error == "denied"
    assert urls == []


async def test_text_in_a_commands_acknowledgement_is_shown_privately(slack: LocalSlack, app, connect) -> None:
    @app.command("/onboarding")
    async def command(ack) -> None:
        await ack("Straight away")

    await connect()

    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)

    assert slack.seen(ANA, ONBOARDING) == "Straight away"
    assert slack.messages(ONBOARDING, by=BEN) == []
