"""The conversation in the demo itself: create, launch, take back, be refused what is stale, turn pages, see Home."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from bot.commands.demo import Scene

pytestmark = pytest.mark.browser


async def types(page: Page, text: str) -> None:
    composer = page.get_by_label("Message #onboarding")
    await composer.fill(text)
    await composer.press("Enter")


def private(page: Page) -> Locator:
    """The newest message that only the reader sees."""
    return page.get_by_role("region", name="Channel").get_by_role("article", name="only visible to you").last


async def advances(page: Page, *, to: str) -> None:
    """Press Advance on the private card of Aurora Foods, and say yes to its question."""
    await private(page).get_by_role("button", name=f"Advance Aurora Foods to {to}").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Advance").click()


def days_from_now(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def test_new_finds_its_customer_takes_a_date_and_warns_of_a_twin(workspace: Page, scene: Scene):
    await types(workspace, "/onboarding new")
    form = workspace.get_by_role("dialog", name="New onboarding")
    day = days_from_now(30)

    await form.get_by_role("combobox", name="Customer").press_sequentially("violet")
    await workspace.get_by_role("option", name="Violet Fashion · #236").click()
    await form.get_by_role("textbox", name="Target date").fill(day)
    await form.get_by_label("Notes").fill("Second shop")
    await form.get_by_role("button", name="Create").click()
    await expect(form).to_contain_text("This customer has an open onboarding already: #68.")
    await expect(form.get_by_label("Target date")).to_have_value(day)
    await form.get_by_role("button", name="Create").click()

    await expect(workspace.get_by_role("dialog")).to_contain_text("You created onboarding #120.")
    made = scene.pivotal.onboarding(120)
    assert made
    assert (made["phase"], made["notes"]) == ("before_getting_started", "Second shop")
    assert made["target_launch_date"].startswith(day)


async def test_launch_says_what_pivotal_will_do_and_takes_a_reason(workspace: Page, scene: Scene):
    await types(workspace, "/onboarding evergreen schools")
    await private(workspace).get_by_role("button", name="Advance Evergreen Schools to Launch").click()
    form = workspace.get_by_role("dialog", name="Advance")
    await expect(form).to_contain_text("Move Evergreen Schools (onboarding #86) from Internal QA to Launch?")
    await expect(form).to_contain_text("Pivotal will send the CSM a Slack DM")

    await form.get_by_label("Why?").fill("All signed off")
    await form.get_by_role("button", name="Advance to Launch").click()

    told = workspace.get_by_role("dialog")
    await expect(told).to_contain_text("You advanced Internal QA → Launch. Reason: All signed off")
    await expect(told.get_by_role("button", name="Undo")).to_have_count(0)
    assert scene.pivotal.phase_of(86) == "launch"


async def test_undo_takes_an_advance_back(workspace: Page, scene: Scene):
    await types(workspace, "/onboarding aurora")
    await advances(workspace, to="Program buildout")
    await expect(private(workspace)).to_contain_text("Program buildout (4 of 7)")

    await private(workspace).get_by_role("button", name="Undo the change of Aurora Foods").click()

    await expect(private(workspace)).to_contain_text("You took that back: Program buildout → Review")
    await expect(private(workspace)).to_contain_text("Review (3 of 7)")
    assert scene.pivotal.transitions(89)[-2:] == ["program_buildout", "review"]


async def test_a_stale_card_writes_nothing_and_says_what_changed(workspace: Page, scene: Scene):
    await types(workspace, "/onboarding aurora")
    await expect(private(workspace)).to_contain_text("Review (3 of 7)")
    await workspace.get_by_role("link", name="Pivotal", exact=True).click()
    await workspace.get_by_role("row", name="#89").click()
    record = workspace.get_by_role("complementary", name="Onboarding")
    await record.get_by_label("Phase").select_option("internal_qa")
    await record.get_by_role("button", name="Save as Dana").click()
    await expect(record.get_by_role("list")).to_contain_text("Review → Internal QA")
    await workspace.get_by_role("link", name="Messages", exact=True).click()

    await advances(workspace, to="Program buildout")

    await expect(private(workspace)).to_contain_text("phase is now Internal QA (you saw Review)")
    await expect(private(workspace)).to_contain_text("Internal QA (5 of 7)")
    assert scene.pivotal.patches(89) == []


async def test_a_list_turns_its_pages_in_place(workspace: Page):
    await types(workspace, "/onboarding list")
    await expect(private(workspace)).to_contain_text("page 1 of ")
    articles = workspace.get_by_role("region", name="Channel").get_by_role("article")
    before = await articles.count()
    rows = private(workspace).get_by_role("button", name="Open ")
    first = await rows.evaluate_all("rows => rows.map(row => row.ariaLabel)")

    await private(workspace).get_by_role("button", name="Next page").click()
    await expect(private(workspace)).to_contain_text("page 2 of ")
    second = await rows.evaluate_all("rows => rows.map(row => row.ariaLabel)")
    await private(workspace).get_by_role("button", name="Previous page").click()
    await expect(private(workspace)).to_contain_text("page 1 of ")

    assert len(first) == len(second) == 10
    assert not set(first) & set(second)
    assert await articles.count() == before


async def test_home_shows_its_parts_and_opens_a_card_over_them(workspace: Page):
    await workspace.get_by_role("link", name="Onboarding (app)").click()
    home = workspace.get_by_role("region", name="Home")
    for part in ("Yours that need attention", "Launching this and next week", "Waiting on customer", "Welcome"):
        await expect(home.get_by_text(part, exact=True)).to_be_visible()

    await home.get_by_role("button", name="Open Riverside Homes").first.click()

    card = workspace.get_by_role("dialog")
    await expect(card).to_contain_text("Riverside Homes  ·  #63")
    await expect(card).to_contain_text("Program buildout (4 of 7)")
    await card.get_by_role("button", name="Close").last.click()
    await expect(home).to_be_visible()


async def test_a_date_is_picked_in_the_update_form(workspace: Page, scene: Scene):
    await types(workspace, "/onboarding aurora")
    await private(workspace).get_by_role("button", name="Update Aurora Foods").click()
    form = workspace.get_by_role("dialog", name="Update")
    day = days_from_now(12)

    await form.get_by_role("textbox", name="Target date").fill(day)
    await form.get_by_role("button", name="Save").click()

    await expect(workspace.get_by_role("dialog")).to_contain_text("You moved the target date")
    assert scene.pivotal.onboarding(89)["target_launch_date"].startswith(day)
    assert [list(request.body) for request in scene.pivotal.patches(89)] == [["target_launch_date"]]
