from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.views import unfurl


def test_link_to_an_onboarding_is_two_lines_and_a_stamp(aurora, viewing, checked, paste):
    message = unfurl.unfurl([aurora()], replace(viewing, test_key=True))

    assert checked(message) == paste


def test_customer_with_many_onboardings_shows_three(aurora, viewing, checked):
    many = [aurora(id=f"onb_{n}", display_id=n) for n in range(1, 6)]

    payload = checked(unfurl.unfurl(many, viewing))

    assert [block["type"] for block in payload["blocks"]] == ["section", "section", "section", "context"]
    assert "2 onboardings more of this customer" in str(payload)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=some.text(max_size=300), phase=some.text(max_size=300), count=some.integers(1, 9))
def test_whatever_it_is_called_slack_takes_it(name, phase, count, aurora, viewing, checked):
    checked(unfurl.unfurl([aurora(name, id=f"onb_{n}", phase=phase) for n in range(count)], viewing))
