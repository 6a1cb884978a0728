"""The main job in the demo itself: look at an onboarding, share it, move it on, and find the digests."""

import pytest
from playwright.async_api import Locator, Page, expect

from bot.commands.demo import Scene
from bot.sandbox.slack.world import GUS, PARTNERS

pytestmark = pytest.mark.browser

ADVANCE = "Advance Aurora Foods to "
PAGES = 6


async def types(page: Page, text: str, *, channel: str = "#onboarding") -> None:
    composer = page.get_by_label(f"Message {channel}")
    await composer.fill(text)
    await composer.press("Enter")


def channel(page: Page) -> Locator:
    return page.get_by_role("region", name="Channel")


def private(page: Page) -> Locator:
    """The newest message that only the reader sees."""
    return channel(page).get_by_role("article", name="only visible to you").last


def posted(page: Page, text: str) -> Locator:
    """What everybody in the channel sees with that text in it."""
    return channel(page).locator("article:not(.is-ephemeral)").filter(has_text=text)


async def advances(page: Page, card: Locator, *, to: str) -> None:
    """Press Advance and say yes to its question."""
    await card.get_by_role("button", name=f"{ADVANCE}{to}").click()
    question = page.get_by_role("alertdialog")
    await expect(question).to_contain_text(f"to {to}?")
    await question.get_by_role("button", name="Advance").click()


async def opens_card_from_list(page: Page) -> Locator:
    """`/onboarding list`, turned to the page with Aurora Foods on it, and its card opened."""
    await types(page, "/onboarding list")
    for number in range(1, PAGES + 1):
        await expect(private(page)).to_contain_text(f"page {number} of {PAGES}")
        if await private(page).get_by_role("button", name="Open Aurora Foods").count():
            break
        await private(page).get_by_role("button", name="Next page").click()
    await private(page).get_by_role("button", name="Open Aurora Foods").click()
    await expect(private(page)).to_contain_text("Review (3 of 7)")
    return private(page)


async def test_the_three_digests_are_in_the_channel(workspace: Page):
    await expect(posted(workspace, "Portfolio —")).to_be_visible()
    await expect(posted(workspace, "Launch week —")).to_be_visible()
    await expect(posted(workspace, "At-risk onboardings —")).to_be_visible()


async def test_a_shared_card_moves_on_in_place_with_a_line_in_its_thread(workspace: Page, scene: Scene):
    card = await opens_card_from_list(workspace)
    await card.get_by_role("button", name="Share Aurora Foods to the channel").click()
    shared = posted(workspace, "Aurora Foods · #89")
    await expect(shared).to_be_visible()

    await advances(workspace, shared, to="Program buildout")

    await expect(shared).to_contain_text("Program buildout (4 of 7)")
    await expect(shared).to_have_count(1)
    await shared.get_by_role("button", name="1 reply").click()
    thread = workspace.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("Ana Ruiz advanced Review → Program buildout")
    await workspace.get_by_role("link", name="Pivotal", exact=True).click()
    await workspace.get_by_role("row", name="#89").click()
    record = workspace.get_by_role("complementary", name="Onboarding")
    await expect(record.get_by_role("list")).to_contain_text("Review → Program buildout")
    await expect(record.get_by_role("list")).to_contain_text("onboarding-bot")
    assert scene.pivotal.transitions(89)[-1:] == ["program_buildout"]


async def test_a_private_card_moves_on_in_place(workspace: Page, scene: Scene):
    await types(workspace, "/onboarding aurora")
    await expect(private(workspace)).to_contain_text("Review (3 of 7)")
    before = await channel(workspace).get_by_role("article").count()

    await advances(workspace, private(workspace), to="Program buildout")

    await expect(private(workspace)).to_contain_text("Program buildout (4 of 7)")
    await expect(channel(workspace).get_by_role("article")).to_have_count(before)
    assert scene.pivotal.phase_of(89) == "program_buildout"


async def test_no_to_the_question_changes_nothing(workspace: Page, scene: Scene):
    await types(workspace, "/onboarding aurora")
    await private(workspace).get_by_role("button", name=ADVANCE).click()

    await workspace.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()

    await expect(workspace.get_by_role("alertdialog")).to_have_count(0)
    await scene.bot.settled()
    assert scene.pivotal.patches(89) == []


async def test_a_guest_is_refused_after_a_change_of_person(workspace: Page, scene: Scene):
    await workspace.get_by_role("button", name="You are").click()
    await workspace.get_by_role("menuitemradio", name="Gus Moreau").click()
    await expect(workspace.get_by_role("button", name="You are Gus Moreau")).to_be_visible()
    await workspace.get_by_role("link", name="partners").click()

    await types(workspace, "/onboarding list", channel="#partners")

    await expect(private(workspace)).to_contain_text("answers only full members")
    await expect(private(workspace)).not_to_contain_text("Aurora Foods")
    assert all(call.args["channel"] != PARTNERS for call in scene.slack.calls_of("chat.postMessage"))
    assert scene.slack.messages(PARTNERS, by=GUS)
