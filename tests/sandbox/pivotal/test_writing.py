"""PATCH and DELETE, what they entail, and who did it."""

import pytest

KICKOFF = (
    "Invalid enum value. Expected 'before_getting_started' | 'program_design' | 'review' | 'program_buildout' | "
    "'internal_qa' | 'launch' | 'completed', received 'kickoff'"
)


async def test_a_patch_changes_what_it_names_and_nothing_else(pivotal, api, clock):
    before = pivotal.has_onboarding(89, phase="review", csm_id="user_csm_001")
    clock.passes(minutes=5)

    answer = await api.patch("/onboardings/89", {"phase": "program_buildout", "notes": None})

    assert answer.json == before | {"phase": "program_buildout", "updated_at": "2026-09-09T08:05:00.000Z"}


async def test_a_phase_move_is_recorded_with_the_key_as_actor(pivotal, api):
    pivotal.has_onboarding(89, phase="review")

    await api.patch("/onboardings/89", {"phase": "program_buildout"})

    assert pivotal.transitions(89) == ["program_buildout"]
    assert pivotal.timeline(89) == [
        {
            "at": "2026-09-09T08:00:00.000Z",
            "actor": "API: onboarding-bot",
            "event": "phase_changed",
            "before": "review",
            "after": "program_buildout",
        }
    ]


async def test_writing_the_present_value_leaves_no_trace_in_the_timeline(pivotal, api):
    pivotal.has_onboarding(89, phase="review")

    answer = await api.patch("/onboardings/89", {"phase": "review"})

    assert (answer.status, pivotal.transitions(89), pivotal.timeline(89)) == (200, [], [])


@pytest.mark.parametrize(("key", "outcome"), [("live_key", "done"), ("test_key", "suppressed (test key)")])
async def test_entering_launch_starts_automations_that_only_a_test_key_suppresses(pivotal, api, key, outcome):
    pivotal.has_onboarding(89, phase="internal_qa", csm_id="user_csm_001")

    await api.patch("/onboardings/89", {"phase": "launch"}, key=getattr(pivotal, key))

    automations = [line["after"] for line in pivotal.timeline(89) if line["event"] == "automation"]
    assert automations == [
        f"Slack DM to the CSM (user_csm_001): {outcome}",
        f"Entry in the customer's calendar: {outcome}",
        f"Recap e-mail drafted: {outcome}",
    ]


async def test_completing_sets_the_moment_and_going_back_clears_it(pivotal, api):
    pivotal.has_onboarding(89, phase="launch")

    done = (await api.patch("/onboardings/89", {"phase": "completed"})).json
    back = (await api.patch("/onboardings/89", {"phase": "launch"})).json

    assert (done["completed_at"], back["completed_at"]) == ("2026-09-09T08:00:00.000Z", None)


async def test_state_waiting_and_the_boolean_go_together(pivotal, api):
    pivotal.has_onboarding(89)

    entered = (await api.patch("/onboardings/89", {"state": "waiting"})).json
    left = (await api.patch("/onboardings/89", {"state": "active"})).json

    assert (entered["waiting_on_customer"], left["waiting_on_customer"]) == (True, False)


async def test_keys_nobody_knows_are_ignored(pivotal, api):
    before = pivotal.has_onboarding(89)

    answer = await api.patch("/onboardings/89", {"reason": "because", "id": "other", "display_id": 1})

    assert (answer.status, answer.json) == (200, before)


@pytest.mark.parametrize(
    ("body", "code", "field", "message"),
    [
        (
            {"phase": "kickoff"},
            "invalid_enum_value",
            "phase",
            KICKOFF,
        ),
        ({"phase": None}, "invalid_type", "phase", "Expected string, received null"),
        ({"waiting_on_customer": "yes"}, "invalid_type", "waiting_on_customer", "Expected boolean, received string"),
        ({"target_launch_date": "2026-09-18"}, "invalid_string", "target_launch_date", "Invalid datetime"),
        ({"target_launch_date": "2026-02-30T00:00:00Z"}, "invalid_string", "target_launch_date", "Invalid datetime"),
        ({"name": ""}, "too_small", "name", "String must contain at least 1 character(s)"),
        ([], "invalid_type", None, "Expected object, received array"),
    ],
)
async def test_a_wrong_value_is_refused_as_zod_words_it(pivotal, api, body, code, field, message):
    before = pivotal.has_onboarding(89)

    answer = await api.patch("/onboardings/89", body)

    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")
    assert (answer.error["code"], answer.error.get("field"), answer.error["message"]) == (code, field, message)
    assert pivotal.onboarding(89) == before


@pytest.mark.parametrize("raw", [b"", b"{", b'{"mrr": NaN}', b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_json_is_refused(pivotal, api, raw):
    pivotal.has_onboarding(89)

    answer = await api("PATCH", "/onboardings/89", data=raw)

    assert (answer.status, answer.error["code"]) == (400, "invalid_json")


async def test_a_deleted_onboarding_is_gone_for_every_reader(pivotal, api):
    pivotal.has_onboarding(89)

    await api.delete("/onboardings/89")

    answers = [await api.get("/onboardings/89"), await api.patch("/onboardings/89", {"notes": "still here?"})]
    assert [(answer.status, answer.error["code"]) for answer in answers] == [(404, "onboarding_not_found")] * 2
    assert (await api.get("/onboardings")).json["data"] == []


async def test_deleting_twice_answers_the_same(pivotal, api):
    made = pivotal.has_onboarding(89)

    first, second = await api.delete("/onboardings/89"), await api.delete("/onboardings/89")

    assert first.json == second.json == {"object": "deleted", "id": made["id"], "display_id": 89, "deleted": True}


async def test_onboardings_of_a_deleted_customer_survive_but_leave_the_lists(pivotal, api):
    pivotal.has_customer("Globex", display_id=7)
    pivotal.has_onboarding(89, customer="Globex")

    await api.delete("/customers/7")

    assert (await api.get("/onboardings")).json["data"] == []
    assert (await api.get("/onboardings/89")).status == 200
    assert (await api.get("/customers/7/onboardings")).error["code"] == "customer_not_found"


async def test_an_edit_in_the_web_app_has_a_person_as_actor(pivotal):
    pivotal.has_onboarding(89, phase="review")

    pivotal.edit(89, by="Dana (web app)", phase="program_design", target_launch_date="2026-09-18")

    assert [(line["actor"], line["event"]) for line in pivotal.timeline(89)] == [
        ("Dana (web app)", "phase_changed"),
        ("Dana (web app)", "target_shifted"),
    ]
