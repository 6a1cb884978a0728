"""The other side of each contradiction of the docs."""

import pytest


async def test_the_default_page_can_be_twenty(pivotal, api):
    pivotal.switches.default_limit = 20
    pivotal.has_many(30)

    assert len((await api.get("/onboardings")).json["data"]) == 20


@pytest.mark.parametrize(("limit", "rows"), [("0", 1), ("101", 100), ("ten", 25)])
async def test_a_limit_out_of_range_can_be_clamped(pivotal, api, limit, rows):
    pivotal.switches.limit_out_of_range = "clamp"
    pivotal.has_many(110)

    assert len((await api.get(f"/onboardings?limit={limit}")).json["data"]) == rows


async def test_the_last_page_can_carry_a_cursor(pivotal, api):
    pivotal.switches.cursor_on_last_page = True
    made = pivotal.has_onboarding(89)

    page = (await api.get("/onboardings")).json

    assert (page["has_more"], page["next_cursor"]) == (False, made["created_at"])


async def test_unknown_words_can_be_written(pivotal, api):
    pivotal.switches.unknown_values = "accept"
    pivotal.has_onboarding(89)

    answer = await api.patch("/onboardings/89", {"phase": "kickoff", "state": "blocked"})

    assert (answer.status, answer.json["phase"], answer.json["state"]) == (200, "kickoff", "blocked")


async def test_a_workspace_can_have_phases_of_its_own(pivotal, api):
    pivotal.switches.phases = ("kickoff", "integration", "uat", "launch", "adoption")
    pivotal.has_onboarding(89, phase="kickoff")

    moved = await api.patch("/onboardings/89", {"phase": "adoption"})
    refused = await api.patch("/onboardings/89", {"phase": "review"})

    assert (moved.status, moved.json["completed_at"] is not None, refused.status) == (200, True, 400)


@pytest.mark.parametrize(("switch", "status"), [("refuse_400", 400), ("refuse_409", 409)])
@pytest.mark.parametrize(
    ("phase", "state", "to"),
    [
        ("review", "active", "launch"),
        ("review", "active", "program_design"),
        ("completed", "active", "launch"),
        ("review", "paused", "program_buildout"),
    ],
)
async def test_moves_can_be_refused(pivotal, api, switch, status, phase, state, to):
    pivotal.switches.moves = switch
    pivotal.has_onboarding(89, phase=phase, state=state)

    answer = await api.patch("/onboardings/89", {"phase": to})

    assert (answer.status, answer.error["field"], pivotal.phase_of(89)) == (status, "phase", phase)


async def test_one_step_forward_is_never_refused(pivotal, api):
    pivotal.switches.moves = "refuse_409"
    pivotal.has_onboarding(89, phase="review")

    answer = await api.patch("/onboardings/89", {"phase": "program_buildout"})

    assert answer.status == 200


async def test_state_and_boolean_can_be_independent(pivotal, api):
    pivotal.switches.waiting = "independent"
    pivotal.has_onboarding(89)

    answer = await api.patch("/onboardings/89", {"state": "waiting"})

    assert (answer.json["state"], answer.json["waiting_on_customer"]) == ("waiting", False)


async def test_me_can_have_the_test_mode_guide_s_shape(pivotal, api):
    pivotal.switches.me = "test_mode_guide"

    answer = await api.get("/me", key=pivotal.test_key)

    assert answer.json == {
        "object": "api_key_identity",
        "key_name": "onboarding-bot test",
        "key_prefix": "pivotal_test_sand",
        "mode": "test",
    }


async def test_onboardings_can_be_nameless(pivotal, api):
    pivotal.switches.names = False
    pivotal.has_onboarding(89)

    assert "name" not in (await api.get("/onboardings/89")).json


async def test_a_missing_field_can_have_zod_s_own_code(pivotal, api):
    pivotal.switches.missing = "invalid_type"

    answer = await api.post("/customers", {})

    assert (answer.error["code"], answer.error["message"], answer.error["field"]) == (
        "invalid_type",
        "Required",
        "name",
    )


async def test_a_replay_can_answer_200(pivotal, api):
    pivotal.switches.replay_status = "ok"

    answers = [await api.post("/customers", {"name": "Globex"}, headers={"Idempotency-Key": "one"}) for _ in "12"]

    assert [answer.status for answer in answers] == [201, 200]


async def test_a_second_delete_can_be_not_found(pivotal, api):
    pivotal.switches.second_delete = "not_found"
    pivotal.has_onboarding(89)

    answers = [await api.delete("/onboardings/89") for _ in "12"]

    assert [answer.status for answer in answers] == [200, 404]


async def test_the_first_contact_can_be_left_ordinary(pivotal, api):
    pivotal.switches.first_contact_primary = False
    pivotal.has_customer("Globex", display_id=7)

    answer = await api.post("/customers/7/contacts", {"name": "Ada", "email": "ada@globex.example"})

    assert answer.json["is_primary"] is False
