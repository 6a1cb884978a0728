from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.journal import NOTE, Happening, Story
from bot.domain.records import AuditEntry, Observation
from bot.views import log as views

WHEN = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)
ODD = some.sampled_from(["", "A" * 600, "&" * 600, "<!channel>", "<@U0ANA0001>", "@here", "שלום", "two\nlines"])
ENTRIES = some.builds(
    AuditEntry,
    at=some.just(WHEN),
    slack_id=ODD,
    name=ODD,
    source=ODD | some.sampled_from(["button in C0ONBOARD", "command in D0ANA0001"]),
    action=ODD | some.sampled_from(["advance", NOTE]),
    onboarding_id=some.none(),
    title=ODD,
    before=ODD,
    after=ODD,
    outcome=ODD,
    reference=ODD,
    reason=some.none() | ODD,
)
SEEN = some.builds(
    Observation,
    onboarding_id=ODD,
    field=ODD | some.sampled_from(["phase", "state", "target_launch_date", "csm_id"]),
    before=some.none() | ODD,
    after=some.none() | ODD,
    seen_at=some.just(WHEN),
    source=ODD | some.sampled_from(["poll", "webhook"]),
)
LINES = some.builds(Happening, at=some.just(WHEN), title=ODD, entry=ENTRIES) | some.builds(
    Happening, at=some.just(WHEN), title=ODD, seen=SEEN
)


def entry(**fields):
    plain = {"slack_id": "U0ANA0001", "name": "Ana Ruiz", "source": "button in C0ONBOARD", "action": "advance"}
    plain |= {"onboarding_id": "onb_089", "title": "Aurora Foods", "before": "Review", "after": "Program buildout"}
    plain |= {"outcome": "done", "reference": "K7Q2M9", "at": WHEN}
    return AuditEntry(**plain | fields)


def test_log_of_one_onboarding(aurora, viewing, checked, paste):
    seen = Observation("onb_089", "csm_id", "user_csm_001", None, WHEN - timedelta(days=1), "webhook")
    lines = (
        Happening(WHEN, "Aurora Foods", entry=entry(action=NOTE, before="", after="", reason="Legal signs on Friday")),
        Happening(WHEN, "Aurora Foods", entry=entry()),
        Happening(WHEN, "Aurora Foods", entry=entry(source="command in D0ANA0001", after="", outcome="refused")),
        Happening(seen.seen_at, "Aurora Foods", seen=seen),
    )

    assert checked(views.log(Story(lines), viewing, whose=aurora(), page=1)) == paste


def test_log_of_all_on_its_last_page(viewing, checked, paste):
    lines = tuple(Happening(WHEN, f"Customer {n}", entry=entry(reference=f"REF{n}")) for n in range(12))

    assert checked(views.log(Story(lines, cut=True), viewing, whose=None, page=9)) == paste


def test_noted(aurora, checked, paste):
    assert checked(views.noted(aurora(), entry(action=NOTE, reason="Legal signs on Friday"))) == paste


def test_which_of_many(aurora, viewing, checked, paste):
    many = tuple(aurora(id=f"onb_{n}", display_id=n) for n in range(12))

    drawn = checked(views.which("Which one do you mean?", many, viewing))

    assert "2 more not shown" in str(drawn)
    assert "as of 09:41" in str(drawn["blocks"][-1])
    assert drawn["blocks"][:2] == paste


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=some.lists(LINES, max_size=25).map(tuple), page=some.integers(-1, 5), cut=some.booleans(), one=some.booleans()
)
def test_whatever_was_written_down_can_be_shown(aurora, viewing, checked, lines, page, cut, one):
    checked(views.log(Story(lines, cut=cut), viewing, whose=aurora("<!channel>" * 30) if one else None, page=page))
