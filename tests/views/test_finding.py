import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.errors import FieldErrors
from bot.domain.phases import Phases
from bot.sandbox.slack import compositions
from bot.sandbox.slack import views as slack_rules
from bot.views import finding, sharing
from bot.views.finding import Typed

CHOSEN = {"onboarding": {"ob:which": {"type": "external_select", "selected_option": {"value": "onb_089"}}}}


def test_search_asks_and_needs_no_button(paste):
    view = finding.search().to_dict()
    slack_rules.accept(view)

    assert view == paste


def test_what_the_form_remembers_comes_back_with_what_was_chosen():
    view = finding.form(channel="C0ONBOARD", thread_ts="1788762600.000100").to_dict()
    slack_rules.accept(view)

    assert finding.parse(CHOSEN, view["private_metadata"]) == Typed("onb_089", "C0ONBOARD", "1788762600.000100")


def test_nothing_chosen_is_said_at_the_field():
    nothing = {"onboarding": {"ob:which": {"type": "external_select", "selected_option": None}}}

    with pytest.raises(FieldErrors) as error:
        finding.parse(nothing, '["C1", "1.0"]')

    assert error.value.fields == {"onboarding": "Choose an onboarding."}


def test_form_comes_again_with_a_remark_and_the_same_memory():
    view = finding.again(Typed("onb_089", "C0ONBOARD", "1.0"), "That channel is archived.").to_dict()

    assert "That channel is archived." in str(view["blocks"][0])
    assert finding.parse(CHOSEN, view["private_metadata"]) == Typed("onb_089", "C0ONBOARD", "1.0")


def test_channel_to_share_to_comes_back_with_the_onboarding(paste):
    view = sharing.form("onb_089").to_dict()
    slack_rules.accept(view)
    chosen = {"channel": {"conversation": {"selected_conversation": "C0LAUNCHS"}}}

    assert view == paste
    assert sharing.parse(chosen, view["private_metadata"]) == sharing.Typed("onb_089", "C0LAUNCHS")


def test_no_channel_to_share_to_is_said_at_the_field():
    with pytest.raises(FieldErrors) as error:
        sharing.parse({"channel": {"conversation": {"selected_conversation": None}}}, '["onb_089"]')

    assert error.value.fields == {"channel": "Choose a channel."}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=some.text(max_size=300), phase=some.text(max_size=300))
def test_whatever_an_onboarding_is_called_slack_takes_the_option(name, phase, aurora):
    (option,) = finding.options([aurora(name, phase=phase)], phases=Phases())

    written = option.to_dict()
    assert list(compositions.OPTION.problems(written, "/option")) == []
    assert "· #89 ·" in written["text"]["text"]
