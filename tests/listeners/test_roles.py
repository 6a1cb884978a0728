"""Viewers, owners, managers and admins, as the settings name them: by id, by user group, or as Slack's admins."""

import pytest

from bot.listeners.manifest import manifest
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import (
    ANA,
    CARA,
    CS_LEADS,
    CS_TEAM,
    DEVON,
    MANAGERS,
    MARA,
    ONBOARDING,
    direct_message,
)

pytestmark = pytest.mark.parametrize("mode", ["socket"])
ADVANCE = "Advance to Program buildout"


@pytest.fixture
def extras() -> tuple[str, ...]:
    return ("groups",)


@pytest.fixture
async def slack(clock, pivotal, extras):
    async with LocalSlack(manifest(extras=extras), clock=clock, pivotal_origin=pivotal.origin) as local:
        yield local


@pytest.fixture
def access() -> dict[str, object]:
    return {}


@pytest.fixture
def settings(settings, access):
    return settings.model_copy(update=access)


def given(**access):
    return pytest.mark.parametrize("access", [access])


@given(bot_managers=(MANAGERS,))
async def test_a_manager_by_user_group_may_move_everything(ask, slack, pivotal):
    await ask("acme group", by=MARA)

    await slack.clicks(ADVANCE, by=MARA, channel=ONBOARDING)

    assert pivotal.transitions(102) == ["program_buildout"]
    assert "You are *Mara Kowalski*, a manager of onboardings." in await ask("whoami", by=MARA)


@given(bot_managers=(MARA,))
async def test_channels_are_for_managers_where_managers_are_named(ask):
    refused = await ask("subscribe at-risk")
    done = await ask("subscribe at-risk", by=MARA)

    assert "You may not change a channel’s digests" in refused
    assert "This bot’s managers and admins can." in refused
    assert "You may not" not in done


@given(bot_managers=(MARA,))
async def test_a_refusal_names_managers_too(ask, slack):
    await ask("acme group")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    assert "this bot’s managers and admins can" in slack.seen(ANA, ONBOARDING)


@pytest.mark.parametrize("extras", [()])
@given(bot_managers=(MANAGERS,))
async def test_without_the_scope_user_groups_are_off_and_it_is_said(ask, slack, pivotal):
    await ask("acme group", by=MARA)
    await slack.clicks(ADVANCE, by=MARA, channel=ONBOARDING)

    assert pivotal.patches(102) == []
    for command in ("whoami", "settings"):
        assert f"without the scope usergroups:read Slack does not say who is in {MANAGERS}" in await ask(command)


@given(bot_managers=("S0NOGROUP1",))
async def test_a_user_group_that_is_not_there_is_named(ask):
    assert "Slack knows no user group S0NOGROUP1" in await ask("whoami")


@given(bot_managers=(MANAGERS,))
async def test_a_group_is_believed_for_an_hour_while_slack_does_not_answer(ask, slack, clock):
    await ask("whoami", by=MARA)
    slack.fails("usergroups.users.list", error="internal_error", times=100)

    clock.passes(minutes=30)
    soon = await ask("whoami", by=MARA)
    clock.passes(minutes=90)
    late = await ask("whoami", by=MARA)

    assert "a manager of onboardings" in soon
    assert "a member of this workspace" in late
    assert f"Slack could not say who is in {MANAGERS}." in late


@given(bot_managers=(MANAGERS,))
async def test_a_group_that_was_read_by_a_clock_that_was_ahead_is_not_believed_when_it_is_right(ask, slack, clock):
    clock.passes(days=1)
    ahead = await ask("whoami", by=MARA)
    slack.fails("usergroups.users.list", error="internal_error", times=100)

    clock.passes(days=-1)

    assert "a manager of onboardings" in ahead
    assert "a member of this workspace" in await ask("whoami", by=MARA)


