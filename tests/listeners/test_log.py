"""The log and notes: who did what, what was seen to happen elsewhere, and what somebody wanted kept."""

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, BEN, DEVON, GUS, ONBOARDING, PARTNERS

pytestmark = pytest.mark.parametrize("mode", ["socket"])


async def test_log_says_who_did_what_when_and_why(ask, clock):
    await ask("pause #89 waiting for legal")
    clock.passes(hours=1)

    log = await ask("log aurora", by=DEVON)

    assert "Log of Aurora Foods · #89" in log
    assert "Ana Ruiz" in log
    assert "Pause" in log
    assert "Active → Paused" in log
    assert "waiting for legal" in log
    assert "Mon 7 Sep 2026 06:30" not in log, "the time is the reader's"
    assert "Sun 6 Sep 2026 23:30" in log
    assert "Done" in log
    assert f"command in <#{ONBOARDING}>" in log
    assert "reference " in log


async def test_refusals_are_told_too(ask, bot):
    await ask("pause #89", by=DEVON)

    log = await ask("log #89")

    assert "Devon Park" in log
    assert "Refused" in log
    assert "You may not change the state of this onboarding" in log


async def test_what_happened_elsewhere_is_told_as_seen(ask, pivotal):
    await ask("#89")
    pivotal.edit(89, phase="program_buildout", target_launch_date="2026-10-01")
    await ask("#89")

    log = await ask("log #89")

    assert "Review → Program buildout" in log
    assert "Wed 16 Sep 2026 → Thu 1 Oct 2026" in log
    assert "outside this bot  ·  seen when Pivotal was read" in log


async def test_what_the_bot_wrote_is_told_once(ask):
    await ask("pause #89")

    log = await ask("log #89")

    assert "1 entry" in log
    assert "seen when Pivotal was read" not in log


async def test_newest_comes_first(ask, clock, pivotal):
    await ask("pause #89")
    clock.passes(minutes=1)
    pivotal.edit(89, phase="internal_qa")
    await ask("#89")
    clock.passes(minutes=1)
    await ask("resume #89")

    log = await ask("log #89")

    assert log.index("Resume") < log.index("Review → Internal QA") < log.index("Active → Paused")


async def test_log_without_a_name_tells_of_all_and_whose(ask):
    await ask("pause #89")
    await ask("flag #101")

    log = await ask("log")

    assert "2 entries" in log
    assert "Aurora Foods" in log
    assert "Acme Corp" in log


async def test_empty_log_says_so(ask):
    assert "Nothing was changed through this bot yet" in await ask("history #89")


async def test_long_log_turns_its_pages_in_place(ask, slack):
    for _ in range(6):
        await ask("pause #89")
        await ask("resume #89")
    first = await ask("log #89")
    before = len(slack.messages(ONBOARDING, ANA))

    await slack.clicks("Older", by=ANA, channel=ONBOARDING)

    assert "page 1 of 2" in first
    assert "12 entries" in first
    assert "page 2 of 2" in slack.seen(ANA, ONBOARDING)
    assert len(slack.messages(ONBOARDING, ANA)) == before


async def test_several_onboardings_are_a_pick_list_that_leads_to_the_log(ask, slack):
    asked = await ask("log globex")

    await slack.clicks("Log of Globex #103", by=ANA, channel=ONBOARDING)

    assert "Which one do you mean?" in asked
    assert "Log of Globex · #103" in slack.seen(ANA, ONBOARDING)


async def test_history_in_the_menu_of_a_card_is_the_log(ask, slack):
    await ask("pause #89")

    await slack.clicks("Log", by=ANA, channel=ONBOARDING)

    assert "Log of Aurora Foods · #89" in slack.seen(ANA, ONBOARDING)
    assert "Active → Paused" in slack.seen(ANA, ONBOARDING)


async def test_log_is_there_while_pivotal_is_away(ask, slack, pivotal):
    for _ in range(6):
        await ask("pause #89")
        await ask("resume #89")
    await ask("log #89")
    pivotal.fails(Fault.error_500, times=100)

    await slack.clicks("Older", by=ANA, channel=ONBOARDING)

    assert "page 2 of 2" in slack.seen(ANA, ONBOARDING)


