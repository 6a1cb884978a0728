"""Keys, rate windows, faults and the request log."""

import aiohttp
import pytest

from bot.sandbox.pivotal import Fault


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "api_key_missing"),
        ("Basic abc", "api_key_missing"),
        ("Bearer: {key}", "api_key_missing"),
        ("{key}", "api_key_missing"),
        ("Bearer pivotal_nobody", "api_key_invalid"),
    ],
)
async def test_without_a_good_key_nothing_is_answered(pivotal, api, header, code):
    answer = await api.get("/me", headers={"Authorization": header.format(key=pivotal.live_key)})

    assert (answer.status, answer.error["type"], answer.error["code"]) == (401, "authentication_error", code)


async def test_bearer_in_lower_case_is_accepted(pivotal, api):
    answer = await api.get("/me", headers={"Authorization": f"bearer {pivotal.live_key}"})

    assert answer.status == 200


async def test_a_revoked_key_fails_on_its_next_request(pivotal, api):
    pivotal.revoke(pivotal.live_key)

    answer = await api.get("/me")

    assert (answer.status, answer.error["code"]) == (401, "api_key_revoked")


async def test_every_answer_tells_the_rate_window(pivotal, api, clock):
    await api.get("/me")
    clock.passes(seconds=10)

    answer = await api.get("/onboardings/404")

    assert answer.status == 404
    assert {name: value for name, value in answer.headers.items() if name.startswith("X-RateLimit")} == {
        "X-RateLimit-Limit": "60",
        "X-RateLimit-Remaining": "58",
        "X-RateLimit-Reset": str(int(clock().timestamp()) + 50),
    }


async def test_a_full_window_refuses_until_its_oldest_request_leaves(pivotal, api, clock):
    pivotal.rate_limit = 2
    await api.get("/me")
    clock.passes(seconds=20)
    await api.get("/me")

    refused = await api.get("/me")
    clock.passes(seconds=int(refused.headers["Retry-After"]))
    admitted = await api.get("/me")

    assert (refused.status, refused.error["code"], refused.headers["Retry-After"]) == (429, "rate_limited", "40")
    assert refused.error["message"] == "Rate limit exceeded. Retry after 40 seconds."
    assert (admitted.status, admitted.headers["X-RateLimit-Remaining"]) == (200, "0")


async def test_live_and_test_keys_have_windows_of_their_own(pivotal, api):
    live = await api.get("/me")
    test = await api.get("/me", key=pivotal.test_key)

    assert (live.headers["X-RateLimit-Limit"], test.headers["X-RateLimit-Limit"]) == ("60", "30")
    assert (live.headers["X-RateLimit-Remaining"], test.headers["X-RateLimit-Remaining"]) == ("59", "29")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.revoked_key, 401, "api_key_revoked"),
        (Fault.forbidden, 403, "insufficient_scope"),
        (Fault.error_500, 500, "internal_error"),
        (Fault.rate_limited(7), 429, "rate_limited"),
    ],
)
async def test_a_fault_strikes_instead_of_the_work(pivotal, api, fault, status, code):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(fault, method="PATCH")

    struck = await api.patch("/onboardings/89", {"phase": "launch"})
    again = await api.patch("/onboardings/89", {"phase": "program_buildout"})

    assert (struck.status, struck.error["code"]) == (status, code)
    assert (again.status, pivotal.transitions(89)) == (200, ["program_buildout"])


async def test_a_demanded_429_says_how_long_to_wait(pivotal, api):
    pivotal.fails(Fault.rate_limited(7))

    answer = await api.get("/me")

    assert (answer.headers["Retry-After"], answer.headers["X-RateLimit-Remaining"]) == ("7", "0")


@pytest.mark.parametrize(("fault", "moves"), [(Fault.drop_before, []), (Fault.drop_after, ["launch"])])
async def test_a_dropped_connection_may_hide_work_that_was_done(pivotal, api, fault, moves):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(fault)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await api.patch("/onboardings/89", {"phase": "launch"})

    assert pivotal.transitions(89) == moves
    assert [request.status for request in pivotal.patches(89)] == [0]


async def test_a_slow_answer_comes_late_but_the_work_is_done_at_once(pivotal, api, clock):
    pivotal.has_onboarding(89, phase="review")
    before = clock()
    pivotal.fails(Fault.slow(12))

    answer = await api.patch("/onboardings/89", {"phase": "launch"})

    assert (answer.json["updated_at"], (clock() - before).seconds) == ("2026-09-09T08:00:00.000Z", 12)


async def test_a_proxy_s_page_is_no_json(pivotal, api):
    pivotal.fails(Fault.html_502)

    answer = await api.get("/me")

    assert (answer.status, answer.json, answer.headers["Content-Type"]) == (502, None, "text/html")


async def test_a_broken_body_is_a_success_that_cannot_be_read(pivotal, api):
    whole = await api.get("/health")
    pivotal.fails(Fault.broken_body)

    async with api.session.get(pivotal.url + "/health") as response:
        half = await response.text()

    assert (response.status, half) == (200, whole.text[: len(whole.text) // 2])


async def test_odd_values_are_unknown_fields_and_words(pivotal, api):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(Fault.odd_values)

    row = (await api.get("/onboardings")).json["data"][0]

    assert (row["phase"], row["state"], "added_later" in row) == ("pilot_run", "on_hold", True)
    assert pivotal.phase_of(89) == "review"


async def test_a_fault_for_a_path_waits_for_it_under_either_id(pivotal, api):
    made = pivotal.has_onboarding(89)
    pivotal.has_onboarding(90)
    pivotal.fails(Fault.error_500, path="/onboardings/89")

    answers = [await api.get("/onboardings/90"), await api.get(f"/onboardings/{made['id']}")]

    assert [answer.status for answer in answers] == [200, 500]


async def test_the_log_tells_who_asked_what_and_how_it_ended(pivotal, api, clock):
    await api.get("/onboardings?limit=0", headers={"User-Agent": "walker/1"})

    request = pivotal.requests[-1]
    assert (request.method, request.path, request.query) == ("GET", "/onboardings", {"limit": "0"})
    assert (request.status, request.key, request.user_agent, request.at) == (400, "onboarding-bot", "walker/1", clock())


async def test_a_method_that_is_not_there_and_a_path_that_leads_nowhere(api):
    put, nowhere = await api("PUT", "/onboardings/89", {}), await api.get("/tasks")

    assert (put.status, put.headers["Allow"]) == (405, "GET, PATCH, DELETE")
    assert (nowhere.status, nowhere.error["type"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("limit=0", "too_small", "limit"),
        ("limit=101", "too_big", "limit"),
        ("limit=ten", "invalid_type", "limit"),
        ("cursor=yesterday", "invalid_string", "cursor"),
        ("phase=kickoff", "invalid_enum_value", "phase"),
        ("state=", "invalid_enum_value", "state"),
    ],
)
async def test_a_bad_list_parameter_is_named(api, query, code, field):
    answer = await api.get(f"/onboardings?{query}")

    assert (answer.status, answer.error["code"], answer.error["field"]) == (400, code, field)
