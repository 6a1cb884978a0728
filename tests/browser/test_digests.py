"""Digests in the demo itself: the form that subscribes, a row's menu, all rows, and the picture in the thread."""

import pytest
from playwright.async_api import Locator, Page, expect

from bot.commands.demo import Scene
from bot.sandbox.slack.world import LAUNCHES, MARA, ONBOARDING

pytestmark = pytest.mark.browser


def digest(page: Page, title: str) -> Locator:
    """The digest of that title in the channel."""
    return page.get_by_role("region", name="Channel").locator("article:not(.is-ephemeral)").filter(has_text=title).last


def private(page: Page) -> Locator:
    """The newest message that only the reader sees."""
    return page.get_by_role("region", name="Channel").get_by_role("article", name="only visible to you").last


def row(page: Page, customer: str) -> Locator:
    """The line about a customer in the at-risk digest."""
    return digest(page, "At-risk onboardings —").locator(".section").filter(has_text=customer)


async def choose(page: Page, line: Locator, entry: str) -> Locator:
    """Choose an entry of a row's menu; what opens."""
    await line.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name=entry).click()
    return page.get_by_role("dialog")


async def test_a_channel_is_subscribed_by_the_form(workspace: Page, scene: Scene):
    await workspace.goto(f"{scene.slack.url}/#/slack/{LAUNCHES}")
    composer = workspace.get_by_label("Message #launches")
    await composer.fill("/onboarding subscribe")
    await composer.press("Enter")
    form = workspace.get_by_role("dialog", name="Digest")
    await expect(form.get_by_role("combobox", name="Channel")).to_have_text("#launches")

    await form.get_by_role("combobox", name="Digest").click()
    await workspace.get_by_role("option", name="Portfolio").click()
    await expect(form.get_by_label("At", exact=True)).to_have_value("15:00")
    await expect(form.get_by_label("Friday")).to_be_checked()
    await expect(form.get_by_label("Monday")).not_to_be_checked()
    await form.get_by_label("At", exact=True).fill("16:30")
    await form.get_by_role("button", name="Subscribe").click()

    await expect(workspace.get_by_role("dialog")).to_contain_text("Fri at 16:30 (Europe/Berlin)")
    (made,) = await scene.bot.services.subscriptions.of_channel(LAUNCHES)
    assert (made.kind, made.days, f"{made.at:%H:%M}") == ("portfolio", "fri", "16:30")


async def test_a_row_is_snoozed_from_its_menu(workspace: Page, scene: Scene):
    form = await choose(workspace, row(workspace, "Initech"), "Snooze…")
    await expect(form).to_contain_text("Initech")

    await form.get_by_label("Why?").fill("Waiting for their new data team.")
    await form.get_by_role("button", name="Snooze").click()

    await expect(form).to_contain_text("is left out of the at-risk digest of #onboarding until")
    snoozed = {one.title: one.reason for one in await scene.bot.store.snoozes.of_channel(ONBOARDING)}
    assert snoozed["Initech"] == "Waiting for their new data team."


async def test_a_row_is_cleared_after_a_question_and_says_so_in_place(workspace: Page, scene: Scene):
    form = await choose(workspace, row(workspace, "Initech"), "Clear at risk…")
    assert scene.pivotal.state_of(60) == "at_risk"

    await form.get_by_label("Why?").fill("Their new team has signed.")
    await form.locator("button[type=submit]").click()

    await expect(form).to_contain_text("You cleared at risk")
    await expect(row(workspace, "Initech")).to_contain_text("✓ Ana Ruiz cleared at risk")
    assert scene.pivotal.state_of(60) == "active"


async def test_open_shows_the_private_card(workspace: Page):
    line = row(workspace, "Initech")

    await line.get_by_role("button", name="More actions").click()
    await workspace.get_by_role("menuitem", name="Open").click()

    await expect(private(workspace)).to_contain_text("Program buildout (4 of 7)")


async def test_all_rows_are_in_a_modal_page_by_page(workspace: Page):
    await digest(workspace, "At-risk onboardings —").get_by_role("button", name="See all").click()
    listed = workspace.get_by_role("dialog", name="At-risk onboardings")
    await expect(listed.get_by_role("button", name="Open ")).to_have_count(10)

    await listed.get_by_role("button", name="Next page").click()

    await expect(listed).to_contain_text("page 2 of 2")
    await listed.get_by_role("button", name="Close").first.click()
    await expect(listed).to_have_count(0)


async def test_the_portfolio_has_its_chart_in_the_thread_with_the_numbers_as_words(workspace: Page):
    await digest(workspace, "Portfolio —").get_by_text("1 reply").click()

    picture = workspace.get_by_role("region", name="Thread").get_by_role("img")
    await expect(picture).to_have_count(1)
    assert await picture.evaluate("node => node.complete && node.naturalWidth > 400")
    assert "Review" in (await picture.get_attribute("alt") or "")


async def test_what_mara_snoozed_is_counted_and_named(workspace: Page, scene: Scene):
    (snooze,) = await scene.bot.store.snoozes.of_channel(ONBOARDING)

    assert (snooze.title, snooze.by) == ("Tangerine Telecom", MARA)
    await expect(digest(workspace, "At-risk onboardings —")).to_contain_text("1 snoozed")
    await expect(digest(workspace, "At-risk onboardings —").locator(".block").last).to_contain_text(
        "Tangerine Telecom until"
    )
    await expect(row(workspace, "Tangerine Telecom")).to_have_count(0)
