"""Links between Pivotal users and Slack users: confirmed ones stand, guesses give way."""

from sqlalchemy import text

from bot.domain.records import Person
from bot.store import Store
from bot.store.database import Database
from bot.store.schema import migrate
from bot.store.upgrading import upgrade


def claim(pivotal_id: str, slack_id: str, name: str = "Ana") -> Person:
    return Person(pivotal_id, slack_id, name, learned="claim", confirmed=False)


async def people(store: Store) -> dict[str, Person]:
    return dict((await store.people.directory()).people)


async def test_links_of_the_first_version_become_confirmed(url: str) -> None:
    database = Database.at(url)
    async with database.writing() as connection:
        await connection.run_sync(upgrade, to="v1")
        await connection.execute(text("INSERT INTO people VALUES ('user_1', 'U1', 'Ana', NULL, 'admin')"))

    await migrate(database)

    async with database.reading() as connection:
        rows = (await connection.execute(text("SELECT pivotal_id, slack_id, confirmed FROM people"))).all()
    await database.close()
    assert [(row.pivotal_id, row.slack_id, bool(row.confirmed)) for row in rows] == [("user_1", "U1", True)]


async def test_a_guess_is_kept_and_gives_no_right(store: Store) -> None:
    stands = await store.people.guess(claim("user_1", "U1"))

    directory = await store.people.directory()
    assert stands == claim("user_1", "U1")
    assert directory.of_slack("U1") == {"user_1"}
    assert directory.confirmed("U1") == frozenset()


async def test_a_guess_takes_the_place_of_a_name_without_a_slack_user(store: Store) -> None:
    await store.people.link(Person("user_1", None, "Jonas", "jonas@larkspur.example"))

    await store.people.guess(claim("user_1", "U1"))

    assert await people(store) == {"user_1": claim("user_1", "U1")}


async def test_a_guess_does_not_touch_another_persons_link(store: Store) -> None:
    await store.people.link(Person("user_1", "U2", "Ben"))
    await store.people.guess(claim("user_2", "U1"))

    stands = await store.people.guess(claim("user_1", "U1"))

    assert stands == Person("user_1", "U2", "Ben")
    assert await people(store) == {"user_1": stands, "user_2": claim("user_2", "U1")}


async def test_a_new_claim_takes_the_place_of_the_earlier_unconfirmed_one(store: Store) -> None:
    await store.people.link(Person("user_0", "U1", "Ana"))
    await store.people.guess(claim("user_1", "U1"))

    await store.people.guess(claim("user_2", "U1"))

    assert set(await people(store)) == {"user_0", "user_2"}


async def test_confirming_a_guess_gives_its_rights_once(store: Store) -> None:
    await store.people.guess(claim("user_1", "U1"))

    assert not await store.people.confirm("user_1", slack_id="U2")
    assert await store.people.confirm("user_1", slack_id="U1")
    assert not await store.people.confirm("user_1", slack_id="U1")
    assert (await store.people.directory()).confirmed("U1") == {"user_1"}


async def test_only_a_guess_can_be_rejected(store: Store) -> None:
    await store.people.guess(claim("user_1", "U1"))
    await store.people.link(Person("user_2", "U1", "Ana"))

    assert await store.people.reject("user_1", slack_id="U1")
    assert not await store.people.reject("user_2", slack_id="U1")
    assert set(await people(store)) == {"user_2"}


async def test_an_admins_link_confirms_a_guess(store: Store) -> None:
    await store.people.guess(claim("user_1", "U1"))

    await store.people.link(Person("user_1", "U1"))

    assert await people(store) == {"user_1": Person("user_1", "U1", "Ana")}


async def test_a_name_does_not_stay_when_somebody_else_takes_the_place(store: Store) -> None:
    await store.people.link(Person("user_1", "U1", "Ana", "ana@larkspur.example"))

    await store.people.link(Person("user_1", "U2"))

    assert await people(store) == {"user_1": Person("user_1", "U2")}
