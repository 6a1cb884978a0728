"""What the page's Pivotal view promises: the records as they are, changed as somebody in the web app would."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from playwright.async_api import Page, expect

from bot.sandbox.pivotal import LocalPivotal

pytestmark = pytest.mark.browser

Open = Callable[..., Awaitable[Page]]


async def test_a_change_made_here_is_danas_and_stands_in_the_timeline(pivotal: LocalPivotal, open_page: Open) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", state="active")
    page = await open_page(at="#/pivotal/89")
    record = page.get_by_role("complementary", name="Onboarding")

    await record.get_by_label("Phase").select_option("launch")
    await record.get_by_label("Target launch date").fill("2026-09-18")
    await record.get_by_role("button", name="Save as Dana").click()

    await expect(record.get_by_role("list")).to_contain_text("Review → Launch")
    await expect(record.get_by_role("list")).to_contain_text("Dana (web app)")
    await expect(page.get_by_role("row", name="#89")).to_contain_text("18 Sep")
    assert pivotal.phase_of(89) == "launch"


async def test_a_date_that_is_kept_as_an_instant_reads_as_a_day(pivotal: LocalPivotal, open_page: Open) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods", target_launch_date="2026-11-26T00:00:00.000Z")
    page = await open_page(at="#/pivotal/89")
    record = page.get_by_role("complementary", name="Onboarding")

    pivotal.edit(89, by="Dana", target_launch_date="2026-12-03T00:00:00.000Z")

    await expect(record.get_by_role("list")).to_contain_text("3 Dec")
    await expect(record.get_by_role("list")).not_to_contain_text("T00:00")


async def test_what_the_bot_changes_appears_while_a_field_is_half_edited(
    pivotal: LocalPivotal, open_page: Open
) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", state="active")
    page = await open_page(at="#/pivotal/89")
    record = page.get_by_role("complementary", name="Onboarding")
    await record.get_by_label("Phase").select_option("launch")

    pivotal.edit(89, by="API: onboarding-bot", state="at_risk")

    await expect(record.get_by_label("State")).to_have_value("at_risk")
    await expect(record.get_by_role("list")).to_contain_text("API: onboarding-bot")
    await expect(record.get_by_label("Phase")).to_have_value("launch")
    assert pivotal.phase_of(89) == "review"


async def test_a_record_is_deleted_only_after_a_question(pivotal: LocalPivotal, open_page: Open) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods")
    pivotal.has_onboarding(90, customer="Globex")
    page = await open_page(at="#/pivotal/89")

    await page.get_by_role("button", name="Delete …").click()
    await page.get_by_role("button", name="Keep it").click()
    assert pivotal.onboarding(89) is not None
    await page.get_by_role("button", name="Delete …").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()

    await expect(page.get_by_role("row", name="#89")).to_have_count(0)
    await expect(page.get_by_role("row", name="#90")).to_be_visible()
    assert pivotal.onboarding(89) is None


async def test_the_filter_leaves_what_matches(pivotal: LocalPivotal, open_page: Open) -> None:
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review")
    pivotal.has_onboarding(90, customer="<b>Globex</b> & Söhne", phase="launch")
    page = await open_page(at="#/pivotal")
    await expect(page.get_by_role("row", name="#89")).to_be_visible()

    await page.get_by_label("Filter the records").fill("söhne launch")

    await expect(page.get_by_role("row", name="<b>Globex</b> & Söhne")).to_be_visible()
    await expect(page.get_by_role("row", name="#89")).to_have_count(0)


async def test_the_request_log_and_the_rate_budget_follow_the_api(pivotal: LocalPivotal, open_page: Open) -> None:
    page = await open_page(at="#/pivotal/requests")
    await expect(page.get_by_text("Nobody has asked anything yet.")).to_be_visible()

    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {pivotal.live_key}"}) as client:
        await client.get(f"{pivotal.url}/onboardings", params={"phase": "review"})
        await client.get(f"{pivotal.url}/onboardings/404")

    log = page.get_by_role("table", name="Request log")
    await expect(log.get_by_role("row", name="/onboardings?phase=review")).to_contain_text("200")
    await expect(log.get_by_role("row", name="/onboardings/404")).to_contain_text("404")
    await expect(page.get_by_role("meter", name="Rate budget")).to_have_attribute("aria-valuenow", "58")
