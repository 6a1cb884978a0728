"""Walking lists: every row once, no request too many, and no walk in circles."""

import json as jsonlib
from itertools import chain, cycle

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pivotal import UnexpectedResponse
from bot.pivotal.models import CustomerRow, Onboarding, OnboardingRow, Page
from bot.pivotal.operations import customers, onboardings
from bot.pivotal.pages import REMEMBERED, Pager


def row(number):
    return {"id": f"onb_{number}", "display_id": number, "customer_id": "c", "phase": "review", "state": "active"}


def page(*numbers, cursor=None, more=None):
    more = cursor is not None if more is None else more
    body = {"object": "list", "data": [row(number) for number in numbers], "has_more": more, "next_cursor": cursor}
    return httpx.Response(200, json=body)


def queries(server):
    return [dict(request.url.params) for request in server.requests]


def test_a_walk_follows_the_cursor_unchanged(api, server):
    cursor = "2026-05-26T17:21:09.412+00:00"
    server.says(page(3, 2, cursor=cursor), page(1))

    rows = list(api.onboardings.list())

    assert [each.display_id for each in rows] == [3, 2, 1]
    assert queries(server) == [{"limit": "100"}, {"limit": "100", "cursor": cursor}]


def test_filters_are_sent_with_every_page(api, server):
    server.says(page(2, cursor="a"), page(1))

    list(api.onboardings.list(phase="launch", state="active", customer_id=245, limit=50))

    filters = {"limit": "50", "phase": "launch", "state": "active", "customer_id": "245"}
    assert queries(server) == [filters, filters | {"cursor": "a"}]


def test_nothing_is_fetched_before_it_is_asked_for(api, server):
    server.says(page(3, 2, cursor="a"), page(1))

    walk = api.onboardings.list()
    before = len(server.requests)
    rows = iter(walk)
    next(rows), next(rows)

    assert (before, len(server.requests)) == (0, 1)


def test_the_flag_ends_a_walk_whatever_else_the_page_holds(api, server):
    server.says(page(*range(100), cursor="a", more=False))

    assert len(list(api.onboardings.list())) == 100
    assert len(server.requests) == 1


def test_an_empty_page_with_more_to_come_does_not_end_a_walk(api, server):
    server.says(page(cursor="a"), page(1))

    assert len(list(api.onboardings.list())) == 1


def test_a_row_that_comes_twice_is_given_once(api, server):
    server.says(page(3, 2, cursor="a"), page(2, 1, 1))

    assert [each.display_id for each in api.onboardings.list()] == [3, 2, 1]


def test_max_items_asks_for_no_more_than_that(api, server):
    server.says(page(3, 2, cursor="a"), page(1, 0, cursor="b"))

    rows = list(api.onboardings.list(limit=2, max_items=3))

    assert [each.display_id for each in rows] == [3, 2, 1]
    assert len(server.requests) == 2
    assert len(list(api.onboardings.list(max_items=0))) == 0
    assert len(server.requests) == 2


def test_a_small_max_items_makes_a_small_page(api, server):
    server.says(page(3, 2))

    list(api.onboardings.list(max_items=2))

    assert queries(server) == [{"limit": "2"}]


def test_max_pages_ends_a_walk(api, server):
    server.says(page(3, cursor="a"), page(2, cursor="b"), page(1))

    assert len(list(api.onboardings.list(max_pages=2))) == 2
    assert len(server.requests) == 2


def test_pages_come_one_at_a_time(api, server):
    server.says(page(3, 2, cursor="a"), page(1))

    pages = list(api.onboardings.list().pages())

    assert [len(each.data) for each in pages] == [2, 1]
    assert [each.has_more for each in pages] == [True, False]


def test_first_is_the_newest_or_nothing(api, server):
    server.says(page(3, cursor="a"), page())

    found = [api.onboardings.list(state="active").first(), api.onboardings.list(state="active").first()]

    assert [each and each.display_id for each in found] == [3, None]
    assert queries(server) == [{"limit": "1", "state": "active"}] * 2


def test_slim_rows_leave_out_what_lists_do_not_need(api, server):
    server.says(page(1), page(1))

    slim, whole = api.onboardings.rows().first(), api.onboardings.list().first()

    assert (type(slim), type(whole)) == (OnboardingRow, Onboarding)


