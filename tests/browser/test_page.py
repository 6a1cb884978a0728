"""What the workspace's page promises to people who read, type and press in it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack import LocalSlack
from tests.browser.hearing import hears

pytestmark = pytest.mark.browser

ANA, BEN, DEVON = "U0ANA0001", "U0BEN0001", "U0DEV0001"
HERE = "C0ONBOARD"
Open = Callable[..., Awaitable[Page]]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(text: str, action_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": "v", **more}


def actions(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": list(elements)}]


def form(*, said: str = "As it is now") -> dict[str, Any]:
    reason = {"type": "plain_text_input", "action_id": "v", "multiline": True}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Update"),
        "submit": plain("Save"),
        "blocks": [
            {"type": "section", "block_id": "said", "text": plain(said)},
            {"type": "input", "block_id": "reason", "label": plain("Reason"), "element": reason},
            {
                "type": "input",
                "block_id": "name",
                "label": plain("Name"),
                "element": {"type": "plain_text_input", "action_id": "v"},
            },
        ],
    }


def opens_form(app: AsyncApp) -> list[dict[str, Any]]:
    opened: list[dict[str, Any]] = []

    async def show(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        answer = await client.views_open(trigger_id=body["trigger_id"], view=form())
        opened.append(answer["view"])

    app.action("edit")(show)
    return opened


async def test_markup_in_a_record_is_shown_as_text_and_never_runs(app: AsyncApp, open_page: Open) -> None:
    nasty = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
    page = await open_page()

    await app.client.chat_postMessage(
        channel=HERE,
        text="nasty",
        blocks=[
            {"type": "header", "text": plain(nasty)},
            {"type": "section", "text": mrkdwn(f"&lt;!channel&gt; <javascript:window.hit=1|press> {nasty}")},
            *actions(button(nasty[:70], "b")),
        ],
    )

    message = page.locator("article[data-ts]").last
    await expect(message.locator("h3")).to_have_text(nasty)
    await expect(message).to_contain_text("<!channel>")
    await expect(message.locator("img, script, a[href^=javascript]")).to_have_count(0)
    assert await page.evaluate("window.hit") is None


async def test_a_half_typed_text_survives_a_live_update(app: AsyncApp, open_page: Open) -> None:
    page = await open_page()
    composer = page.get_by_label("Message #onboarding")
    await composer.fill("half a thou")
    await composer.press("ArrowLeft")

    await app.client.chat_postMessage(channel=HERE, text="news arrives")
    await expect(page.get_by_text("news arrives")).to_be_visible()
    await page.keyboard.type("X")

    await expect(composer).to_be_focused()
    await expect(composer).to_have_value("half a thoXu")


async def test_an_open_menu_survives_a_live_update(app: AsyncApp, open_page: Open) -> None:
    more = {"type": "overflow", "action_id": "more", "options": [{"text": plain("Pause"), "value": "pause"}]}
    await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(more))
    page = await open_page()
    await page.get_by_role("button", name="More actions").click()

    await app.client.chat_postMessage(channel=HERE, text="news arrives")

    await expect(page.get_by_text("news arrives")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Pause")).to_be_visible()


async def test_a_button_keeps_the_focus_when_its_message_changes(app: AsyncApp, open_page: Open) -> None:
    sent = await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(button("Advance", "go")))
    page = await open_page()
    await page.get_by_role("button", name="Advance").focus()

    await app.client.chat_update(channel=HERE, ts=sent["ts"], text="card", blocks=actions(button("Advance on", "go")))

    await expect(page.get_by_role("button", name="Advance on")).to_be_focused()
    await expect(page.get_by_text("(edited)")).to_be_visible()


async def test_typed_modal_text_survives_an_update_of_the_view(app: AsyncApp, open_page: Open) -> None:
    opened = opens_form(app)
    await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(button("Update", "edit")))
    page = await open_page()
    await page.get_by_role("button", name="Update").click()
    await page.get_by_label("Reason").fill("because")

    await app.client.views_update(view_id=opened[0]["id"], view=form(said="It changed meanwhile"))

    await expect(page.get_by_role("dialog")).to_contain_text("It changed meanwhile")
    await expect(page.get_by_label("Reason")).to_have_value("because")
    await expect(page.get_by_label("Reason")).to_be_focused()


async def test_what_is_wrong_with_a_field_stands_beside_it(app: AsyncApp, open_page: Open) -> None:
    opens_form(app)
    submitted: list[dict[str, Any]] = []

    @app.view("form")
    async def save(ack: Any, view: dict[str, Any]) -> None:
        submitted.append(view["state"]["values"])
        if len(submitted) == 1:
            await ack(response_action="errors", errors={"name": "Nobody is called so."})
        else:
            await ack()

    await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(button("Update", "edit")))
    page = await open_page()
    await page.get_by_role("button", name="Update").click()
    dialog = page.get_by_role("dialog")

    await dialog.get_by_label("Name").fill("Nobody")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.locator("[data-block=reason]").get_by_role("alert")).to_have_text(
        "Please complete this required field."
    )
    assert submitted == []

    await dialog.get_by_label("Reason").fill("because")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.locator("[data-block=name]").get_by_role("alert")).to_have_text("Nobody is called so.")
    await expect(dialog.locator("[data-block=reason]").get_by_role("alert")).to_have_count(0)
    await expect(dialog.get_by_label("Name")).to_have_value("Nobody")

    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    assert submitted[-1]["reason"]["v"]["value"] == "because"


async def test_an_overflow_menu_works_by_keyboard(app: AsyncApp, open_page: Open) -> None:
    heard = hears(app, "more")
    options = [{"text": plain(text), "value": text.lower()} for text in ("Pause", "Flag")]
    more = {"type": "overflow", "action_id": "more", "options": options}
    await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(more))
    page = await open_page()
    opener = page.get_by_role("button", name="More actions")

    await opener.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(opener).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")

    assert (await heard.action())["selected_option"]["value"] == "flag"


async def test_esc_in_a_list_of_a_modal_closes_the_list_and_leaves_the_modal(app: AsyncApp, open_page: Open) -> None:
    opened = opens_form(app)
    await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(button("Update", "edit")))
    page = await open_page()
    await page.get_by_role("button", name="Update").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    who = {"type": "users_select", "action_id": "v", "placeholder": plain("Choose a person")}
    block = {"type": "input", "block_id": "who", "label": plain("Who"), "element": who}
    await app.client.views_update(view_id=opened[0]["id"], view=form() | {"blocks": [block]})

    await page.get_by_role("combobox", name="Who").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_have_count(0)
    await expect(page.get_by_role("dialog", name="Update")).to_be_visible()
    await page.get_by_role("combobox", name="Who").click()
    await page.keyboard.type("mara")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("combobox", name="Who")).to_have_text("Mara Kowalski")

    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_permalink_leads_to_its_message(app: AsyncApp, open_page: Open) -> None:
    sent = await app.client.chat_postMessage(channel="C0LAUNCHS", text="this one")
    link = await app.client.chat_getPermalink(channel="C0LAUNCHS", message_ts=sent["ts"])
    page = await open_page()

    await page.goto(link["permalink"])

    await expect(page.get_by_role("heading", name="launches", level=1)).to_be_visible()
    await expect(page.get_by_role("article").filter(has_text="this one")).to_be_in_viewport()


async def test_a_channel_with_news_says_how_many(app: AsyncApp, open_page: Open) -> None:
    page = await open_page()

    await app.client.chat_postMessage(channel="C0LAUNCHS", text="one")
    await app.client.chat_postMessage(channel="C0LAUNCHS", text="two")

    await expect(page.locator("[data-channel=C0LAUNCHS]")).to_contain_text("2")
    await page.locator("[data-channel=C0LAUNCHS]").click()
    await expect(page.locator("[data-channel=C0LAUNCHS]")).not_to_contain_text("2")


async def test_a_select_tells_the_app_what_was_chosen_and_shows_it(app: AsyncApp, open_page: Open) -> None:
    heard = hears(app, "state")
    options = [{"text": plain(text), "value": text.lower()} for text in ("Active", "Paused")]
    select = {"type": "static_select", "action_id": "state", "placeholder": plain("Choose a state"), "options": options}
    await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(select))
    page = await open_page()

    await page.get_by_role("combobox", name="Choose a state").click()
    await page.get_by_role("option", name="Paused").click()

    assert (await heard.action())["selected_option"]["value"] == "paused"
    await expect(page.get_by_role("combobox", name="Choose a state")).to_have_text("Paused")


async def test_a_declined_question_tells_the_app_nothing(app: AsyncApp, open_page: Open) -> None:
    heard = hears(app, "go")
    question = {"title": plain("Sure?"), "text": plain("It goes live."), "confirm": plain("Yes"), "deny": plain("No")}
    await app.client.chat_postMessage(channel=HERE, text="card", blocks=actions(button("Go", "go", confirm=question)))
    page = await open_page()

    await page.get_by_role("button", name="Go", exact=True).click()
    await page.get_by_role("alertdialog", name="Sure?").get_by_role("button", name="No").click()
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    assert heard.empty()
    await page.get_by_role("button", name="Go", exact=True).click()
    await page.get_by_role("button", name="Yes").click()

    assert (await heard.action())["action_id"] == "go"


async def test_a_command_is_completed_sent_and_brought_back(app: AsyncApp, open_page: Open) -> None:
    said: list[str] = []

    @app.command("/onboarding")
    async def answer(ack: Any, command: dict[str, Any]) -> None:
        said.append(command["text"])
        await ack("Here is your card")

    page = await open_page()
    composer = page.get_by_label("Message #onboarding")
    await composer.press_sequentially("/on")
    await expect(page.get_by_role("option", name="/onboarding")).to_be_visible()
    await composer.press("Tab")
    await expect(composer).to_have_value("/onboarding ")
    await expect(page.get_by_text("acme | at-risk | help")).to_be_visible()
    await composer.press_sequentially("link @Ben Okafor & co")
    await composer.press("Enter")

    await expect(page.get_by_role("article").last).to_contain_text("Here is your card")
    await expect(page.get_by_role("article").last).to_contain_text("Only visible to you")
    assert said == ["link <@U0BEN0001|ben> &amp; co"]
    await composer.press("ArrowUp")
    await expect(composer).to_have_value("/onboarding link @Ben Okafor & co")


async def test_an_unanswered_command_is_explained_by_slack_itself(app: AsyncApp, open_page: Open) -> None:
    @app.command("/onboarding")
    async def silent() -> None:
        """Never acknowledges."""

    page = await open_page()

    await page.get_by_label("Message #onboarding").fill("/onboarding slow")
    await page.keyboard.press("Enter")

    line = page.get_by_role("article", name="Slackbot")
    await expect(line).to_contain_text("/onboarding failed with the error “operation_timeout”")
    await expect(line).to_contain_text("Only visible to you")


async def test_what_only_ana_sees_is_gone_when_the_person_is_switched(app: AsyncApp, open_page: Open) -> None:
    await app.client.chat_postMessage(channel=HERE, text="for everybody")
    await app.client.chat_postEphemeral(channel=HERE, user=ANA, text="for Ana alone")
    page = await open_page()
    await expect(page.get_by_text("for Ana alone")).to_be_visible()

    await page.get_by_role("button", name="You are Ana Ruiz").click()
    await page.get_by_role("menuitemradio", name="Ben Okafor").click()

    await expect(page.get_by_role("button", name="You are Ben Okafor")).to_be_visible()
    await expect(page.get_by_text("for everybody")).to_be_visible()
    await expect(page.get_by_text("for Ana alone")).to_have_count(0)
    await expect(page.locator("[data-channel=C0LEADS01]")).to_have_count(0)


async def test_a_thread_opens_beside_the_channel_and_takes_replies(
    app: AsyncApp, slack: LocalSlack, open_page: Open
) -> None:
    root = await app.client.chat_postMessage(channel=HERE, text="Aurora moved on")
    await app.client.chat_postMessage(channel=HERE, thread_ts=root["ts"], text="first reply")
    page = await open_page()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(page.get_by_text("first reply")).to_have_count(0)

    await page.get_by_role("button", name="1 reply").click()
    await expect(thread).to_contain_text("first reply")
    await thread.get_by_label("Reply …").fill("seen")
    await page.keyboard.press("Enter")

    await expect(thread.get_by_role("article").last).to_contain_text("seen")
    await expect(page.get_by_role("button", name="2 replies")).to_be_visible()
    assert slack.messages(HERE)[-1].thread_ts == root["ts"]
    await page.keyboard.press("Escape")
    await expect(thread).to_be_hidden()


READ_ABOVE = """async node => {
  // The page holds on to its end while it is still being laid out: a person scrolls once more.
  for (let tries = 0; tries < 40; tries += 1) {
    node.scrollTop = 40;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (node.scrollTop === 40) return;
  }
}"""


async def test_who_reads_older_messages_is_not_moved_by_new_ones(app: AsyncApp, open_page: Open) -> None:
    for number in range(25):
        await app.client.chat_postMessage(channel=HERE, text=f"line {number}\nmore\nand more")
    page = await open_page()
    await expect(page.get_by_text("line 24")).to_be_in_viewport()
    messages = page.get_by_role("region", name="Messages")
    await messages.evaluate(READ_ABOVE)

    await app.client.chat_postMessage(channel=HERE, text="news arrives")
    await expect(page.get_by_role("button", name="New messages")).to_be_visible()

    assert await messages.evaluate("node => node.scrollTop") == 40
    await page.get_by_role("button", name="New messages").click()
    await expect(page.get_by_text("news arrives")).to_be_in_viewport()


async def test_dates_are_those_of_the_viewed_person(app: AsyncApp, open_page: Open) -> None:
    await app.client.chat_postMessage(channel=HERE, text="as of <!date^1789000000^{date_short} {time}|then>")
    page = await open_page(ANA)

    await expect(page.get_by_role("article").last).to_contain_text("as of 10 Sep 2026 02:26")
    await page.get_by_role("button", name="Devon Park").click()

    await expect(page.get_by_role("article").last).to_contain_text("as of 9 Sep 2026 17:26")


async def test_a_thing_to_try_switches_person_and_channel_and_runs(app: AsyncApp, open_page: Open) -> None:
    said: list[tuple[str, str, str]] = []

    @app.command("/onboarding")
    async def answer(ack: Any, command: dict[str, Any]) -> None:
        said.append((command["user_id"], command["channel_id"], command["text"]))
        await ack("Here is your card")

    page = await open_page()

    await page.get_by_role("button", name="Look as the SE").click()

    await expect(page.get_by_role("button", name="You are Ben Okafor")).to_be_visible()
    await expect(page.get_by_role("article").last).to_contain_text("Here is your card")
    assert said == [(BEN, "C0LAUNCHS", "aurora")]


async def test_an_unknown_block_becomes_a_note_and_spares_the_rest(open_page: Open) -> None:
    page = await open_page()

    drawn = await page.evaluate(
        """async () => {
          const { blockItems } = await import('/static/blocks.js');
          const world = { me: 'U', person: () => null, channel: () => null };
          const place = { world, where: {}, pressable: () => true };
          const blocks = [{ type: 'hologram' }, { type: 'context', elements: 7 },
                          { type: 'section', text: { type: 'mrkdwn', text: 'still *here*' } }];
          return blockItems(blocks, place).map((item) => [item.make().className, item.make().textContent]);
        }"""
    )

    assert drawn[0] == ["block unknown", "A block of type “hologram”, which this page does not draw."]
    assert drawn[1][0] == "block unknown"
    assert drawn[2][1] == "still here"


async def test_a_channel_can_become_shared_while_one_looks(slack: LocalSlack, app: AsyncApp, open_page: Open) -> None:
    page = await open_page(at="#/slack/C0LAUNCHS")
    await expect(page.locator("[data-channel=C0LAUNCHS]")).not_to_contain_text("shared")

    await page.get_by_role("button", name="What if this channel").click()
    await page.get_by_role("menuitem", name="shared with another organisation").click()

    await expect(page.locator("[data-channel=C0LAUNCHS]")).to_contain_text("shared")
    info = await app.client.conversations_info(channel="C0LAUNCHS")
    assert info["channel"]["is_ext_shared"] is True


@pytest.mark.parametrize("page", [{"width": 390, "height": 780}], indirect=True)
async def test_on_a_phone_the_channels_are_a_drawer_and_nothing_overflows(
    app: AsyncApp, page: Page, open_page: Open
) -> None:
    await app.client.chat_postMessage(
        channel=HERE, text="card", blocks=actions(*(button(f"A rather long label {n}", f"b{n}") for n in range(5)))
    )
    await open_page()
    sidebar = page.get_by_role("navigation", name="Channels and people")
    await expect(sidebar).to_be_hidden()

    await page.get_by_role("button", name="Channels").click()
    await expect(sidebar).to_be_visible()
    await page.locator("[data-channel=C0LAUNCHS]").click()

    await expect(sidebar).to_be_hidden()
    await expect(page.get_by_role("heading", name="launches", level=1)).to_be_visible()
    await page.goto(page.url.replace("C0LAUNCHS", HERE))
    await expect(page.get_by_role("button", name="A rather long label 4")).to_be_in_viewport(ratio=1)
    assert await page.evaluate("document.scrollingElement.scrollWidth") <= 390
