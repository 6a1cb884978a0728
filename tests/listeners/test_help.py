"""Help: every verb, one verb, before any gate."""

import pytest

from bot.listeners import FEATURES
from bot.listeners.manifest import Names, manifest
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, AURORA_SHARED, CARA, ERIN, GUS, ONBOARDING, PARTNERS

pytestmark = pytest.mark.parametrize("mode", ["socket"])
VERBS = [command.verb for feature in FEATURES for command in feature.commands]


async def test_help_names_every_verb(ask):
    answer = await ask("help")

    assert [verb for verb in VERBS if f"/onboarding {verb}" not in answer] == []
    assert "`/ob` is short for `/onboarding`" in answer


async def test_help_shows_how_to_begin(ask):
    answer = await ask("help")

    for example in (
        "/onboarding aurora",
        "/onboarding mine",
        "/onboarding advance aurora foods",
        "/onboarding acme corp advance",
    ):
        assert f"`{example}`" in answer


@pytest.mark.parametrize("verb", VERBS)
async def test_help_explains_each_verb(ask, verb):
    assert f"`/onboarding {verb}" in await ask(f"help {verb}")


@pytest.mark.parametrize("typed", ["help at risk", "HELP At-Risk", "help atrisk", "? risks"])
async def test_help_reads_a_verb_however_it_is_written(ask, typed):
    assert "What needs attention" in await ask(typed)


async def test_help_for_a_mistyped_verb_names_the_nearest(ask):
    assert "Did you mean `/onboarding help advance`?" in await ask("help advnce")


async def test_help_for_anything_else_says_where_all_verbs_are(ask):
    assert "`/onboarding help` lists all verbs" in await ask("help qqqq")


@pytest.mark.parametrize(("by", "channel"), [(GUS, PARTNERS), (ERIN, AURORA_SHARED)])
async def test_help_answers_before_any_gate(ask, by, channel):
    answer = await ask("help", by=by, channel=channel)

    assert "What you can ask me" in answer
    assert "answers only full members of the workspace" in answer
    assert "there is nothing here that you can ask me" in answer
    assert [verb for verb in VERBS if f"/onboarding {verb}" in answer] == []


async def test_help_answers_when_slack_cannot_say_who_asks(ask, slack):
    slack.fails("users.info", error="internal_error")

    assert "/onboarding advance" in await ask("help", by=ANA, channel=ONBOARDING)


async def test_alias_does_the_same(slack, bot):
    await slack.types("/ob whoami", by=ANA, channel=ONBOARDING)

    assert "You are *Ana Ruiz*" in slack.seen(ANA, ONBOARDING)


class TestOtherName:
    """The command is called otherwise here."""

    @pytest.fixture
    async def slack(self, clock):
        async with LocalSlack(manifest(Names("/launchpad", "/lp")), clock=clock) as local:
            yield local

    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"bot_command": "/launchpad", "bot_alias": "/lp"})

    @pytest.mark.parametrize(
        "typed",
        [
            "help",
            "help advance",
            "help advnce",
            "advnce zz",
            "show zzzz",
            "skip #89 program buildout",
            "note #89",
            "mine bob",
            "launches sort:date",
            "owner #89 king none",
            "digest",
            "subscriptions",
            "link",
        ],
    )
    async def test_answers_name_the_command_as_it_is(self, slack, bot, typed):
        await slack.types(f"/launchpad {typed}", by=CARA, channel=ONBOARDING)

        answer = slack.seen(CARA, ONBOARDING)
        assert "/onboarding" not in answer
        assert "/launchpad" in answer

    async def test_alias_is_listened_to(self, slack, bot):
        await slack.types("/lp whoami", by=CARA, channel=ONBOARDING)

        assert "You are *Cara Lindqvist*" in slack.seen(CARA, ONBOARDING)
