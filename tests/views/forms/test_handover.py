"""The preview of a handover: what is drawn is read back, within Slack's limits whatever the names are."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.domain.handover import MOST, ROLES, Owned, Piece, pieces
from bot.domain.phases import Phases
from bot.domain.records import Snapshot, Standing
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.sandbox.slack.values import values
from bot.views.forms import handover
from bot.views.forms.handover import Typed

NOW = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)


def standing(number=89, name="Aurora Foods", **fields):
    plain = {"id": f"onb_{number}", "display_id": number, "customer_id": "cus_1", "phase": "review", "state": "active"}
    customer = CustomerRow(id="cus_1", display_id=201, name=name)
    return Standing(OnboardingRow(**{**plain, "csm_id": "user_csm_001", **fields}), customer)


def drawn(ticks, *, name="Ana Ruiz", **fields):
    return handover.form(Typed("<@U0ANA0001>", "<@U0BEN0001>", name, "Ben Okafor", "user_se_001", ticks, **fields))


def tick(number, role="csm", name="Aurora Foods"):
    return handover.tick(standing(number, name), Piece(f"onb_{number}", role, "user_csm_001"), phases=Phases())


def read(view):
    sent = view.to_dict()
    return handover.parse(values(sent["blocks"], {}), sent["private_metadata"])


def test_what_is_drawn_is_read_back():
    ticks = tuple(tick(number) for number in range(23))

    typed = read(drawn(ticks, left_out=4, test_key=True))

    assert typed == Typed(
        "<@U0ANA0001>", "<@U0BEN0001>", "Ana Ruiz", "Ben Okafor", "user_se_001", ticks, left_out=4, test_key=True
    )


def test_preview(paste):
    assert drawn((tick(89), tick(89, "se"), tick(101, name="A & B")), test_key=True).to_dict() == paste


def test_ticks_beyond_one_go_are_counted():
    view = drawn(tuple(tick(number) for number in range(MOST + 7)))

    assert len(read(view).ticks) == MOST
    assert "7 more are not shown" in str(view.to_dict())


@settings(max_examples=40, deadline=None)
@given(name=some.text(max_size=300), number=some.integers(1, 10**9), role=some.sampled_from(list(ROLES)))
def test_whatever_the_names_are_it_keeps_to_the_limits(name, number, role):
    sent = drawn((tick(number, role, name),), name=name).to_dict()

    (option,) = sent["blocks"][2]["element"]["options"]
    assert 0 < len(option["text"]["text"].encode("utf-16-le", "surrogatepass")) // 2 <= 75
    assert len(option["value"]) <= 150
    assert len(sent["private_metadata"]) <= 3000


def test_every_open_role_of_any_of_the_ids_is_a_piece():
    mine = standing(89, se_id="user_se_009")
    closed = standing(90, phase="completed")
    other = standing(91, csm_id="user_csm_002")
    snapshot = Snapshot((other, closed, mine), {}, NOW)

    found = pieces(snapshot, {"user_csm_001", "user_se_009"}, phases=Phases())

    assert [piece for _, piece in found] == [
        Piece("onb_89", "csm", "user_csm_001"),
        Piece("onb_89", "se", "user_se_009"),
    ]


def test_only_the_role_itself_must_be_as_it_was():
    expected = Owned(Piece("onb_89", "csm", "user_csm_001"))

    assert expected.differences(standing(phase="launch", state="paused").onboarding) == ()
    assert expected.differences(standing(csm_id=None).onboarding) == ("the CSM is another one now",)
