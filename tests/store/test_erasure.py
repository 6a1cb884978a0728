"""Whoever is erased is nowhere left, what they did keeps its meaning, and nobody else is touched."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.records import (
    Actor,
    AuditEntry,
    Card,
    Follow,
    Observation,
    Person,
    Said,
    Snooze,
    Subscription,
)
from bot.services.people import People
from bot.store import Store
from bot.store.tables import metadata
from bot.views import text
from bot.views.text import spellings

ANA, BEN, DM = "U0ANA0001", "U0BEN0001", "D0ANADM01"
ODD = (
    *("Tom Ray", "王芳", "王", "Bo", "Bø", "ø", "Tom & Jerry", "Tom <x>", "_Tom_ *Ray*", "T. @here Ray", "O'Neil"),
    *("محمد & Co", "İpek  Su", "Straße Ö", "Maximiliana Alexandra Friederike von und zu Hohenstein-Waldburg"),
)
"""Names that are short, or stand otherwise in what was posted."""
TRACES = (ANA, DM, "Ana Ruiz", "Ana R.", "José", "ana@larkspur.example", "user_csm_001")


def entry(now, slack_id=ANA, name="Ana Ruiz", **fields):
    plain = {"source": f"command in {DM}", "action": "advance", "onboarding_id": "o1", "title": "Aurora"}
    return AuditEntry(
        now, slack_id, name, **{**plain, "before": "", "after": "", "outcome": "done", "reference": "R"} | fields
    )


@pytest.fixture
async def known(store: Store, now: datetime) -> Store:
    """Ana has left a trace in every table that can have one, and so has Ben."""
    people = (Person("user_csm_001", ANA, "Ana Ruiz", "ana@larkspur.example"), Person("user_se_001", BEN, "Ben Okafor"))
    await store.people.link(*people)
    for one in (
        entry(now),
        entry(now, name="Ana R."),
        entry(now, name="José"),
        entry(
            now,
            BEN,
            "Ben Okafor",
            before=f"Ana Ruiz ({ANA})",
            after=f"Ben Okafor ({BEN})",
            title="Pivotal user user_csm_001",
        ),
        entry(now, BEN, "Ben Okafor", source="button in C0ONBOARD", reason=f"asked by <@{ANA}|ana> and José"),
    ):
        await store.audit.add(one)
    made = Subscription("s_own", "T1", DM, "at-risk", "daily", time(9), "UTC", ANA, now)
    shared = replace(
        made, id="s_here", channel="C1", paused="Paused by Ana Ruiz.", filters=f"owner:<@{ANA}> phase:review"
    )
    for subscription in (made, shared, replace(made, id="s_ben", channel="D0BENDM01", creator=BEN)):
        await store.subscriptions.add(subscription)
    for subscription in (made, shared):
        message = {"text": "José: 1", "blocks": [{"text": "CSM Ana Ruiz, SE Ben Okafor"}]}
        claim = await store.deliveries.claim(subscription.id, "2026-09-07", channel=subscription.channel, now=now)
        assert claim
        await store.deliveries.posted(claim, ts="1", said=Said(), message=message)
    for person in (ANA, BEN):
        await store.follows.add(Follow(person, "o1", "Aurora", now, "UTC", channel=f"D{person[1:]}"))
    await store.snoozes.put(
        Snooze("C1", "o1", "Aurora", date(2026, 9, 9), "Ana Ruiz is away", ANA, "Ana Ruiz", now, "")
    )
    await store.cards.add(Card("o1", "C1", "1", now, "Ana Ruiz"))
    await store.observations.add([Observation("o1", "csm_id", "user_csm_001", "user_csm_0011", now, "poll")])
    await store.claims.first_time(f"met:{ANA}", now=now, keep=None)
    await store.claims.lease("write:T1:o1", holder="Ana Ruiz", now=now, ttl=timedelta(minutes=1))
    return store


async def everything(store):
    async with store.database.reading() as connection:
        return {
            table.name: [tuple(row) for row in await connection.execute(select(table))]
            for table in metadata.tables.values()
        }


async def test_no_trace_is_left(known: Store) -> None:
    before = repr(await everything(known))

    await known.erasure.forget(ANA, spelled=spellings)

    after = repr(await everything(known)).replace("user_csm_0011", "")
    assert [trace for trace in TRACES if trace not in before] == []
    assert [trace for trace in TRACES if trace in after] == []


async def test_audit_and_history_keep_their_meaning(known: Store) -> None:
    erased = (await known.erasure.forget(ANA, spelled=spellings)).pseudonym

    newest, handed, *own = await known.audit.list()
    assert [(one.slack_id, one.name, one.source) for one in own] == [(erased, erased, f"command in {erased}")] * 3
    assert (handed.before, handed.after) == (f"{erased} ({erased})", f"Ben Okafor ({BEN})")
    assert newest.reason == f"asked by {erased} and {erased}"
    (seen,) = await known.observations.of("o1")
    assert (seen.before, seen.after) == (erased, "user_csm_0011")


async def test_their_link_follows_and_own_digest_are_gone_and_the_channels_stays(known: Store) -> None:
    erased = (await known.erasure.forget(ANA, spelled=spellings)).pseudonym

    assert list((await known.people.directory()).people) == ["user_se_001"]
    assert [one.slack_id for one in await known.follows.of_onboarding("o1")] == [BEN]
    subscriptions = {one.id: one for one in await known.subscriptions.all()}
    assert sorted(subscriptions) == ["s_ben", "s_here"]
    here = subscriptions["s_here"]
    assert (here.creator, here.paused, here.filters) == (erased, f"Paused by {erased}.", f"owner:{erased} phase:review")


async def test_an_open_digest_keeps_its_form(known: Store) -> None:
    erased = (await known.erasure.forget(ANA, spelled=spellings)).pseudonym

    (row,) = await known.deliveries.open_messages()
    assert row.message == {"text": f"{erased}: 1", "blocks": [{"text": f"CSM {erased}, SE Ben Okafor"}]}


async def test_a_pseudonym_is_the_same_again_and_another_elsewhere(known: Store, now: datetime, tmp_path: Path) -> None:
    first = await known.erasure.forget(ANA, spelled=spellings)
    await known.audit.add(entry(now))
    again = await known.erasure.forget(ANA, spelled=spellings)
    elsewhere = await Store.open(f"sqlite:///{tmp_path / 'other.db'}", clock=lambda: now)

    other = await elsewhere.erasure.forget(ANA, spelled=spellings)

    assert first.pseudonym == again.pseudonym != other.pseudonym
    assert again.changed == 1
    await elsewhere.close()


async def test_a_name_that_two_people_share_stays_where_it_may_be_the_others(store: Store, now: datetime) -> None:
    await store.audit.add(entry(now, reason="by Ana Ruiz"))
    await store.audit.add(entry(now, BEN, "Ana Ruiz"))

    erased = (await store.erasure.forget(ANA, spelled=spellings)).pseudonym

    second, first = await store.audit.list()
    assert (first.name, first.reason) == (erased, "by Ana Ruiz")
    assert (second.slack_id, second.name) == (BEN, "Ana Ruiz")


async def test_whoever_was_linked_once_is_known_by_that_name_in_whatever_case(store: Store, now: datetime) -> None:
    people, cara = People(store), Actor("U0CARA001", "T1", "Cara", home=True, admin=True)
    await people.link("user_csm_001", slack_id=ANA, name="Zoë Ruiz", by=cara)
    await people.link("user_csm_001", slack_id=BEN, name="Ben Okafor", by=cara)
    await store.audit.add(entry(now, BEN, "Ben Okafor", reason="spoke with zoë ruiz (ZOË RUIZ), not Zoë Ruizet"))

    erased = (await store.erasure.forget(ANA, spelled=spellings)).pseudonym

    note, relinked, linked = await store.audit.list()
    assert note.reason == f"spoke with {erased} ({erased}), not Zoë Ruizet"
    assert (relinked.before, relinked.after) == (f"{erased} ({erased})", f"Ben Okafor ({BEN})")
    assert (linked.before, linked.after) == ("nobody", f"{erased} ({erased})")


async def test_a_name_that_two_people_share_is_erased_where_their_id_stands_behind_it(
    store: Store, now: datetime
) -> None:
    await store.audit.add(entry(now, BEN, "Ben", before=f"Al ({ANA})", after="Al (U0BEN0002)", reason=f"Al ({ANA})?"))

    erased = (await store.erasure.forget(ANA, spelled=spellings)).pseudonym

    (row,) = await store.audit.list()
    assert (row.before, row.after, row.reason) == (f"{erased} ({erased})", "Al (U0BEN0002)", f"{erased} ({erased})?")


async def test_somebody_without_a_name_takes_the_word_from_nobody(store: Store, now: datetime) -> None:
    await store.audit.add(entry(now, BEN, "Ben", after=f"somebody ({ANA})", reason="somebody asked"))

    erased = (await store.erasure.forget(ANA, spelled=spellings)).pseudonym

    (row,) = await store.audit.list()
    assert (row.after, row.reason) == (f"somebody ({erased})", "somebody asked")


async def test_names_are_erased_as_they_were_written_and_as_they_were_posted(store: Store, now: datetime) -> None:
    digest = Subscription("s1", "T1", "C1", "at-risk", "daily", time(9), "UTC", BEN, now)
    posted = []
    for number, name in enumerate(ODD):
        await store.audit.add(entry(now, f"U0ODD{number:04}", name))
        await store.audit.add(entry(now, BEN, "Ben Okafor", reason=f"{name} has just shared this here."))
        await store.cards.add(Card("o1", "C1", str(number), now, name))
        await store.subscriptions.add(replace(digest, id=f"s{number}", paused=f"Paused by {name}."))
        posted += [f"{text.name(name)} cleared it", f"{text.name(name, 60)}, 7 Sep", f"by {text.name(name, 40)}."]
    claim = await store.deliveries.claim("s1", "2026-09-07", channel="C1", now=now)
    assert claim
    await store.deliveries.posted(claim, ts="1", said=Said(), message={"blocks": posted})

    for number in range(len(ODD)):
        await store.erasure.forget(f"U0ODD{number:04}", spelled=spellings)

    left = {entry.reason for entry in await store.audit.list(limit=100) if entry.reason}
    left |= {card.shared_by for card in await store.cards.of("o1")}
    left |= {one.paused for one in await store.subscriptions.all()}
    left |= {*(await store.deliveries.open_messages())[0].message["blocks"]}
    plain = {re.sub("erased_[0-9a-f]{12}|[\u2068\u2069]", "", one) for one in left}
    assert plain == {" has just shared this here.", "", "Paused by .", " cleared it", ", 7 Sep", "by ."}


async def test_a_short_name_is_no_part_of_a_word_or_of_somebody_elses_name(store: Store, now: datetime) -> None:
    said = "Bo, Board, BO; Bo Derek & Bo"
    await store.audit.add(entry(now, name="Bo"))
    await store.audit.add(entry(now, name="o"))
    await store.audit.add(entry(now, name="12"))
    await store.audit.add(entry(now, BEN, "Bo Derek", reason=f"{said}, 12 to 15 o clock"))

    erased = (await store.erasure.forget(ANA, spelled=spellings)).pseudonym

    newest = (await store.audit.list())[0]
    assert newest.name == "Bo Derek"
    assert newest.reason == f"{erased}, Board, BO; Bo Derek & {erased}, 12 to 15 o clock"


async def test_whose_name_is_a_word_of_the_bots_leaves_the_digests_as_they_are(store: Store, now: datetime) -> None:
    for name in ("Sun", "Paris", "DE"):
        await store.audit.add(entry(now, name=name))
    digest = Subscription("s1", "T1", "C1", "at-risk", "sun-mon", time(9), "Europe/Paris", BEN, now, holidays="DE")
    await store.subscriptions.add(digest)

    await store.erasure.forget(ANA, spelled=spellings)

    assert await store.subscriptions.all() == (digest,)


async def test_longer_words_are_not_cut(store: Store, now: datetime) -> None:
    await store.audit.add(entry(now, name="Ann"))
    await store.audit.add(entry(now, BEN, "Ben", reason="Annual plan, Ann; U0ANA00012"))

    erased = (await store.erasure.forget(ANA, spelled=spellings)).pseudonym

    assert (await store.audit.list())[0].reason == f"Annual plan, {erased}; U0ANA00012"


async def test_nobody_is_erased_twice(known: Store) -> None:
    await known.erasure.forget(ANA, spelled=spellings)
    before = await everything(known)

    again = await known.erasure.forget(ANA, spelled=spellings)

    assert (again.deleted, again.changed) == (0, 0)
    assert await everything(known) == before


async def test_nothing_of_them_is_left_in_the_files_bytes(tmp_path: Path, now: datetime) -> None:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", clock=lambda: now)
    await store.people.link(Person("user_csm_001", ANA, "Ana Ruiz"))
    await store.audit.add(entry(now))

    forgotten = await People(store).forget(ANA, spelled=spellings)

    assert forgotten.scrubbed
    left = b"".join(path.read_bytes() for path in tmp_path.glob("bot.db*"))  # noqa: ASYNC240 - nobody waits
    assert [trace for trace in (ANA, "Ana Ruiz", DM) if trace.encode() in left] == []
    assert forgotten.pseudonym.encode() in left
    await store.close()


async def test_erasing_is_audited_under_the_pseudonym(known: Store) -> None:
    forgotten = await People(known).forget(ANA, spelled=spellings)

    (last,) = await known.audit.list(limit=1)
    assert (last.name, last.action, last.title) == ("Command line", "forget", forgotten.pseudonym)
