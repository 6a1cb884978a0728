"""The services refuse by themselves: whoever comes past the door still gets nothing, and says who may."""

from inspect import isawaitable

import pytest

from bot.domain.creation import NewCustomer, Wish
from bot.domain.errors import Forbidden
from bot.domain.records import Actor
from bot.sandbox.slack.world import ANA, BEN, CARA, DEVON, MARA, ONBOARDING
from bot.services.people import Trace

GUEST = Actor("U0GUEST01", "T0HOME001", "Gus Moreau", guest=True)
STRANGER = Actor("U0ERIN001", "T0OTHER01", "Erin Walsh", home=False)
OUTSIDE = Actor(DEVON, "T0HOME001", "Devon Park", reader=False)
UNLINKED = Actor(DEVON, "T0HOME001", "Devon Park")


@pytest.fixture
def mode():
    return "socket"


@pytest.mark.parametrize("actor", [GUEST, STRANGER, OUTSIDE], ids=["guest", "stranger", "no reader"])
@pytest.mark.parametrize("asks", ["find", "find_before", "read", "look", "snapshot", "owned", "guess", "of_channel"])
async def test_nobody_looks_who_may_not(bot, actor, asks):
    snapshot = await bot.services.onboardings.snapshot()
    given = {"snapshot": (), "owned": (frozenset({"user_csm_001"}),), "of_channel": ("C0GLOBEX1", snapshot)}
    call = getattr(bot.services.seen_by(actor).onboardings, asks)

    async def asked():
        answer = call(*given.get(asks, ("89",)))
        return await answer if isawaitable(answer) else answer

    with pytest.raises(Forbidden):
        await asked()


async def test_every_handler_is_given_the_services_of_who_asks(bot, slack):
    """`help` is open to everybody, so what it is given is all that keeps a guest from looking."""
    turn = bot.door._conversation._turn(GUEST, None, "", screen=None)

    with pytest.raises(Forbidden):
        await turn.services.onboardings.find("#89")


async def test_note_is_refused_to_somebody_unlinked(bot):
    standing = await bot.services.onboardings.read("89")

    with pytest.raises(Forbidden, match="You may not add a note"):
        await bot.services.journal.note(standing, "hello", by=UNLINKED, source="test", reference="A")
    assert await bot.store.audit.list(action="note") == ()


@pytest.mark.parametrize("actor", [GUEST, STRANGER, OUTSIDE], ids=["guest", "stranger", "no reader"])
async def test_details_and_log_are_refused_to_who_may_not_look(bot, actor):
    with pytest.raises(Forbidden):
        await bot.services.details.read("89", by=actor)
    with pytest.raises(Forbidden):
        await bot.services.journal.read(by=actor)


async def test_new_customer_takes_the_right_to_add_one(bot, pivotal):
    wish = Wish(customer_id="", customer=NewCustomer("Initrode", "Bill", "b@i.test"), target=None, owners={}, notes="")

    with pytest.raises(Forbidden, match="You may not add customers and contacts"):
        await bot.services.creating.create(wish, form="V1", made=None, by=UNLINKED, source="test", reference="A")
    assert [request for request in pivotal.requests if request.method == "POST"] == []


class TestWhoHasTheRight:
    async def test_refusal_names_nobody_who_only_says_so(self, bot, ask):
        mara = Actor(MARA, "T0HOME001", "Mara Kowalski")
        await bot.services.people.claim("user_csm_002", by=mara, trace=Trace())

        others = await ask("pause #102")
        hers = await ask("pause #102", by=MARA)

        assert "Mara" not in others
        assert "unlinked owner (user_csm_002) and this bot’s admins can." in others
        assert "Mara Kowalski" not in hers
        assert "An admin of this bot has yet to confirm who you are in Pivotal." in hers

    async def test_refusal_names_who_is_confirmed(self, bot, ask):
        told = await ask("pause #89", by=DEVON)

        assert "Ana Ruiz, Ben Okafor and this bot’s admins can." in told


class TestFirstUse:
    @pytest.mark.parametrize("typed", ["mine", "home", "whoami", "mine sort:date"])
    async def test_somebody_unmapped_is_offered_the_owners_nobody_is(self, ask, slack, typed):
        answer = await ask(typed, by=DEVON)

        assert "Are you one of these owners in Pivotal?" in answer
        assert "user_csm_002" in answer

        await slack.clicks("That is me", by=DEVON, channel=ONBOARDING)

        assert "Until then `/onboarding mine` shows what that user owns" in slack.seen(DEVON, ONBOARDING)

    async def test_nobody_is_offered_them_who_is_known_or_asks_for_another(self, ask):
        assert "Are you one of these" not in await ask("mine")
        assert "Are you one of these" not in await ask("mine @ana", by=DEVON)


class TestWithoutTheScopeForGroups:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"bot_readers": "S0READERS"})

    async def test_readers_are_told_that_the_bot_may_not_see_who_they_are(self, ask):
        answer = await ask("list", by=ANA)

        assert "without the scope usergroups:read Slack does not say who is in S0READERS" in answer
        assert "answers only the members" not in answer

    @pytest.mark.parametrize("typed", ["list owner:<!subteam^S0TEAM001>", "at-risk owner:<!subteam^S0TEAM001>"])
    async def test_list_of_a_groups_onboardings_says_that_groups_are_off(self, ask, typed):
        answer = await ask(typed, by=CARA)

        assert "User groups are off: without the scope usergroups:read" in answer
        assert "0 onboardings" not in answer


class TestReadOnlyPilot:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"bot_writes": "off"})

    async def test_home_promises_no_moves(self, bot, slack):
        await slack.opens_home(by=BEN)

        assert "Look them up here or with a command" in slack.home_text(BEN)
        assert "move them on" not in slack.home_text(BEN)

    async def test_linking_promises_none_either(self, ask):
        answer = await ask("link @mara user_csm_002", by=CARA)

        assert "is now linked to the Pivotal user" in answer
        assert "can move" not in answer
