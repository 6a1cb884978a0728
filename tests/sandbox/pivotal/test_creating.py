"""Creates, what must be unique, contacts, and idempotency keys."""

import asyncio
from dataclasses import replace

import pytest

from bot.sandbox.pivotal import Fault, LocalPivotal


async def test_the_smallest_customer_gets_its_defaults(api):
    answer = await api.post("/customers", {"name": "Aurora Foods & Co"})

    customer = answer.json
    assert (answer.status, customer["slug"], customer["status"]) == (201, "aurora-foods-co", "onboarding")
    assert (customer["display_id"], customer["mrr"], customer["created_at"]) == (1, None, "2026-09-09T08:00:00.000Z")
    assert (await api.get(f"/customers/{customer['id']}")).json == customer


async def test_a_customer_whose_name_has_no_letter_of_a_slug_is_numbered(api):
    answer = await api.post("/customers", {"name": "شركة النور"})

    assert answer.json["slug"] == "customer-1"


@pytest.mark.parametrize("body", [{"name": "Globex"}, {"name": "Other", "slug": "globex"}])
async def test_a_slug_can_be_taken_once(pivotal, api, body):
    pivotal.has_customer("Globex")

    answer = await api.post("/customers", body)

    assert (answer.status, answer.error["type"], answer.error["code"]) == (409, "conflict", "slug_taken")


async def test_a_required_field_must_be_there(api):
    answer = await api.post("/customers", {"slug": "globex"})

    assert (answer.status, answer.error["code"], answer.error["field"]) == (400, "missing_field", "name")


@pytest.mark.parametrize("reference", ["id", "display_id"])
async def test_the_smallest_onboarding_gets_its_defaults(pivotal, api, reference):
    customer = pivotal.has_customer("Globex")

    answer = await api.post("/onboardings", {"customer_id": str(customer[reference])})

    row = answer.json
    assert (answer.status, row["customer_id"], row["name"]) == (201, customer["id"], "Globex onboarding")
    assert (row["phase"], row["state"], row["waiting_on_customer"]) == ("before_getting_started", "active", False)
    assert row["started_at"] == row["created_at"]


async def test_an_onboarding_needs_a_customer_that_exists(api):
    answer = await api.post("/onboardings", {"customer_id": "nobody"})

    assert (answer.status, answer.error["code"]) == (404, "customer_not_found")


async def test_records_made_while_the_clock_stands_still_can_all_be_walked(pivotal, api):
    pivotal.has_customer("Globex", display_id=7)
    for _ in range(3):
        await api.post("/onboardings", {"customer_id": "7"})

    first = (await api.get("/onboardings?limit=2")).json
    second = (await api.get("/onboardings", params={"limit": 2, "cursor": first["next_cursor"]})).json

    assert [row["display_id"] for row in first["data"] + second["data"]] == [3, 2, 1]


async def test_the_first_contact_is_primary_until_another_is(pivotal, api):
    pivotal.has_customer("Globex", display_id=7)

    first = (await api.post("/customers/7/contacts", {"name": "Ada", "email": "Ada@Globex.example"})).json
    second = (
        await api.post("/customers/7/contacts", {"name": "Bo", "email": "bo@globex.example", "is_primary": True})
    ).json

    listed = (await api.get("/customers/7/contacts")).json["data"]
    assert (first["email"], first["is_primary"], second["is_primary"]) == ("ada@globex.example", True, True)
    assert [(contact["name"], contact["is_primary"]) for contact in listed] == [("Bo", True), ("Ada", False)]


async def test_an_address_can_be_taken_once_whatever_its_case(pivotal, api):
    pivotal.has_customer("Globex", display_id=7)
    pivotal.has_contact(7, "ada@globex.example")

    answer = await api.post("/customers/7/contacts", {"name": "Ada", "email": "ADA@globex.example"})

    assert (answer.status, answer.error["code"], answer.error["field"]) == (409, "email_taken", "email")


