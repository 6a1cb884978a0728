import asyncio
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

from bot.domain.records import Observation
from bot.pivotal.models import CustomerRow, Onboarding, OnboardingRow
from bot.store import Store, Walked
from bot.store.snapshot import Kept
from bot.store.tables import customers, onboardings

HOUR = timedelta(hours=1)
CREATED = datetime(2026, 5, 26, 17, 21, 9, 412000, tzinfo=UTC)


def row(number: int, **changes: object) -> OnboardingRow:
    plain = OnboardingRow(
        id=f"onb_{number}",
        display_id=number,
        customer_id="cus_1",
        phase="review",
        state="active",
        waiting_on_customer=False,
        target_launch_date=date(2026, 9, 18),
        csm_id="user_1",
        created_at=CREATED,
        updated_at=CREATED,
    )
    return plain.model_copy(update=changes)


def customer(number: int, name: str = "Aurora Foods") -> CustomerRow:
    return CustomerRow(id=f"cus_{number}", display_id=200 + number, name=name, slack_channel_id="C1")


async def walk(
    store: Store,
    *rows: OnboardingRow,
    at: datetime,
    customers: object = None,
    begun: int | None = None,
    **extra: object,
) -> list:
    number = await store.snapshot.newest() if begun is None else begun
    kept = await store.snapshot.refresh(rows, customers, begun=number, as_of=at, source="poll", **extra)
    return kept.changes


async def test_an_empty_store_has_no_snapshot(store: Store) -> None:
    loaded = await store.snapshot.load()

    assert loaded == ((), {}, None)
    assert await store.snapshot.walked() is None


async def test_a_walk_comes_back_as_it_was_seen(store: Store, now: datetime) -> None:
    rows = (row(1, name="Ω & <co>", started_at=now), row(2, target_launch_date=None, waiting_on_customer=None))
    await walk(store, *rows, at=now, customers=[customer(1)])

    loaded = await store.snapshot.load()

    assert loaded == (rows, {"cus_1": customer(1)}, now)


async def test_a_first_walk_observes_nothing_and_a_second_what_changed(store: Store, now: datetime) -> None:
    first = await walk(store, row(1), row(2), at=now)

    second = await walk(
        store, row(1, phase="launch", target_launch_date=date(2026, 10, 2)), row(2), row(3), at=now + HOUR
    )

    expected = [
        Observation("onb_1", "phase", "review", "launch", now + HOUR, "poll"),
        Observation("onb_1", "target_launch_date", "2026-09-18", "2026-10-02", now + HOUR, "poll"),
    ]
    assert first == []
    assert second == expected
    assert await store.observations.all() == {"onb_1": expected}


async def test_a_change_of_no_interest_is_stored_without_an_observation(store: Store, now: datetime) -> None:
    await walk(store, row(1), at=now)

    found = await walk(store, row(1, updated_at=now), at=now + HOUR)

    assert found == []
    assert (await store.snapshot.load())[0] == (row(1, updated_at=now),)


async def test_an_unchanged_row_is_not_written_again(store: Store, now: datetime) -> None:
    await walk(store, row(1), row(2), at=now)
    before = await store.snapshot.newest()

    await walk(store, row(1), row(2, state="paused"), at=now + HOUR)

    assert await store.snapshot.after(before) == (before + 1, [row(2, state="paused")], [])


async def test_when_a_row_was_met_is_kept_through_every_later_version(store: Store, now: datetime) -> None:
    await walk(store, row(1), at=now)
    await store.snapshot.put(row(2), now=now + HOUR, source="webhook")

    await walk(store, row(1, phase="launch"), row(2, state="paused"), row(3), at=now + 2 * HOUR)
    await store.snapshot.put(row(1, phase="completed"), now=now + 3 * HOUR, source="us")

    assert await store.snapshot.met() == {"onb_1": now, "onb_2": now + HOUR, "onb_3": now + 2 * HOUR}


async def test_a_row_that_was_gone_is_met_anew(store: Store, now: datetime) -> None:
    await walk(store, row(1), at=now)
    await store.snapshot.remove("onb_1", now=now)

    await store.snapshot.put(row(1), now=now + HOUR, source="poll")

    assert await store.snapshot.met() == {"onb_1": now + HOUR}


async def test_a_copy_of_the_memory_knows_when_rows_were_met(store: Store, now: datetime) -> None:
    await walk(store, row(1), row(2), at=now + HOUR, met={"onb_1": now})

    assert await store.snapshot.met() == {"onb_1": now, "onb_2": now + HOUR}


async def test_what_a_whole_walk_did_not_see_is_removed_and_its_history_kept(store: Store, now: datetime) -> None:
    await walk(store, row(1), row(2), at=now, customers=[customer(1), customer(2)])
    await store.snapshot.put(row(2, phase="launch"), now=now, source="us")

    await walk(store, row(1), at=now + HOUR, customers=[customer(2, name="Acme")])

    assert await store.snapshot.load() == ((row(1),), {"cus_2": customer(2, name="Acme")}, now + HOUR)
    assert len(await store.observations.of("onb_2")) == 1


