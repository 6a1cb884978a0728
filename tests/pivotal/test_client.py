"""Both clients: what they send, what they make of the answer, and what they refuse to be made with."""

from datetime import date

import httpx
import pytest

from bot.pivotal import UNSET, NotFound

RECORD = {
    "object": "onboarding",
    "id": "onb_1",
    "display_id": 89,
    "customer_id": "cus_1",
    "phase": "review",
    "state": "active",
}


def json(body, status=200, **headers):
    return httpx.Response(status, json=body, headers=headers)


def error(kind, code, status, **more):
    return json({"error": {"type": kind, "code": code, "message": "No such thing."} | more}, status)


def test_an_onboarding_is_read_by_its_display_id(api, server):
    server.says(json(RECORD | {"target_launch_date": "2026-09-18T09:00:00Z", "brand_new_field": 1}))

    onboarding = api.onboardings.get(89)

    assert server.lines == ["GET /api/v1/onboardings/89"]
    assert (onboarding.display_id, onboarding.target_launch_date) == (89, date(2026, 9, 18))


def test_a_missing_onboarding_is_not_found(api, server):
    server.says(error("not_found", "onboarding_not_found", 404))

    with pytest.raises(NotFound) as caught:
        api.onboardings.get("nope")

    assert (caught.value.status, caught.value.code, caught.value.attempts) == (404, "onboarding_not_found", 1)
    assert (caught.value.method, caught.value.path) == ("GET", "/onboardings/nope")
    assert str(caught.value) == "No such thing. [GET /onboardings/nope: 404 onboarding_not_found, 1 attempt]"


def test_only_what_was_given_is_written_and_none_empties_a_field(api, server):
    server.says(json(RECORD))

    api.onboardings.update(89, phase="launch", notes=None, csm_id=UNSET, target_launch_date=date(2026, 10, 1))

    assert server.lines == ["PATCH /api/v1/onboardings/89"]
    assert server.bodies == [{"phase": "launch", "notes": None, "target_launch_date": "2026-10-01T00:00:00Z"}]
