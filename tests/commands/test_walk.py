"""The walk against the local Pivotal: every step in order, none twice, and a clear word wherever it ends."""

import asyncio
import signal
from io import StringIO

import pytest
from rich.console import Console

from bot.commands.walk import Walk
from bot.domain.phases import DEFAULT, Phases
from bot.pivotal import Hooks, PivotalApi
from bot.sandbox.pivotal import Fault
from tests.processes import running

LAST_FOUR = ["program_buildout", "internal_qa", "launch", "completed"]


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def walk(api, console, pauses):
    """Walks onboarding 89, with pauses that are written down; gives the exit code."""

    async def walk(reference="89", **options):
        options = {"api": api, "phases": Phases(), "console": console, "sleep": pauses.append} | options
        return await asyncio.to_thread(Walk(reference=reference, **options).run)

    return walk


async def test_every_phase_is_entered_in_order(walk, pivotal, said):
    pivotal.has_onboarding(89, phase=DEFAULT[0])

    code = await walk()

    assert code == 0
    assert pivotal.transitions(89) == list(DEFAULT[1:])
    assert "phase 1 of 7: 6 steps to go" in said()
    assert [line for line in said().splitlines() if "→" in line] == [
        " 1/6 Before getting started → Program design",
        " 2/6 Program design → Review",
        " 3/6 Review → Program buildout",
        " 4/6 Program buildout → Internal QA",
        " 5/6 Internal QA → Launch",
        " 6/6 Launch → Completed",
    ]
    assert "all 6 steps taken" in said()


async def test_it_pauses_between_the_steps_and_not_around_them(walk, pivotal, pauses):
    pivotal.has_onboarding(89, phase="review")

    await walk(pause=1.5)

    assert pauses == [1.5, 1.5, 1.5]


async def test_it_goes_on_from_the_phase_it_finds(walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")

    await walk("#89")

    assert pivotal.transitions(89) == LAST_FOUR
    assert " 1/4 Review → Program buildout" in said()


async def test_the_configured_phases_are_the_ones_walked(walk, pivotal):
    pivotal.switches.phases = ("kickoff", "uat", "launch", "adoption")
    pivotal.has_onboarding(89, phase="kickoff")

    code = await walk(phases=Phases(pivotal.switches.phases))

    assert code == 0
    assert pivotal.transitions(89) == ["uat", "launch", "adoption"]


async def test_a_live_key_is_refused_before_anything_is_asked(walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")

    with PivotalApi(pivotal.live_key, base_url=pivotal.url) as live:
        code = await walk(api=live)

    assert code == 1
    assert pivotal.requests == []
    assert "live key" in said()
    assert "--yes-live" in said()
    assert pivotal.live_key not in said()


async def test_a_live_key_walks_when_that_is_wanted_and_says_what_pivotal_does(walk, pivotal, said):
    pivotal.has_onboarding(89, phase="internal_qa")

    with PivotalApi(pivotal.live_key, base_url=pivotal.url) as live:
        code = await walk(api=live, yes_live=True)

    assert code == 0
    assert pivotal.transitions(89) == ["launch", "completed"]
    assert "Pivotal will send the CSM a Slack DM" in said()


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        ({"phase": "review", "state": "paused"}, "is paused"),
        ({"phase": "completed"}, "is completed"),
        ({"phase": "pilot_run"}, "“Pilot run”, which is not in this bot’s list of phases"),
    ],
)
async def test_what_cannot_be_walked_is_refused_with_the_reason(standing, reason, walk, pivotal, said):
    pivotal.has_onboarding(89, **standing)

    code = await walk()

    assert code == 1
    assert reason in said()
    assert pivotal.patches(89) == []


