"""Lists, single records and the paths to them."""

import pytest

from bot.sandbox.pivotal import LocalPivotal

FIELDS = (
    "object id display_id customer_id template_id phase state started_at completed_at target_launch_date "
    "csm_id se_id designer_id product_ops_id notes waiting_on_customer name created_at updated_at"
)


async def walk(api, path, **query):
    ids, pages = [], 0
    while True:
        page = (await api.get(path, params=query)).json
        ids += [row["display_id"] for row in page["data"]]
        pages += 1
        if not page["has_more"]:
            return ids, pages
        query["cursor"] = page["next_cursor"]


async def test_a_walk_meets_every_record_once_newest_first(pivotal, api):
    pivotal.has_many(45)

    numbers, pages = await walk(api, "/onboardings", limit=20)

    assert numbers == sorted(numbers, reverse=True)
    assert (len(set(numbers)), pages) == (45, 3)


async def test_a_full_last_page_says_that_nothing_follows(pivotal, api):
    pivotal.has_many(20)

    page = (await api.get("/onboardings?limit=20")).json

    assert (len(page["data"]), page["has_more"], page["next_cursor"]) == (20, False, None)


async def test_an_empty_list_has_all_four_keys(api):
    page = (await api.get("/onboardings")).json

    assert page == {"object": "list", "data": [], "has_more": False, "next_cursor": None}


async def test_without_a_limit_a_page_holds_twenty_five(pivotal, api):
    pivotal.has_many(30)

    page = (await api.get("/onboardings")).json

    assert len(page["data"]) == 25


async def test_rows_that_share_the_moment_of_a_page_edge_are_lost_to_the_walk(pivotal, api, clock):
    for number in (1, 2, 3):
        pivotal.has_onboarding(number, created_at=clock())

    numbers, _ = await walk(api, "/onboardings", limit=2)

    assert numbers == [3, 2]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("phase=launch", [3]),
        ("state=paused", [2]),
        ("state=waiting", [4]),
        ("state=active&phase=review", [1]),
        ("customer_id=7", [2]),
        ("customer_id=cus_globex", [2]),
        ("customer_id=globex", []),
    ],
)
async def test_filters_combine_and_waiting_is_what_waits_on_the_customer(pivotal, api, query, expected):
    pivotal.has_customer("Globex", id="cus_globex", display_id=7)
    pivotal.has_onboarding(1, phase="review")
    pivotal.has_onboarding(2, customer="Globex", state="paused")
    pivotal.has_onboarding(3, phase="launch")
    pivotal.has_onboarding(4, phase="internal_qa", state="active", waiting_on_customer=True)

    page = (await api.get(f"/onboardings?{query}")).json

    assert [row["display_id"] for row in page["data"]] == expected


async def test_digits_are_a_display_id_and_anything_else_an_id(pivotal, api):
    made = pivotal.has_onboarding(89)

    by_number, by_id = await api.get("/onboardings/89"), await api.get(f"/onboardings/{made['id']}")

    assert by_number.json == by_id.json == made


async def test_a_slug_in_the_place_of_an_id_is_not_found(pivotal, api):
    pivotal.has_customer("Aurora Foods")

    answer = await api.get("/customers/aurora-foods")

    assert (answer.status, answer.error["code"]) == (404, "customer_not_found")


async def test_an_onboarding_has_the_documented_fields_in_their_order(pivotal, api):
    pivotal.has_onboarding(89, phase="review")

    row = (await api.get("/onboardings/89")).json

    assert " ".join(row) == FIELDS


async def test_a_customer_s_own_list_holds_its_onboardings_only(pivotal, api):
    pivotal.has_customer("Globex", display_id=7)
    pivotal.has_onboarding(1)
    pivotal.has_onboarding(2, customer="Globex")

    page = (await api.get("/customers/7/onboardings")).json

    assert [row["display_id"] for row in page["data"]] == [2]


async def test_health_needs_no_key(api):
    answer = await api.get("/health", headers={"Authorization": ""})

    assert (answer.status, answer.json) == (200, {"status": "ok", "timestamp": "2026-09-09T08:00:00.000Z"})


async def test_me_names_key_and_workspace_but_never_the_whole_key(pivotal, api):
    answer = await api.get("/me")

    assert answer.json["api_key"]["prefix"] == "pivotal_sand"
    assert answer.json["organization"]["name"] == "Larkspur"
    assert pivotal.live_key not in answer.text


async def test_a_hundred_thousand_records_are_paged_without_ordering_them_again(pivotal, api):
    pivotal.rate_limit = 10_000
    pivotal.has_many(100_000, customers=400)

    numbers, pages = await walk(api, "/onboardings", limit=100, phase="review")

    assert (len(numbers), pages) == (16_667, 167)


async def test_two_servers_run_side_by_side():
    async with LocalPivotal() as one, LocalPivotal() as two:
        assert one.url != two.url
