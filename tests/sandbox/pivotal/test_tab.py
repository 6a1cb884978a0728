"""The JSON behind the web-app tab."""

import asyncio

import pytest

PAGE = {"Origin": "http://localhost:3000"}


async def test_the_state_shows_records_with_their_timeline_and_the_requests(pivotal, api):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review")
    await api.patch("/onboardings/89", {"phase": "launch"})

    state = (await api.get("/app/state", headers=PAGE)).json

    row = state["onboardings"][0]
    assert (row["customer_name"], row["phase"]) == ("Aurora Foods", "launch")
    assert [line["event"] for line in row["timeline"]] == ["phase_changed", *["automation"] * 3]
    assert state["requests"][0] == {
        "at": "2026-09-09T08:00:00.000Z",
        "method": "PATCH",
        "path": "/onboardings/89",
        "query": {},
        "status": 200,
        "key": "onboarding-bot",
    }
    assert state["rate"] == {"limit": 60, "remaining": 59}


async def test_an_edit_is_that_person_s_and_counts_no_request(pivotal, api):
    pivotal.has_onboarding(89, phase="review", notes="old")
    changes = {"phase": "program_buildout", "target_launch_date": "2026-09-18", "notes": ""}

    answer = await api.post("/app/edit", {"id": 89, "by": "Dana", "changes": changes}, headers=PAGE)

    record = pivotal.onboarding(89)
    assert answer.json == {"ok": True}
    assert (record["phase"], record["target_launch_date"], record["notes"]) == (
        "program_buildout",
        "2026-09-18T00:00:00.000Z",
        None,
    )
    assert {line["actor"] for line in pivotal.timeline(89)} == {"Dana"}
    assert pivotal.requests == []


@pytest.mark.parametrize(
    "asked", [{"id": 90, "changes": {}}, {"id": 89, "changes": {"phase": "?"}}, {"id": 89, "changes": {"id": "x"}}, {}]
)
async def test_an_edit_that_cannot_be_done_says_why(pivotal, api, asked):
    before = pivotal.has_onboarding(89)

    answer = await api.post("/app/edit", asked, headers=PAGE)

    assert (answer.json["ok"], bool(answer.json["error"])) == (False, True)
    assert pivotal.onboarding(89) == before


async def test_a_record_can_be_deleted_there(pivotal, api):
    pivotal.has_onboarding(89)

    await api.post("/app/delete", {"id": 89, "by": "Dana"}, headers=PAGE)

    assert pivotal.onboarding(89) is None


async def test_a_page_from_elsewhere_is_refused(pivotal, api):
    before = pivotal.has_onboarding(89)

    answer = await api.post(
        "/app/edit", {"id": 89, "changes": {"phase": "launch"}}, headers={"Origin": "https://evil.example"}
    )

    assert (answer.status, pivotal.onboarding(89)) == (403, before)


async def test_a_page_of_this_machine_may_ask_across_ports(api):
    answer = await api("OPTIONS", "/app/edit", headers=PAGE | {"Access-Control-Request-Method": "POST"})

    assert answer.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


async def test_a_change_rings_the_event_stream(pivotal, api):
    pivotal.has_onboarding(89)
    async with api.session.get(pivotal.origin + "/app/events", headers=PAGE) as stream:
        pivotal.edit(89, phase="launch")

        line = await asyncio.wait_for(stream.content.readline(), 20)

    assert line == b"data: changed\n"


async def test_a_link_to_a_customer_leads_to_the_tab(pivotal, api):
    pivotal.has_onboarding(89, customer="Aurora Foods")
    pivotal.shown_on("http://127.0.0.1:1")
    number = pivotal.customer(pivotal.onboarding(89)["customer_id"])["display_id"]

    page = f"{pivotal.origin}/customers/{number}-aurora-foods"
    async with api.session.get(page, allow_redirects=False) as answer:
        led = (answer.status, answer.headers["Location"])

    assert led == (302, "http://127.0.0.1:1/#/pivotal/89")