async def test_guests_read_no_log(ask):
    assert "full members" in await ask("log", by=GUS, channel=PARTNERS)


async def test_note_is_kept_here_and_never_written_to_pivotal(ask, pivotal):
    told = await ask("note #89 legal signs on <Friday> & *soon*")

    log = await ask("log #89", by=BEN)

    assert pivotal.patches(89) == []
    assert "nothing was written to Pivotal" in told
    assert "legal signs on &lt;Friday&gt; &amp; ∗soon∗" in log
    assert "Note" in log
    assert "Ana Ruiz" in log


async def test_note_on_a_name_in_quotes(ask):
    assert "Noted on Acme Corp (onboarding #101)" in await ask("note “Acme Corp” kickoff went well")


async def test_note_never_goes_to_a_guessed_customer(ask, audited):
    answer = await ask("note acm kickoff went well")

    assert "Nothing was noted" in answer
    assert await audited() == []


async def test_the_text_of_a_note_is_kept_while_it_is_asked_whose_it_is(ask, slack, audited):
    await ask("note aurora legal signs on Friday")
    untouched = await audited()

    await slack.clicks("Choose Aurora Foods #89", by=ANA, channel=ONBOARDING)

    assert untouched == []
    assert "Noted on Aurora Foods" in slack.seen(ANA, ONBOARDING)
    assert "legal signs on Friday" in await ask("log #89")


@pytest.mark.parametrize(("words", "told"), [("", "What shall I note?"), ("x" * 1001, "1000 characters at the most")])
async def test_note_of_a_bad_length_is_not_kept_but_that_it_was_refused(ask, slack, audited, words, told):
    assert told in await ask(f"note #89 {words}")
    assert await audited() == [("Ana Ruiz", "note", "refused")]

    await slack.types("/onboarding details #89", by=ANA, channel=ONBOARDING)

    assert told not in str(slack.modal(ANA) or slack.seen(ANA, ONBOARDING))
    assert "Refused" in await ask("log #89")


async def test_note_of_somebody_not_linked_is_refused(ask):
    assert "You may not add a note" in await ask("note #89 hello", by=DEVON)
    assert "hello" not in await ask("log #89")


async def test_what_was_noted_leads_to_the_log(ask, slack):
    await ask("note #89 legal signs on Friday")

    await slack.clicks("Log", by=ANA, channel=ONBOARDING)

    assert "Log of Aurora Foods · #89" in slack.seen(ANA, ONBOARDING)


async def test_note_is_among_the_details(ask):
    await ask("note #89 legal signs on Friday")

    assert "legal signs on Friday" in await ask("details #89")


async def test_attempts_refused_before_anything_was_tried_are_kept_too(slack, pivotal, bot):
    for who, typed, channel in ((DEVON, "advance #89", ONBOARDING), (GUS, "advance #89", PARTNERS)):
        await slack.types(f"/onboarding {typed}", by=who, channel=channel)

    rows = await bot.store.audit.list()

    assert [(row.slack_id, row.action, row.outcome) for row in rows] == [
        (GUS, "advance", "refused"),
        (DEVON, "advance", "refused"),
    ]
    assert pivotal.patches(89) == []


async def test_a_share_is_told_without_a_side_that_was_not_there(shared, ask):
    await shared()

    log = await ask("log #89")

    assert "Share  ·  card in <#C0ONBOARD>" in log
    assert "(no name)" not in log


async def test_a_share_that_failed_is_told_in_words(ask, pivotal):
    await ask("#89")
    pivotal.fails(Fault.error_500, times=100, path="/onboardings/89")
    await ask("share #89")
    pivotal.works_again()

    log = await ask("log #89")

    assert "Failed" in log
    assert "InternalError" not in log


async def test_every_button_tells_which_onboarding_of_a_customer_it_is_for(ask, slack):
    await ask("globex")

    labels = [block["accessory"]["accessibility_label"] for block in slack.last(by=ANA, channel=ONBOARDING).blocks[1:3]]

    assert labels == ["Open Globex #103", "Open Globex #104"]