@pytest.mark.parametrize("reference", ["90", "cus_x/../..", "..", " ", "#"])
async def test_an_id_that_nothing_has_is_said_in_a_sentence(reference, walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")

    code = await walk(reference)

    assert code == 1
    assert said().count("\n") == 1
    assert "onboarding" in said()


async def test_it_never_skips_past_what_somebody_else_did(walk, pivotal, said, on_the_loop):
    pivotal.has_onboarding(89, phase="review")
    moves = on_the_loop(lambda _: pivotal.edit(89, by="Dana (web app)", phase="internal_qa"))

    code = await walk(sleep=moves)

    assert code == 1
    assert len(pivotal.patches(89)) == 1
    assert pivotal.phase_of(89) == "internal_qa"
    assert "Somebody moved it from Program buildout to Internal QA" in said()
    assert "Onboarding #89 is in Internal QA, 1 of 4 steps taken." in said()
    assert "onboarding-bot walk 89\n" in said()


async def test_a_pause_set_meanwhile_stops_it(walk, pivotal, said, on_the_loop):
    pivotal.has_onboarding(89, phase="review")

    code = await walk(sleep=on_the_loop(lambda _: pivotal.edit(89, by="Dana (web app)", state="paused")))

    assert code == 1
    assert len(pivotal.patches(89)) == 1
    assert "is paused" in said()
    assert "Resume it first." in said()


async def test_an_onboarding_deleted_meanwhile_is_not_to_be_gone_on_with(walk, pivotal, said, on_the_loop):
    pivotal.has_onboarding(89, phase="review")

    code = await walk(sleep=on_the_loop(lambda _: pivotal.delete(89, by="Dana (web app)")))

    assert code == 1
    assert "Pivotal has no onboarding #89 any more." in said()
    assert "To go on" not in said()


async def test_ctrl_c_in_a_pause_says_where_it_stopped_and_how_to_go_on(walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")

    def interrupted(seconds):
        raise KeyboardInterrupt

    code = await walk(sleep=interrupted)

    assert code == 130
    assert pivotal.transitions(89) == ["program_buildout"]
    assert "Onboarding #89 is in Program buildout, 1 of 4 steps taken." in said()
    assert "To go on from there: onboarding-bot walk 89\n" in said()
    assert "may or may not" not in said()


async def test_ctrl_c_in_the_middle_of_a_write_does_not_pretend_to_know(walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")

    def interrupted(attempt, outcome):
        if attempt.method == "PATCH":
            raise KeyboardInterrupt

    hooks = Hooks(after=(interrupted,))
    with PivotalApi(pivotal.test_key, base_url=pivotal.url, hooks=hooks) as api:
        code = await walk(api=api)

    assert code == 130
    assert "It was just being moved to Program buildout: that may or may not have been done." in said()


async def test_an_answer_lost_after_the_work_is_looked_up_and_not_repeated(walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(Fault.drop_after, method="PATCH")

    code = await walk()

    assert code == 0
    assert "Pivotal did not say whether that was done. Looking" in said()
    assert pivotal.transitions(89) == LAST_FOUR
    assert len(pivotal.patches(89)) == 4


async def test_a_write_lost_before_the_work_is_not_repeated_either(walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(Fault.drop_before, method="PATCH")

    code = await walk()

    assert code == 1
    assert pivotal.phase_of(89) == "review"
    assert len(pivotal.patches(89)) == 1
    assert "The step was not made" in said()
    assert "Onboarding #89 is in Review, 0 of 4 steps taken." in said()


async def test_when_looking_fails_too_it_says_that_it_does_not_know(walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(Fault.error_500_after, method="PATCH")

    def breaks(attempt, outcome):
        if attempt.method == "PATCH":
            pivotal.fails(Fault.html_502, method="GET")

    with PivotalApi(pivotal.test_key, base_url=pivotal.url, retry=None, hooks=Hooks(after=(breaks,))) as api:
        code = await walk(api=api)

    assert code == 1
    assert len(pivotal.patches(89)) == 1
    assert "Looking did not work either" in said()
    assert "It was just being moved to Program buildout: that may or may not have been done." in said()


async def test_an_answer_in_another_phase_stops_it(walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(Fault.odd_values, method="PATCH")

    code = await walk()

    assert code == 1
    assert "was told to move it to Program buildout, and did not" in said()
    assert len(pivotal.patches(89)) == 1


@pytest.mark.parametrize("fault", [Fault.revoked_key, Fault.error_500, Fault.html_502, Fault.broken_body])
async def test_trouble_at_the_start_is_one_sentence(fault, walk, pivotal, said):
    pivotal.has_onboarding(89, phase="review")
    pivotal.fails(fault)

    code = await walk()

    assert code == 1
    assert said().count("\n") == 1
    assert pivotal.test_key not in said()


async def test_a_terminal_sees_the_same_lines(walk, pivotal):
    pivotal.has_onboarding(89, phase="internal_qa", name="[red]Aurora[/red]")
    terminal = Console(file=StringIO(), width=200, highlight=False, force_terminal=True, color_system=None)

    code = await walk(console=terminal)

    assert code == 0
    assert "“[red]Aurora[/red]”" in terminal.file.getvalue()
    assert "2/2 Launch → Completed" in terminal.file.getvalue()
    assert "1 of 2 steps taken; the next in 2 s, all in about 2 s" in terminal.file.getvalue()


def settings(pivotal, **others):
    return {"PIVOTAL_API_KEY": pivotal.test_key, "PIVOTAL_BASE_URL": pivotal.url} | others


async def test_the_command_needs_no_setting_of_slacks(pivotal, tmp_path):
    pivotal.has_onboarding(89, phase="internal_qa")

    async with running("walk", "89", "--pause", "0", cwd=tmp_path, **settings(pivotal)) as child:
        code = await child.ends()

    assert code == 0
    assert pivotal.transitions(89) == ["launch", "completed"]
    assert child.out.endswith("Done: all 2 steps taken, onboarding #89 is in its last phase.\n")
    assert child.err == ""
    assert "\x1b" not in child.out


@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_the_command_with_130_and_no_traceback(wanted, pivotal, tmp_path):
    pivotal.has_onboarding(89, phase="review")

    async with running("walk", "89", "--pause", "3600", cwd=tmp_path, **settings(pivotal)) as child:
        await child.says("1/4")
        child.gets(wanted)
        code = await child.ends()

    assert code == 130
    assert pivotal.phase_of(89) == "program_buildout"
    assert "To go on from there: onboarding-bot walk 89\n" in child.out
    assert child.err == ""


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"PIVOTAL_API_KEY": ""}, "PIVOTAL_API_KEY"),
        ({"PIVOTAL_API_KEY": "xoxb-1"}, "PIVOTAL_API_KEY"),
        ({"PIVOTAL_BASE_URL": "http://pivotal.example"}, "would send the API key unencrypted"),
        ({"BOT_PHASES": "a,b,a"}, "BOT_PHASES"),
    ],
)
async def test_settings_that_cannot_be_used_are_said(wrong, told, pivotal, tmp_path):
    async with running("walk", "89", cwd=tmp_path, **settings(pivotal, **wrong)) as child:
        code = await child.ends()

    assert code == 2
    assert told in child.err
    assert "Traceback" not in child.err