async def test_a_contact_can_be_read_changed_and_deleted(pivotal, api):
    pivotal.has_customer("Globex", display_id=7)
    made = pivotal.has_contact(7, "ada@globex.example", display_id=3)

    changed = await api.patch("/contacts/3", {"title": "COO", "labels": ["board"]})
    deleted = await api.delete(f"/contacts/{made['id']}")

    assert (changed.json["title"], changed.json["labels"]) == ("COO", ["board"])
    assert deleted.json["display_id"] == 3
    assert (await api.get("/contacts/3")).error["code"] == "contact_not_found"


@pytest.mark.parametrize("email", ["ada", "ada@", "ada@globex", "a b@globex.example", ""])
async def test_what_is_no_address_is_refused(pivotal, api, email):
    pivotal.has_customer("Globex", display_id=7)

    answer = await api.post("/customers/7/contacts", {"name": "Ada", "email": email})

    assert (answer.status, answer.error["field"]) == (400, "email")


async def keyed(api, body, *, key="one", path="/customers"):
    return await api.post(path, body, headers={"Idempotency-Key": key})


async def test_a_repeat_with_the_same_key_answers_the_first_record(pivotal, api):
    pivotal.has_customer("Globex", display_id=7)

    first = await keyed(api, {"customer_id": "7"}, path="/onboardings")
    second = await keyed(api, {"customer_id": "7"}, path="/onboardings")

    assert (first.status, second.status) == (201, 201)
    assert first.text == second.text
    assert len((await api.get("/onboardings")).json["data"]) == 1


async def test_a_key_with_another_body_is_a_conflict(api):
    await keyed(api, {"name": "Globex"})

    answer = await keyed(api, {"name": "Initech"})

    assert (answer.status, answer.error["code"]) == (409, "idempotency_key_reused")


async def test_a_key_belongs_to_one_endpoint(pivotal, api):
    pivotal.has_customer("Globex", display_id=7)
    await keyed(api, {"name": "Ada", "email": "ada@globex.example"}, path="/customers/7/contacts")

    answer = await keyed(api, {"name": "Initech"})

    assert answer.status == 201


async def test_a_key_is_fresh_again_after_a_day(pivotal, api, clock):
    pivotal.has_customer("Globex", display_id=7)
    first = await keyed(api, {"customer_id": "7"}, path="/onboardings")
    clock.passes(hours=24)

    second = await keyed(api, {"customer_id": "7"}, path="/onboardings")

    assert second.json["id"] != first.json["id"]


async def test_a_repeat_answers_the_stored_record_even_when_it_was_deleted_since(pivotal, api):
    first = await keyed(api, {"name": "Globex"})
    await api.delete(f"/customers/{first.json['id']}")

    second = await keyed(api, {"name": "Globex"})

    assert (second.status, second.json, pivotal.customer(first.json["id"])) == (201, first.json, None)


async def test_a_failure_leaves_the_key_free(api):
    await keyed(api, {"slug": "globex"})

    answer = await keyed(api, {"name": "Globex"})

    assert answer.status == 201


async def test_a_create_whose_answer_was_lost_is_found_by_its_key(pivotal, api):
    pivotal.fails(Fault.error_500_after)

    lost = await keyed(api, {"name": "Globex"})
    found = await keyed(api, {"name": "Globex"})

    assert (lost.status, found.status, found.json["display_id"]) == (500, 201, 1)


async def test_a_key_whose_first_request_is_under_way_is_a_conflict(api):
    going, may_end = asyncio.Event(), asyncio.Event()

    async def held(seconds):
        going.set()
        await may_end.wait()

    async with LocalPivotal(sleep=held) as pivotal:
        api = replace(api, pivotal=pivotal)
        pivotal.fails(Fault.slow(5))
        first = asyncio.create_task(keyed(api, {"name": "Globex"}))
        await going.wait()

        second = await keyed(api, {"name": "Globex"})
        may_end.set()

        assert (second.status, second.error["code"]) == (409, "idempotency_key_in_flight")
        assert (await first).status == 201


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_an_empty_key_and_one_longer_than_255_bytes_are_refused(api, key):
    answer = await keyed(api, {"name": "Globex"}, key=key)

    assert (answer.status, answer.error["field"]) == (400, "Idempotency-Key")
