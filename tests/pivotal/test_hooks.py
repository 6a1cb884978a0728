"""What a client tells about its requests, for metrics and traces."""

import asyncio

import httpx
import pytest

from bot.pivotal import AsyncPivotalApi, Hooks, Timeout, Unreachable

RECORD = {"id": "onb_1", "display_id": 89, "customer_id": "cus_1", "phase": "review", "state": "active"}
LIMITS = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59", "x-ratelimit-reset": "1788771660"}


class Watch:
    """Writes down what it is told."""

    def __init__(self):
        self.began, self.ended = [], []

    def hooks(self):
        return Hooks(before=(self.began.append,), after=(lambda *told: self.ended.append(told),))


def test_every_attempt_is_told_before_and_after(make, server, time):
    def slowly(request):
        time.passes(2)
        return httpx.Response(200, json=RECORD, headers=LIMITS)

    watch = Watch()
    server.says(httpx.Response(500), httpx.ConnectError("refused"), slowly)

    make(hooks=watch.hooks()).in_background().onboardings.get(89)

    assert [attempt.number for attempt in watch.began] == [1, 2, 3]
    assert {(each.operation, each.route, each.path, each.lane.value) for each in watch.began} == {
        ("onboardings.get", "/onboardings/{id}", "/onboardings/89", "background")
    }
    outcomes = [outcome for _, outcome in watch.ended]
    assert [(each.status, each.lost, each.seconds) for each in outcomes] == [
        (500, None, 0),
        (None, "Pivotal could not be reached", 0),
        (200, None, 2),
    ]
    assert outcomes[2].rate_limit.remaining == 59


def test_a_hook_may_add_a_header_but_not_take_the_key(make, server):
    def trace(attempt):
        attempt.headers["traceparent"] = f"00-{attempt.number}"
        attempt.headers["authorization"] = "Bearer somebody-else"

    server.says(httpx.Response(200, json=RECORD))

    make(hooks=Hooks(before=(trace,))).onboardings.get(89)

    sent = server.requests[0].headers
    assert sent["traceparent"] == "00-1"
    assert sent.get_list("authorization") == ["Bearer pivotal_K8s9SecretSecretSecret"]


def test_a_hook_that_fails_ends_the_call_and_takes_nobodys_place(make, server):
    def fail_every_other_time(attempt):
        told.append(attempt)
        if len(told) % 2 == 0:
            raise LookupError("a bug of the hook's")

    told = []
    server.says(httpx.Response(200, json=RECORD, headers=LIMITS | {"x-ratelimit-remaining": "2"}))
    api = make(hooks=Hooks(before=(fail_every_other_time,)), timeout=Timeout(total=1))

    for _ in range(3):
        assert api.onboardings.get(89).display_id == 89
        with pytest.raises(LookupError):
            api.onboardings.get(89)


def test_the_last_known_budget_can_be_asked(api, server):
    server.says(httpx.Response(200, json=RECORD, headers=LIMITS), httpx.ReadTimeout(""))

    before = api.rate_limit
    api.onboardings.get(89)

    assert before is None
    assert (api.rate_limit.limit, api.rate_limit.remaining) == (60, 59)
    with pytest.raises(Exception, match="No answer"):
        api.onboardings.update(89, phase="launch")
    assert api.rate_limit.remaining == 58


async def test_a_hook_is_told_of_an_attempt_whose_caller_went_away(silent):
    watch, asked = Watch(), asyncio.Event()
    hooks = Hooks(before=(lambda _: asked.set(),), after=watch.hooks().after)
    async with AsyncPivotalApi("pivotal_K8s9SecretSecret", base_url=f"http://{silent}", hooks=hooks) as api:
        call = asyncio.create_task(api.me())
        await asked.wait()

        call.cancel()

        with pytest.raises(asyncio.CancelledError):
            await call
    assert [outcome.lost for _, outcome in watch.ended] == ["The caller went away before there was an answer"]


def test_what_cannot_be_reached_is_told_with_its_reason(make, server):
    server.says(httpx.ConnectError("[Errno 111] Connection refused"))

    with pytest.raises(Unreachable, match=r"could not be reached \(\[Errno 111\] Connection refused\)"):
        make(retry=None).onboardings.get(89)
