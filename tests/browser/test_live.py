"""What changes in Pivotal's own tab, as the posted card shows it: by webhook at once, or after the next walk."""

from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from bot.commands.demo import Scene
from bot.sandbox.slack.world import ONBOARDING

pytestmark = pytest.mark.browser


async def shares(page: Page) -> Locator:
    """Post the card of Aurora Foods in the channel."""
    composer = page.get_by_label("Message #onboarding")
    await composer.fill("/onboarding share #89")
    await composer.press("Enter")
    channel = page.get_by_role("region", name="Channel")
    card = channel.locator("article:not(.is-ephemeral)").filter(has_text="Aurora Foods · #89")
    await expect(card).to_contain_text("Review (3 of 7)")
    return card


async def opens_record(page: Page) -> Locator:
    await page.get_by_role("link", name="Pivotal", exact=True).click()
    await page.get_by_role("row", name="#89").click()
    return page.get_by_role("complementary", name="Onboarding")


async def saves(page: Page, record: Locator) -> None:
    """Save as Dana does, and go back to Slack."""
    await record.get_by_role("button", name="Save as Dana").click()
    await expect(record.get_by_role("list")).to_contain_text("Dana (web app)")
    await page.evaluate(f"location.hash = '#/slack/{ONBOARDING}'")


def lists(scene: Scene) -> int:
    """How often the bot has asked Pivotal for a page of onboardings."""
    return sum(one.method == "GET" and one.path == "/onboardings" for one in scene.pivotal.requests)


async def test_a_phase_changed_there_shows_on_the_posted_card_and_nothing_is_listed(workspace: Page, scene: Scene):
    card = await shares(workspace)
    before = lists(scene)

    record = await opens_record(workspace)
    await record.get_by_label("Phase").select_option("program_buildout")
    await saves(workspace, record)

    await expect(card).to_contain_text("Program buildout (4 of 7)")
    assert lists(scene) == before


async def test_a_date_changed_there_shows_after_the_next_walk_and_not_before(workspace: Page, scene: Scene):
    card = await shares(workspace)
    record = await opens_record(workspace)
    await record.get_by_label("Target launch date").fill("2031-12-24")
    await saves(workspace, record)
    await scene.pivotal.webhooks.settle()
    await scene.bot.settled()
    await expect(card).not_to_contain_text("24 Dec 2031")

    await scene.bot.services.portfolio.snapshot(timedelta())

    await expect(card).to_contain_text("24 Dec 2031")