def test_customers_and_what_hangs_on_one_are_listed_from_their_own_paths(api, server):
    empty = httpx.Response(200, json={"data": [], "has_more": False, "next_cursor": None})
    named = httpx.Response(200, json={"data": [{"id": "c", "display_id": 1, "name": "A"}], "has_more": False})
    server.says(empty, named, empty, empty)

    list(api.customers.list(status="active"))
    slim = list(api.customers.rows())
    list(api.customers.contacts(245))
    list(api.customers.onboardings("cus_1"))

    assert [request.url.path.removeprefix("/api/v1") for request in server.requests] == [
        "/customers",
        "/customers",
        "/customers/245/contacts",
        "/customers/cus_1/onboardings",
    ]
    assert type(slim[0]) is CustomerRow
    assert all("limit" in query for query in queries(server))


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_size_the_api_would_refuse_is_refused_before(api, limit):
    with pytest.raises(ValueError, match="1 to 100 rows"):
        api.onboardings.list(limit=limit)


def test_a_list_of_nobody_is_refused_before(api):
    with pytest.raises(ValueError, match="not the id of a record"):
        api.customers.contacts("")


@pytest.mark.parametrize("circle", [[None], ["a"], ["a", "b"], ["a", "b", "c"], list("abcdefghijklm")])
def test_a_cursor_that_leads_nowhere_new_ends_in_an_error(api, server, circle):
    cursors = chain(["start"], cycle(circle))
    server.says(lambda _: page(len(server.requests), cursor=next(cursors), more=True))

    with pytest.raises(UnexpectedResponse, match="does not advance") as caught:
        list(api.onboardings.list())

    assert (caught.value.method, caught.value.path) == ("GET", "/onboardings")
    assert len(server.requests) <= 4 * len(circle) + 2


@pytest.mark.parametrize("cursor", [None, "a"])
def test_a_page_whose_cursor_does_not_advance_is_given_before_the_error(api, server, cursor):
    server.says(page(2, cursor="a"), page(1, cursor=cursor, more=True))
    rows = iter(api.onboardings.list())

    assert [next(rows).display_id, next(rows).display_id] == [2, 1]
    with pytest.raises(UnexpectedResponse, match="does not advance"):
        next(rows)


def test_a_cursor_that_is_not_needed_may_be_missing(api, server):
    server.says(page(2, 1, more=True))

    assert api.onboardings.list().first().display_id == 2
    assert len(list(api.onboardings.list(max_items=2))) == 2
    assert len(list(api.onboardings.list(max_pages=1))) == 2


@pytest.mark.parametrize("most", [{"max_items": -1}, {"max_pages": -1}])
def test_less_than_nothing_is_refused_before(api, most):
    with pytest.raises(ValueError, match="max_items and max_pages are not negative"):
        api.onboardings.list(**most)


def test_an_error_on_the_way_keeps_what_came_before(make, server):
    server.says(page(2, cursor="a"), httpx.Response(500, text="oops"))
    rows = iter(make(retry=None).onboardings.list())

    first = next(rows)

    assert first.display_id == 2
    with pytest.raises(UnexpectedResponse):
        next(rows)


@given(
    sizes=st.lists(st.integers(0, 5), max_size=12),
    max_items=st.none() | st.integers(0, 40),
    max_pages=st.none() | st.integers(0, 15),
    overlap=st.integers(0, 2),
)
def test_whatever_the_pages_every_row_comes_once_in_order(sizes, max_items, max_pages, overlap):
    numbers, pages = iter(range(1000)), []
    for size in sizes:
        before = [each["display_id"] for each in pages[-1]["data"][-overlap:]] if pages and overlap else []
        fresh = [next(numbers) for _ in range(size)]
        pages.append({"data": [row(number) for number in before + fresh], "has_more": True})
    pages = pages or [{"data": [], "has_more": True}]
    for position, each in enumerate(pages):
        each["next_cursor"] = f"c{position}"
    pages[-1]["has_more"] = False
    pager = Pager(onboardings.rows(max_items=max_items, max_pages=max_pages))

    taken, asked = [], []
    while (call := pager.next_call()) is not None:
        answer = Page[OnboardingRow].read(jsonlib.dumps(pages[len(asked)]).encode())
        asked.append(call.query.get("cursor"))
        taken += [each.display_id for each in pager.take(answer).data]

    everything = list(range(sum(sizes)))
    assert taken == everything[: len(taken)]
    assert max_items is None or len(taken) <= max_items
    assert max_pages is None or len(asked) <= max_pages
    assert asked == [None, *[f"c{position}" for position in range(len(asked) - 1)]][: len(asked)]
    if (max_items is None or max_items > len(everything)) and (max_pages is None or max_pages >= len(pages)):
        assert taken == everything


def test_a_long_walk_remembers_ten_pages_of_ids_and_no_more():
    pager = Pager(customers.rows())

    for number in range(50):
        rows = tuple(CustomerRow(id=f"c{number}_{each}", display_id=1, name="A") for each in range(100))
        pager.take(Page[CustomerRow](data=rows, has_more=True, next_cursor=f"c{number}"))

    assert len(pager._seen) == REMEMBERED
