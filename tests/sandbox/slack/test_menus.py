"""Menus the app fills: searched, chosen from, and answers Slack would not show."""

import aiohttp
import pytest

from bot.sandbox.slack import LocalSlack, NothingToSee
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.world import ANA, BEN, ONBOARDING

NAMES = ("Aurora Foods", "Aurora Borealis", "Globex")


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def option(name: str) -> dict:
    return {"text": plain(name), "value": name.lower().replace(" ", "-")}


def menu(kind: str = "external_select", **fields) -> dict:
    return {"type": kind, "action_id": "customer", "placeholder": plain("Customer"), **fields}


def form(element: dict) -> dict:
    block = {"type": "input", "block_id": "who", "label": plain("Customer"), "element": element}
    return {
        "type": "modal",
        "callback_id": "new",
        "title": plain("New"),
        "submit": plain("Create"),
        "blocks": [block],
    }


def offers_customers(app) -> list[dict]:
    asked: list[dict] = []

    @app.options("customer")
    async def suggest(ack, body) -> None:
        asked.append(body)
        await ack(options=[option(name) for name in NAMES if body["value"].lower() in name.lower()])

    return asked


@pytest.fixture
def asked(app) -> list[dict]:
    return offers_customers(app)


@pytest.fixture
async def show(app, connect, client, slack: LocalSlack):
    triggers: list[str] = []

    @app.shortcut("find")
    async def find(ack, body) -> None:
        triggers.append(body["trigger_id"])
        await ack()

    await connect()

    async def opened(element: dict) -> dict:
        await slack.uses_shortcut("find", by=ANA)
        return (await client.views_open(trigger_id=triggers[-1], view=form(element)))["view"]

    return opened


async def test_a_customer_is_searched_chosen_and_submitted(live) -> None:
    asked, values = offers_customers(live.app), []

    @live.app.shortcut("find")
    async def find(ack, body, client) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form(menu()))

    @live.app.view("new")
    async def new(ack, view) -> None:
        values.append(view["state"]["values"]["who"]["customer"])
        await ack()

    await live.slack.uses_shortcut("find", by=ANA)
    await live.slack.until(lambda: live.slack.modal(ANA))
    found = await live.slack.searches("customer", "auro", by=ANA)
    submitted = await live.slack.submits({"Customer": "Aurora Foods"}, by=ANA)

    assert found == ["Aurora Foods", "Aurora Borealis"]
    assert submitted.ok
    assert values == [{"type": "external_select", "selected_option": option("Aurora Foods")}]
    body = asked[0]
    assert (body["type"], body["block_id"], body["action_id"], body["value"]) == (
        "block_suggestion",
        "who",
        "customer",
        "auro",
    )
    assert body["container"] == {"type": "view", "view_id": body["view"]["id"]}
    assert not {"trigger_id", "response_url"} & set(body)


async def test_submitting_a_name_not_yet_searched_searches_it_first(slack: LocalSlack, show, asked, app) -> None:
    @app.view("new")
    async def new(ack) -> None:
        await ack()

    await show(menu())

    await slack.submits({"Customer": "Globex"}, by=ANA)

    assert [body["value"] for body in asked] == ["Globex"]


async def test_what_the_app_does_not_offer_cannot_be_chosen(slack: LocalSlack, show, asked) -> None:
    view = await show(menu())
    sent = {"as": ANA, "view_id": view["id"], "values": {"who": {"customer": "initech"}}}

    with pytest.raises(NothingToSee, match="does not offer 'Initech'"):
        await slack.submits({"Customer": "Initech"}, by=ANA)
    async with aiohttp.ClientSession(slack.url) as web, web.post("/sandbox/submit", json=sent) as answer:
        assert await answer.json() == {"ok": False, "error": "invalid_option"}


async def test_several_can_be_chosen_up_to_the_most(slack: LocalSlack, show, asked, app) -> None:
    values = []

    @app.view("new")
    async def new(ack, view) -> None:
        values.append(view["state"]["values"]["who"]["customer"]["selected_options"])
        await ack()

    await show(menu("multi_external_select", max_selected_items=2))

    with pytest.raises(Refusal, match="too_many_selected"):
        await slack.submits({"Customer": list(NAMES)}, by=ANA)
    await slack.submits({"Customer": ["Globex", "Aurora Foods"]}, by=ANA)

    assert values == [[option("Globex"), option("Aurora Foods")]]


