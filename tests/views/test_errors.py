import json
from datetime import timedelta

import pytest

from bot.domain import errors as domain
from bot.pivotal import errors as pivotal
from bot.views.errors import explain

UNCHANGED = "Nothing was changed."


@pytest.fixture
def said(now, checked):
    def text(error):
        message = explain(error, reference="K7Q2M9", now=now)
        checked(message)
        return message.text

    return text


def family(kind):
    """The class and those below it in the same module: other rooms add theirs when they are imported."""
    children = [child for child in kind.__subclasses__() if child.__module__ == kind.__module__]
    return [kind, *(one for child in children for one in family(child))]


@pytest.mark.parametrize("kind", [one for one in family(domain.UserError) if one is not domain.FieldErrors])
def test_an_error_of_the_persons_speaks_for_itself(said, kind):
    assert said(kind("No customer called “Acme”.", hint="Try `/onboarding list`.")) == (
        "No customer called “Acme”. Try `/onboarding list`."
    )


def test_fields_are_listed_with_what_is_wrong(said):
    assert "Use a date such as 2026-12-01" in said(domain.FieldErrors({"target": "Use a date such as 2026-12-01"}))


def test_upstream_error_says_when_to_try_again(said, now):
    error = domain.UpstreamError("Pivotal is busy.", retry_at=now + timedelta(seconds=11.2))

    assert said(error) == "Pivotal is busy. Try again in 12 s. Reference K7Q2M9."


@pytest.mark.parametrize("kind", family(pivotal.PivotalError))
def test_every_failure_of_pivotals_has_words_of_its_own(said, kind):
    assert "Something went wrong" not in said(kind("<html>502</html>", method="GET"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (pivotal.NotFound("x"), "Pivotal no longer has this record."),
        (pivotal.RateLimited("x", retry_after=11.3), "Pivotal is busy, try again in 12 s."),
        (pivotal.AuthenticationFailed("x"), "This is not your fault."),
        (pivotal.TimedOut("x", method="GET"), "Pivotal is not answering. Try again in a minute."),
        (pivotal.Unreachable("x", method="PATCH"), "Pivotal is not answering. Nothing was changed."),
        (pivotal.InternalError("x", method="PATCH"), "Pivotal is not answering. Nothing was changed."),
        (pivotal.InvalidRequest("must be a date", field="target_launch_date"), "“target_launch_date”: must be a date"),
    ],
)
def test_failures_of_pivotals_read_well(said, error, expected):
    assert expected in said(error)


@pytest.mark.parametrize(
    "kind", [pivotal.TimedOut, pivotal.Unreachable, pivotal.InternalError, pivotal.UnexpectedResponse]
)
def test_a_write_of_unknown_effect_never_claims_that_nothing_changed(said, kind):
    text = said(kind("x", method="PATCH", maybe_applied=True))

    assert text.startswith("It is not known whether the change was made")
    assert UNCHANGED not in text


def test_a_bug_gives_a_reference_and_no_details(said):
    text = said(KeyError("secret"))

    assert text.startswith("Something went wrong on our side.")
    assert "Reference K7Q2M9" in text
    assert "secret" not in text


def test_a_new_kind_of_error_is_explained_like_its_nearest_known_relative(said):
    class Archived(domain.Refused):
        pass

    assert said(Archived("It is archived.")) == "It is archived."


def test_markup_in_an_error_stays_text(said):
    assert "<!channel>" not in said(domain.NotFound("No customer called “<!channel>”."))


def test_error_as_blocks(now, checked, paste):
    error = pivotal.RateLimited("slow down", method="PATCH", retry_after=12)

    payload = checked(explain(error, reference="K7Q2M9", now=now))

    assert payload == paste
    assert "K7Q2M9" not in json.dumps(payload)