async def test_a_walk_of_some_phases_leaves_the_rest_and_removes_only_what_it_names(
    store: Store, now: datetime
) -> None:
    await walk(store, row(1), row(2, phase="completed"), row(3), at=now, customers=[customer(1)])

    await walk(store, row(1, state="paused"), at=now + HOUR, gone=["onb_3"])

    rows, known, as_of = await store.snapshot.load()
    assert rows == (row(1, state="paused"), row(2, phase="completed"))
    assert known == {"cus_1": customer(1)}
    assert as_of == now + HOUR
    assert await store.snapshot.walked() == Walked(as_of=now + HOUR, full_at=now, customers_at=now)


async def test_a_row_put_while_the_walk_ran_wins_over_its_older_copy(store: Store, now: datetime) -> None:
    await walk(store, row(1), row(2), at=now)
    begun = await store.snapshot.newest()
    await store.snapshot.put(row(1, phase="launch"), now=now, source="us")
    await store.snapshot.put(row(9), now=now, source="us")

    kept = await store.snapshot.refresh([row(1), row(2)], None, begun=begun, as_of=now + HOUR, source="poll")

    assert kept == Kept([], [row(1, phase="launch"), row(9)])
    assert (await store.snapshot.load())[0] == (row(1, phase="launch"), row(2), row(9))


async def test_a_row_removed_while_the_walk_ran_stays_gone_until_it_is_stored_anew(store: Store, now: datetime) -> None:
    await walk(store, row(1), row(2), row(3), at=now)
    begun = await store.snapshot.newest()
    for one in ("onb_1", "onb_3", "onb_7"):
        await store.snapshot.remove(one, now=now)
    await store.snapshot.put(row(3, phase="launch"), now=now, source="webhook")

    kept = await store.snapshot.refresh([row(1), row(2), row(3)], None, begun=begun, as_of=now, source="poll")
    left = (await store.snapshot.load())[0]
    await walk(store, row(1), row(2), row(3), at=now + HOUR)

    assert (kept.gone, kept.newer) == ({"onb_1"}, [row(3, phase="launch")])
    assert left == (row(2), row(3, phase="launch"))
    assert (await store.snapshot.load())[0] == (row(1), row(2), row(3))


async def test_a_row_that_never_was_there_leaves_no_trace_when_it_is_gone(store: Store, now: datetime) -> None:
    before = await store.snapshot.newest()

    there = await store.snapshot.remove("onb_7", now=now)

    assert not there
    assert await store.snapshot.newest() == before


async def test_what_one_walk_found_gone_no_walk_begun_earlier_brings_back(store: Store, now: datetime) -> None:
    await walk(store, row(1), row(2), at=now)
    begun = await store.snapshot.newest()
    await walk(store, row(2), at=now + HOUR)

    await walk(store, row(1), row(2), at=now, begun=begun)

    assert (await store.snapshot.load())[0] == (row(2),)


async def test_what_was_put_before_a_walk_is_no_newer_than_it_whatever_the_clock_said(
    store: Store, now: datetime
) -> None:
    await store.snapshot.put(row(1, phase="launch"), now=now + HOUR, source="us")

    found = await walk(store, row(1, phase="completed"), at=now)

    assert [one.after for one in found] == ["completed"]
    assert await store.snapshot.load() == ((row(1, phase="completed"),), {}, now)


async def test_a_walk_begun_earlier_that_ends_later_leaves_what_the_other_one_wrote(
    store: Store, now: datetime
) -> None:
    await walk(store, row(1), at=now)
    begun = await store.snapshot.newest()
    await walk(store, row(1, phase="launch"), row(2), at=now + HOUR)

    found = await walk(store, row(1), at=now, begun=begun)

    assert found == []
    assert (await store.snapshot.load())[0] == (row(1, phase="launch"), row(2))


async def test_what_ten_store_at_once_is_told_in_order_and_nothing_is_missed(store: Store, now: datetime) -> None:
    seen, heard = 0, set()

    async def put(number: int) -> None:
        await store.snapshot.put(row(number), now=now - number * HOUR, source="us")

    putting = [asyncio.create_task(put(number)) for number in range(10)]
    while len(heard) < 10:
        seen, rows, _ = await store.snapshot.after(seen)
        heard |= {one.display_id for one in rows}

    await asyncio.gather(*putting)
    assert await store.snapshot.after(seen) == (10, [], [])


