"""The small views, each as it is drawn: frames, forms, and the words about claims, changes and files."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.following import DELETED
from bot.domain.handover import Piece
from bot.domain.moves import Verb, plan
from bot.domain.records import Follow, Person, Snooze
from bot.sandbox.slack import views as slack_rules
from bot.views import claims, finding, following, modal, notices, rows, sharing, snoozes
from bot.views.forms import ending, handover, new
from bot.views.message import say, section
from bot.views.rows import Row, Sheet
from bot.views.values import Press

GUESS = Person("user_csm_003", "U0DEV0001", "Devon Park", learned="claim", confirmed=False)


@pytest.fixture
def accepted():
    """`accepted(view)`: what Slack is sent, once its rules have taken it."""

    def accepts(view, surface="modal"):
        written = view.to_dict()
        slack_rules.accept(written, surface=surface)
        return written

    return accepts


def test_frame_of_a_modal(accepted, paste):
    plain = modal.frame("Find an onboarding, whichever it may be", [section("Type a name.")])
    form = modal.frame("Title", [section("Sure?")], callback_id="ob:find", submit="Send", close="Cancel", metadata="{}")

    assert accepted(plain) == paste(name="plain")
    assert accepted(form) == paste(name="form")


def test_word_of_patience(accepted, paste):
    assert accepted(modal.loading("Onboarding")) == paste(name="loading")
    assert accepted(modal.saving("Move on")) == paste(name="saving")


def test_answer_in_words(accepted, paste):
    assert accepted(modal.told("Onboarding", say("Pivotal has no such onboarding.", "Try `list`."))) == paste(
        name="modal"
    )
    assert accepted(modal.at_home(say("This bot answers only full members.")), "home") == paste(name="home")


def test_card_here_asks_whose(accepted, paste):
    form = finding.form(channel="C0ONBOARD", thread_ts="1788762600.000100", remark="That channel is archived.")

    assert accepted(form) == paste


def test_channel_to_share_to_is_asked_for_again(accepted, paste):
    assert accepted(sharing.again(sharing.Typed("onb_089", "C0PARTNER"), "It has guests in it.")) == paste


def test_new_onboarding(accepted, paste):
    typed = new.Typed(
        name="Umbrella", contact="Ada", email="ada@umbrella.example", target=date(2026, 12, 1), notes="From the fair"
    )

    assert accepted(new.form(new.Typed())) == paste(name="empty")
    assert accepted(new.form(typed, remark="Pivotal is busy.")) == paste(name="again")


def test_handover(accepted, paste, aurora, viewing):
    ticks = (handover.tick(aurora(), Piece("onb_089", "csm", "user_csm_001"), phases=viewing.phases),)
    typed = handover.Typed("U0ANA0001", "U0BEN0001", "Ana Ruiz", "Ben Okafor", "user_se_001", ticks, 3, test_key=True)

    assert accepted(handover.form(typed)) == paste


def test_question_before_a_digest_ends(accepted, paste):
    typed = ending.Typed("sub_1", "*At-risk onboardings* in <#C0ONBOARD>")

    assert accepted(ending.form(typed)) == paste


def test_what_is_told_of_again(now, checked, paste):
    until, reason = date(2026, 9, 12), "their DNS is moving"
    snooze = Snooze("C0ONBOARD", "onb_089", "Aurora & Foods", until, reason, "U0ANA0001", "Ana Ruiz", now, seen="")

    assert checked(snoozes.woken(snooze)) == paste


def test_claim_that_was_made(checked, paste):
    now = {"pivotal_id": "user_csm_003", "command": "/onboarding"}

    assert checked(claims.asked(**now, admins=["Cara Lindqvist"], again=False)) == paste(name="asked")
    assert checked(claims.asked(**now, admins=[], again=True)) == paste(name="asked-again")


@pytest.mark.parametrize("confirmed", [True, False])
def test_claim_that_was_settled(checked, paste, confirmed):
    settled = claims.settled(GUESS, by="Cara Lindqvist", confirmed=confirmed)
    verdict = claims.verdict(GUESS, by="Cara Lindqvist", confirmed=confirmed, command="/onboarding")

    assert checked(settled) == paste(name=f"settled-{confirmed}")
    assert checked(verdict) == paste(name=f"verdict-{confirmed}")


def test_what_followers_are_told(now, checked, paste, aurora, viewing):
    changes = {"phase": ("review", "program_buildout"), "target_launch_date": ("2026-09-18", None)}
    follow = Follow("U0ANA0001", "onb_089", "Aurora & Foods", now, "Europe/Berlin")
    told = {"phases": viewing.phases, "directory": viewing.directory, "now": now}

    assert checked(following.follows(aurora())) == paste(name="follows")
    assert checked(following.unfollowed("Aurora & Foods")) == paste(name="unfollowed")
    assert checked(following.news(follow, changes, aurora(), **told)) == paste(name="news")
    assert checked(following.news(follow, {DELETED: (None, "yes")}, None, **told)) == paste(name="gone")


def test_what_became_of_a_change(checked, paste, aurora, viewing):
    move = plan(Verb.PAUSE, aurora().onboarding, phases=viewing.phases, test_key=False)
    undo = Press("onb_089", Verb.UNDO, until=1_800_000_000)
    words = notices.done(move, reason="waiting for legal")

    assert checked(notices.made(aurora(), words, undo=undo)) == paste(name="undo")
    assert checked(notices.made(aurora(), words, trouble="The card could not be redrawn.")) == paste(name="trouble")


def test_what_was_left_as_it_is(checked, paste, aurora):
    assert checked(notices.kept(aurora())) == paste(name="one")
    assert checked(notices.kept()) == paste(name="nothing")


def test_page_of_a_list(checked, paste, aurora, viewing):
    sheet = Sheet("Onboardings", [Row(aurora(id=f"onb_{n}", display_id=n)) for n in range(1, 13)], "list", told="mine")

    assert checked(rows.paged(sheet, replace(viewing, stale=True), page=2)) == paste
