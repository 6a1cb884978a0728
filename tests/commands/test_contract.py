"""The contract command against the local Pivotal: a table, JSON, and an exit code that a script can go by."""

import asyncio
import json

import pytest

from bot.commands import contract
from bot.domain.phases import DEFAULT, Phases
from bot.pivotal import PivotalApi
from tests.processes import running


async def compared(api, console, *, phases=DEFAULT, as_json=False):
    return await asyncio.to_thread(contract.run, api, Phases(phases), console, as_json=as_json)


async def test_the_local_pivotal_keeps_the_contract(api, console, said):
    code = await compared(api, console)

    assert code == 0
    assert "none matters" in said()


async def test_what_they_lack_and_we_can_do_without_is_a_note(api, console, said):
    await compared(api, console)

    row = next(line for line in said().splitlines() if " Customer.metadata " in line)
    assert "note" in row
    assert "field missing" in row


async def test_a_phase_that_is_gone_matters(api, console, said, pivotal):
    pivotal.switches.phases = ("kickoff", *DEFAULT[1:])

    code = await compared(api, console)

    row = next(line for line in said().splitlines() if " Onboarding.phase " in line and "matters" in line)
    assert code == 1
    assert "before_getting_started" in row
    assert " matter, " in said()


async def test_a_workspace_with_its_own_phases_is_compared_with_the_configured_ones(api, console, pivotal):
    pivotal.switches.phases = ("kickoff", "uat", "launch")

    code = await compared(api, console, phases=("kickoff", "uat", "launch"))

    assert code == 0


async def test_a_new_state_is_a_note(api, console, said, pivotal):
    pivotal.switches.states = (*pivotal.switches.states, "blocked")

    code = await compared(api, console)

    assert code == 0
    assert "blocked" in said()


async def test_json_says_the_same(api, console, said, pivotal):
    pivotal.switches.states = ("active", "paused", "at_risk")

    code = await compared(api, console, as_json=True)

    differences = json.loads(said())
    gone = next(one for one in differences if one["where"] == "Onboarding.state")
    assert code == 1
    assert (gone["matters"], gone["kind"], gone["ours"]) == (True, "value missing", "waiting")
    assert "onboardings.get" in gone["operations"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "{origin}/app"])
async def test_without_a_document_there_is_no_verdict(address, console, said, pivotal, capsys):
    base_url = address.format(origin=pivotal.origin)

    with PivotalApi("none", base_url=base_url, retry=None) as api:
        code = await compared(api, console)

    assert code == 2
    assert said() == ""
    assert "No document to compare with." in capsys.readouterr().err


async def test_the_command_needs_no_key(pivotal, tmp_path):
    async with running("contract", cwd=tmp_path, PIVOTAL_BASE_URL=pivotal.url) as child:
        code = await child.ends()

    assert code == 0
    assert "none matters" in child.out
    assert child.err == ""


async def test_the_command_fails_when_a_difference_matters(pivotal, tmp_path):
    pivotal.switches.phases = DEFAULT[1:]

    async with running("contract", "--json", cwd=tmp_path, PIVOTAL_BASE_URL=pivotal.url) as child:
        code = await child.ends()

    assert code == 1
    assert any(one["matters"] for one in json.loads(child.out))
    assert child.err == ""