async def test_the_option_it_began_with_needs_no_search(slack: LocalSlack, show, asked, app) -> None:
    values = []

    @app.view("new")
    async def new(ack, view) -> None:
        values.append(view["state"]["values"]["who"]["customer"]["selected_option"])
        await ack()

    await show(menu(initial_option=option("Globex")))

    await slack.submits({}, by=ANA)

    assert (values, asked) == ([option("Globex")], [])


@pytest.mark.parametrize(
    ("fields", "query", "asks"),
    [
        ({}, "au", False),
        ({}, "aur", True),
        ({"min_query_length": 0}, "", True),
        ({"min_query_length": 5}, "auro", False),
    ],
)
async def test_the_app_is_asked_once_enough_is_typed(slack: LocalSlack, show, asked, fields, query, asks) -> None:
    await show(menu(**fields))

    await slack.searches("customer", query, by=ANA)

    assert bool(asked) is asks


async def test_in_a_message_and_in_home_menus_are_filled_too(slack: LocalSlack, client, app, connect, asked) -> None:
    chosen = []

    @app.action("customer")
    async def customer(ack, action) -> None:
        chosen.append(action["selected_option"]["value"])
        await ack()

    await connect()
    blocks = [{"type": "actions", "block_id": "who", "elements": [menu()]}]
    await client.views_publish(user_id=ANA, view={"type": "home", "blocks": blocks})
    await client.chat_postMessage(channel=ONBOARDING, text="x", blocks=blocks)

    await slack.chooses("customer", "Globex", by=ANA, channel=ONBOARDING)
    await slack.chooses("customer", "Globex", by=ANA)
    await slack.chooses("customer", "Globex", by=BEN)

    assert chosen == ["globex", "globex", "globex"]
    assert [body["container"]["type"] for body in asked] == ["message", "message"]
    assert asked[0]["channel"]["id"] == ONBOARDING


async def test_groups_are_offered_and_chosen_from(slack: LocalSlack, client, app, connect) -> None:
    @app.options("customer")
    async def suggest(ack) -> None:
        await ack(option_groups=[{"label": plain("Open"), "options": [option("Globex")]}])

    @app.action("customer")
    async def customer(ack) -> None:
        await ack()

    await connect()
    blocks = [{"type": "section", "text": plain("Who?"), "accessory": menu()}]
    await client.chat_postMessage(channel=ONBOARDING, text="x", blocks=blocks)

    assert await slack.searches("customer", "glob", by=ANA) == ["Globex"]
    assert (await slack.chooses("customer", "Globex", by=ANA)).ok


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"options": [option(f"Customer {n}") for n in range(101)]},
        {"options": [option("x" * 76)]},
        {"options": [option("Globex"), option("Globex")]},
        {"options": [{"text": {"type": "mrkdwn", "text": "x"}, "value": "x"}]},
        {"option_groups": [{"label": plain("x" * 76), "options": [option("Globex")]}]},
    ],
)
async def test_an_answer_slack_would_not_show_is_an_error(slack: LocalSlack, show, app, answer) -> None:
    @app.options("customer")
    async def suggest(ack) -> None:
        await ack(**answer)

    await show(menu())

    with pytest.raises(NothingToSee, match="invalid_options"):
        await slack.searches("customer", "auro", by=ANA)


async def test_a_late_answer_is_an_error(slack: LocalSlack, show, app, clock) -> None:
    @app.options("customer")
    async def suggest(ack) -> None:
        clock.passes(seconds=4)
        await ack(options=[])

    await show(menu())

    with pytest.raises(NothingToSee, match="operation_timeout"):
        await slack.searches("customer", "auro", by=ANA)


async def test_the_page_gets_options_as_json_and_errors_by_name(slack: LocalSlack, show, asked) -> None:
    view = await show(menu())
    sent = {"as": ANA, "view_id": view["id"], "block_id": "who", "action_id": "customer", "value": "glob"}

    async with aiohttp.ClientSession(slack.url) as web:
        async with web.post("/sandbox/options", json=sent) as answer:
            found = await answer.json()
        async with web.post("/sandbox/options", json=sent | {"action_id": "other"}) as answer:
            wrong = await answer.json()

    assert found == {"ok": True, "options": [option("Globex")], "option_groups": []}
    assert wrong == {"ok": False, "error": "action_not_found"}
