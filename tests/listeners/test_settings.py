"""Settings as admins see them: what is in force, whoever set it."""

import pytest

from bot.sandbox.slack.world import CARA

pytestmark = pytest.mark.parametrize("mode", ["socket"])
USUAL = "before_getting_started,program_design,review,program_buildout,internal_qa,launch,completed"


async def test_phases_nobody_has_set_are_shown_all_the_same(ask):
    assert f"`BOT_PHASES`  {USUAL}" in await ask("settings", by=CARA)


class TestOwnPhases:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"bot_phases": ("kickoff", "review", "launch", "done")})

    async def test_they_are_shown(self, ask):
        assert "`BOT_PHASES`  kickoff,review,launch,done" in await ask("settings", by=CARA)