@pytest.mark.parametrize("access", [{"bot_admins": (MANAGERS,)}, {"bot_admins": ("workspace-admins",)}])
async def test_admins_by_user_group_and_slacks_own_are_admins_and_are_asked(ask, slack):
    await ask("list", by=DEVON)
    await ask("whoami", by=DEVON)
    await slack.clicks("That is me: the Pivotal user user_designer_001", by=DEVON, channel=ONBOARDING)

    assert "an admin of this bot" in await ask("whoami", by=CARA)
    assert "Devon Park* says they are" in slack.seen(CARA, direct_message(CARA))


@given(bot_readers=CS_TEAM, bot_admins=(DEVON,))
async def test_only_the_readers_group_and_admins_may_look(ask):
    assert "Aurora Foods" in await ask("aurora")
    assert "Aurora Foods" in await ask("aurora", by=DEVON)


@given(bot_readers=MANAGERS)
async def test_who_is_not_in_the_readers_group_is_refused_with_the_reason(ask):
    answer = await ask("aurora")

    assert "This bot answers only the members of one user group" in answer
    assert "Aurora" not in answer


@given(bot_writes="team")
async def test_the_whole_team_may_write_where_that_is_set(ask, slack, pivotal):
    await ask("acme group", by=DEVON)

    await slack.clicks(ADVANCE, by=DEVON, channel=ONBOARDING)

    assert pivotal.transitions(102) == ["program_buildout"]


@given(bot_writes="off")
async def test_nothing_that_writes_is_drawn_where_writing_is_off(shared, ask, slack):
    card = await shared(CS_LEADS)
    private = slack.last(by=ANA, channel=CS_LEADS)

    for drawn in (card, private, await ask("aurora") and slack.last(by=ANA, channel=ONBOARDING)):
        ids = {
            each["action_id"].split(":")[1]
            for block in drawn.blocks
            for each in block.get("elements", ())
            if "action_id" in each
        }
        assert ids <= {"share", "link", "more", "details", "history"}


@pytest.mark.parametrize("typed", ["pause #89", "flag #89", "waiting #89"])
@given(bot_writes="off")
async def test_every_typed_write_is_refused_where_writing_is_off(ask, pivotal, typed, audited):
    answer = await ask(typed, by=CARA)

    assert "this bot only looks for now, and changes nothing in Pivotal" in answer
    assert pivotal.patches(89) == []
    assert [outcome for _, _, outcome in await audited()] == ["refused"]


@given(bot_writes="off")
async def test_whoami_says_that_writing_is_off(ask):
    assert "Nobody can change anything in Pivotal through me for now." in await ask("whoami")


async def test_settings_show_ones_own_to_everybody(ask):
    answer = await ask("settings")

    assert "In Pivotal you are `user_csm_001`." in answer
    assert "Your time zone is Europe/Berlin" in answer
    assert "BOT_ADMINS" not in answer


async def test_settings_show_the_effective_ones_to_admins_and_no_secret(ask, settings):
    answer = await ask("settings", by=CARA)

    assert f"`BOT_ADMINS`  {CARA}" in answer
    assert "`DATABASE_URL`  SQLite" in answer
    assert "`BOT_WRITES`  owners" in answer
    for secret in (settings.slack_bot_token, settings.pivotal_api_key, settings.slack_app_token):
        assert secret.get_secret_value() not in answer


async def test_list_of_what_a_user_group_owns(ask):
    theirs = await ask(f"list owner:{CS_TEAM}")

    assert "Aurora Foods" in theirs
    assert "Late Ltd" not in theirs
    assert "Aurora Foods" not in await ask(f"list owner:{MANAGERS}")


@given(bot_managers=(MANAGERS,))
async def test_a_list_by_a_group_that_slack_does_not_name_is_not_shown_as_empty(ask, slack):
    slack.fails("usergroups.users.list", error="internal_error", times=100)

    answer = await ask(f"list owner:{CS_TEAM}")

    assert f"Slack could not say who is in {CS_TEAM}." in answer
    assert "0 onboardings" not in answer


@given()
async def test_a_group_that_is_not_there_is_refused_in_words(ask):
    assert "Slack knows no user group S0NOGROUP1" in await ask("list owner:S0NOGROUP1")
