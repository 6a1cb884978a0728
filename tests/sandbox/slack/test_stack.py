"""Modals laid over each other: pushed, updated by name, cleared, and told of when closed."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


MORE = {"type": "actions", "elements": [{"type": "button", "action_id": "more", "text": plain("More")}]}


def form(title: str, **fields) -> dict:
    return {"type": "modal", "callback_id": "form", "title": plain(title), "blocks": [MORE], **fields}


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response["error"]


@pytest.fixture
async def trigger(slack: LocalSlack, app, connect):
    """Gives a trigger of Ana's, fresh each time."""
    given: list[str] = []

    @app.shortcut("find")
    async def find(ack, body) -> None:
        given.append(body["trigger_id"])
        await ack()

    await connect()

    async def fresh(person: str = ANA) -> str:
        await slack.uses_shortcut("find", by=person)
        return given[-1]

    return fresh


@pytest.fixture
async def closed(app) -> list[tuple[str, bool]]:
    """The views that the app heard were closed, and whether all were."""
    heard: list[tuple[str, bool]] = []

    @app.view_closed("form")
    async def gone(ack, body) -> None:
        heard.append((body["view"]["title"]["text"], body["is_cleared"]))
        await ack()

    return heard


def title(slack: LocalSlack) -> str | None:
    view = slack.modal(ANA)
    return view["title"]["text"] if view else None


async def test_a_press_in_a_modal_pushes_another_over_it(live) -> None:
    @live.app.shortcut("find")
    async def find(ack, body, client) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form("First"))

    @live.app.action("more")
    async def more(ack, body, client) -> None:
        await ack()
        await client.views_push(trigger_id=body["trigger_id"], view=form("Second"))

    await live.slack.uses_shortcut("find", by=ANA)
    await live.slack.until(lambda: title(live.slack) == "First")
    await live.slack.clicks("More", by=ANA)
    await live.slack.until(lambda: title(live.slack) == "Second")
    second = live.slack.modal(ANA)
    await live.slack.closes(by=ANA)
    first = live.slack.modal(ANA)

    assert second is not None
    assert first is not None
    assert (second["previous_view_id"], second["root_view_id"]) == (first["id"], first["id"])


async def test_three_deep_is_the_most(slack: LocalSlack, client, trigger) -> None:
    await client.views_open(trigger_id=await trigger(), view=form("1"))
    await client.views_push(trigger_id=await trigger(), view=form("2"))
    await client.views_push(trigger_id=await trigger(), view=form("3"))

    assert await refused(client.views_push(trigger_id=await trigger(), view=form("4"))) == "push_limit_reached"
    assert title(slack) == "3"


async def test_there_must_be_something_to_push_over(client, trigger) -> None:
    assert await refused(client.views_push(trigger_id=await trigger(), view=form("1"))) == "not_found"


async def test_a_push_spends_its_trigger_but_not_when_refused_for_its_content(
    slack: LocalSlack, client, trigger
) -> None:
    await client.views_open(trigger_id=await trigger(), view=form("1"))
    given = await trigger()

    assert await refused(client.views_push(trigger_id=given, view=form("x" * 25))) == "invalid_arguments"
    await client.views_push(trigger_id=given, view=form("2"))
    assert await refused(client.views_push(trigger_id=given, view=form("3"))) == "trigger_exchanged"
    assert title(slack) == "2"


async def test_a_view_is_updated_by_its_external_id_and_hash(slack: LocalSlack, client, trigger) -> None:
    opened = (await client.views_open(trigger_id=await trigger(), view=form("1", external_id="new-1")))["view"]

    changed = form("2", external_id="new-1")
    await client.views_update(external_id="new-1", hash=opened["hash"], view=changed)

    assert title(slack) == "2"
    late = client.views_update(external_id="new-1", hash=opened["hash"], view=changed)
    assert await refused(late) == "hash_conflict"
    assert await refused(client.views_update(external_id="new-2", view=form("3"))) == "not_found"


async def test_an_external_id_names_one_open_view(client, trigger) -> None:
    await client.views_open(trigger_id=await trigger(), view=form("1", external_id="new-1"))

    twice = client.views_open(trigger_id=await trigger(BEN), view=form("2", external_id="new-1"))

    assert await refused(twice) == "duplicate_external_id"


async def test_closing_takes_the_top_view_and_tells_the_app_so(slack: LocalSlack, client, trigger, closed) -> None:
    await client.views_open(trigger_id=await trigger(), view=form("1", notify_on_close=True))
    await client.views_push(trigger_id=await trigger(), view=form("2", notify_on_close=True))

    await slack.closes(by=ANA)

    assert (title(slack), closed) == ("1", [("2", False)])


async def test_closing_everything_tells_of_each_view_that_asked(slack: LocalSlack, client, trigger, closed) -> None:
    await client.views_open(trigger_id=await trigger(), view=form("1", notify_on_close=True))
    await client.views_push(trigger_id=await trigger(), view=form("2"))
    await client.views_push(trigger_id=await trigger(), view=form("3", notify_on_close=True))

    await slack.closes(by=ANA, everything=True)

    assert (title(slack), closed) == (None, [("3", True), ("1", True)])


async def test_a_view_that_clears_on_close_takes_all_along(slack: LocalSlack, client, trigger, closed) -> None:
    await client.views_open(trigger_id=await trigger(), view=form("1", notify_on_close=True))
    await client.views_push(trigger_id=await trigger(), view=form("2", clear_on_close=True))

    await slack.closes(by=ANA)

    assert (title(slack), closed) == (None, [("1", True)])


async def test_the_pages_cross_closes_everything(slack: LocalSlack, client, trigger) -> None:
    await client.views_open(trigger_id=await trigger(), view=form("1"))
    top = (await client.views_push(trigger_id=await trigger(), view=form("2")))["view"]

    async with (
        aiohttp.ClientSession(slack.url) as web,
        web.post("/sandbox/close", json={"as": ANA, "view_id": top["id"], "all": True}) as answer,
    ):
        said = await answer.json()

    assert (said, slack.modal(ANA)) == ({"ok": True}, None)