async def test_putting_a_row_observes_its_changes_once(store: Store, now: datetime) -> None:
    whole = Onboarding(**row(1, csm_id=None).model_dump(), notes="secret", template_id="tpl")
    await store.snapshot.put(row(1), now=now, source="poll")

    _, first = await store.snapshot.put(whole, now=now + HOUR, source="us")
    _, second = await store.snapshot.put(whole, now=now + HOUR, source="us")

    assert first == [Observation("onb_1", "csm_id", "user_1", None, now + HOUR, "us")]
    assert second == []
    assert (await store.snapshot.load())[0] == (row(1, csm_id=None),)


async def test_a_reading_overtaken_by_a_newer_one_changes_nothing(store: Store, now: datetime) -> None:
    newer = row(1, phase="launch", updated_at=CREATED + HOUR)
    await store.snapshot.put(newer, now=now, source="webhook")

    kept, found = await store.snapshot.put(row(1), now=now + HOUR, source="poll")

    assert (kept, found) == (newer, [])
    assert (await store.snapshot.load())[0] == (newer,)


async def test_ten_puts_at_once_make_one_unbroken_history(store: Store, now: datetime) -> None:
    await store.snapshot.put(row(1, phase="start"), now=now, source="poll")

    await asyncio.gather(
        *(store.snapshot.put(row(1, phase=f"phase {number}"), now=now, source="us") for number in range(10))
    )

    seen = await store.observations.of("onb_1")
    assert len(seen) == 10
    assert [one.before for one in seen] == ["start", *(one.after for one in seen[:-1])]


async def test_a_removed_row_is_gone(store: Store, now: datetime) -> None:
    await walk(store, row(1), row(2), at=now)

    await store.snapshot.remove("onb_1", now=now)

    assert (await store.snapshot.load())[0] == (row(2),)


async def test_a_single_customer_can_be_put(store: Store) -> None:
    await store.snapshot.put_customer(customer(1))
    await store.snapshot.put_customer(customer(1, name="Aurora Foods AB"))

    assert (await store.snapshot.load())[1] == {"cus_1": customer(1, name="Aurora Foods AB")}


async def test_a_customer_put_while_a_walk_ran_wins_over_its_older_copy(store: Store, now: datetime) -> None:
    await walk(store, row(1), at=now, customers=[customer(1), customer(2), customer(3)])
    begun = await store.snapshot.newest()
    fresh = [customer(1, name="Aurora Foods AB"), customer(9, name="Globex")]
    for one in fresh:
        await store.snapshot.put_customer(one)
    older = [customer(1), customer(2, name="Acme")]

    kept = await store.snapshot.refresh([row(1)], older, begun=begun, as_of=now + HOUR, source="poll")
    alone = await store.snapshot.refresh_customers(older, begun=begun, at=now + HOUR)

    assert kept.customers == fresh
    assert {one.name for one in alone} >= {one.name for one in fresh}
    assert {one.name for one in (await store.snapshot.load())[1].values()} == {"Aurora Foods AB", "Acme", "Globex"}


async def test_whatever_is_stored_of_a_customer_is_told_to_who_asks_from_a_number_on(
    store: Store, now: datetime
) -> None:
    await walk(store, row(1), at=now, customers=[customer(1), customer(2)])
    begun = await store.snapshot.newest()

    await store.snapshot.put_customer(customer(1, name="Aurora Foods AB"))
    put = await store.snapshot.after(begun)
    await store.snapshot.refresh_customers([customer(1), customer(2)], begun=put[0], at=now + HOUR)
    walked = await store.snapshot.after(put[0])

    assert put == (begun + 1, [], [customer(1, name="Aurora Foods AB")])
    assert walked == (begun + 2, [], [customer(1)])


async def test_observations_are_told_in_order_and_from_a_number_on(store: Store, now: datetime) -> None:
    seen = [Observation(f"onb_{n % 2}", "phase", None, str(n), now, "poll") for n in range(4)]
    await store.observations.add(seen[:3])
    number, first = await store.observations.after(0)

    await store.observations.add(seen[3:])

    assert first == seen[:3]
    assert await store.observations.after(number) == (number + 1, seen[3:])
    assert await store.observations.all() == {"onb_0": [seen[0], seen[2]], "onb_1": [seen[1], seen[3]]}


async def test_ten_thousand_rows_are_refreshed_in_about_a_second(store: Store, now: datetime) -> None:
    rows = [row(number) for number in range(10_000)]
    await walk(store, *rows, at=now)
    changed = [one.model_copy(update={"phase": "launch"}) if one.display_id % 50 == 0 else one for one in rows]

    began = perf_counter()
    found = await walk(store, *changed, at=now + HOUR)
    took = perf_counter() - began

    assert len(found) == 200
    assert took < 5, f"{took:.2f} s; the limit is generous for a busy machine"


def test_the_snapshot_keeps_no_notes_contacts_or_revenue() -> None:
    columns = {column.name for column in (*onboardings.columns, *customers.columns)}

    assert columns == {*OnboardingRow.model_fields, *CustomerRow.model_fields, "written", "met_at"}
