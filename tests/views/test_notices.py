from bot.domain.moves import Verb, plan
from bot.views import notices


def test_thread_line_names_who_did_what(aurora, viewing):
    move = plan(Verb.ADVANCE, aurora().onboarding, phases=viewing.phases, test_key=False)

    assert notices.line("Ana Ruiz", move) == "Ana Ruiz advanced Review → Program buildout"


def test_stale_notice_says_what_changed_and_that_nothing_was_written():
    said = notices.stale(("phase is now Review (you saw Program design)",))

    assert said.startswith("This changed since you looked: phase is now Review (you saw Program design).")
    assert "Nothing was written." in said


def test_shared_notice(aurora, checked, paste):
    assert checked(notices.shared(aurora(), channel="C0ONBOARD")) == paste


def test_cancel_says_that_nothing_changed(aurora, checked):
    assert checked(notices.kept(aurora()))["text"] == "Aurora Foods (onboarding #89) stays as it is."
