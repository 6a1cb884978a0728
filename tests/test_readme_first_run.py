"""The README's first run is what happens: its commands are run and typed anew, and print what stands there."""

import asyncio
import re
import socket
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.sandbox.slack.world import CARA, ONBOARDING
from tests.processes import Process, running, until
from tests.terminals import terminal

README = Path(__file__).parents[1] / "README.md"
TITLE = "## A first run, recorded"
PORTS = ("8900", "8901", "3000", "9464")
"""What the recording listens on; the replay takes ports that are free."""
PROMPTS = {
    "  socket or http [socket]: ": "",
    "  Press Enter when the app is there. ": "",
    "  App-level token: ": "SLACK_APP_TOKEN",
    "  Bot token: ": "SLACK_BOT_TOKEN",
    "  API key: ": "PIVOTAL_API_KEY",
    "  Admins: ": "",
    "  Managers [none]: ": "",
    "  Who may look [workspace]: ": "",
    "  Who may change an onboarding [owners]: ": "",
    "  Channel [none]: ": "",
}
"""What is asked, in order; where a name stands beside it, that secret is typed, which the stand-in has printed."""
IN_SLACK = re.compile(r"Cara, in #onboarding: (/.+)")


@dataclass(frozen=True)
class Block:
    """One recorded command, in a terminal or in Slack, and what came of it."""

    first: str
    rest: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join((self.first, *self.rest))


def recorded() -> list[Block]:
    """The section's fences, each of which begins with what was typed."""
    section = README.read_text().split(f"{TITLE}\n")[1].split("\n## ")[0]
    fences = re.findall(r"^```text\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    return [Block(first, tuple(rest)) for first, *rest in (fence.splitlines() for fence in fences)]


CHANGES = {
    r"manifest_json=\S+": "manifest_json=…",
    r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2}( \d{4})?\b": "DAY",
    r"\b\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b( \d{4})?": "DAY",
    r"\b\d\d:\d\d(?= UTC)": "TIME",
    r"(?<=\(in )\d+(?= days\))|(?<=onboardings — DAY · )\d+": "SOME",  # by Cara's clock it may be tomorrow
    r"\b\d+\.\d+\.\d+[\w.]*(?=,|$| on )": "VERSION",
    r"(?<=VERSION on ).+": "SYSTEM",
    r"(?<=disk: )\S*(?=/first-run/first-run\.db, )": "…",
    r"(?<=first-run\.db, ).+": "ROOM",
    r"\b\d+(?= of 30 requests left)": "SOME",
}
"""What another day, computer or version shows otherwise."""


def same(text: str) -> str:
    """What must be equal in two runs; blanks at the ends of lines do not count."""
    for pattern, word in CHANGES.items():
        text = re.sub(pattern, word, text, flags=re.MULTILINE)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


class Replay:
    """The run played again in a folder, with ports of its own; gives each block as it is now."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self._settings = {"PORT": self._ports["3000"], "METRICS_ADDRESS": f"127.0.0.1:{self._ports['9464']}"}
        self._printed: dict[str, str] = {}

    async def play(self, block: Block) -> str:
        """Run or type what the block begins with; gives that line with what came of it."""
        if typed := IN_SLACK.fullmatch(block.first):
            return f"{block.first}\n{await self._in_slack(typed[1])}"
        if block.first.startswith("$ mkdir "):
            return await self._place(block)
        command = self._here(block.first.removeprefix("$ onboarding-bot ").removesuffix(" | cat")).split()
        if command[0] == "init":
            out = await self._init(command, block)
        elif command[0] in ("sandbox", "serve"):
            out = await self._started(command, block)
        else:
            out = await self._run(command)
        self._printed |= dict(re.findall(r"^([A-Z_]+)=(\S+)$", out, flags=re.MULTILINE))
        return f"{block.first}\n{self._there(out)}"

    async def _place(self, block: Block) -> str:
        """Make the folder that all that follows is in, and what is in it; no terminal tells the next anything else."""
        lines = block.text.replace("$ ", "")
        shell = await asyncio.create_subprocess_exec("bash", "-euc", f"{lines}\npwd", cwd=self._folder, stdout=PIPE)
        said, _ = await shell.communicate()
        self._folder = Path(said.decode().strip())
        return block.text

    async def _run(self, command: list[str]) -> str:
        async with running(*command, cwd=self._folder, **self._settings) as child:
            code = await child.ends()
        assert (code, child.err) == (0, ""), f"{child.out}\n{child.err}"
        return child.out

    async def _started(self, command: list[str], block: Block) -> str:
        child: Process = await self._stack.enter_async_context(running(*command, cwd=self._folder, **self._settings))
        await child.says(self._here(block.rest[-1]))
        return child.out

    async def _init(self, command: list[str], block: Block) -> str:
        async with terminal(*command, cwd=self._folder) as child:
            for prompt, secret in PROMPTS.items():
                await child.says(prompt)
                if secret:
                    await child.types_unseen(self._printed[secret])
                else:
                    line = next(line for line in block.rest if line.startswith(prompt.rstrip()))
                    child.types(line.removeprefix(prompt.rstrip()).strip())
            code = await child.ends()
        assert code == 0, child.out
        return child.out

    async def _in_slack(self, typed: str) -> str:
        """What Cara reads below her command, in the page's own way."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._ports['8901']}/sandbox") as page:

            async def read() -> list[str]:
                state = (await page.get("/state", params={"as": CARA})).json()
                return [one["text"] for one in state["messages"][ONBOARDING] if not one["thread_ts"]]

            async def answered() -> bool:
                return len(await read()) > before

            before = len(await read())
            await page.post("/message", json={"as": CARA, "channel": ONBOARDING, "text": typed})
            await until(answered)
            return (await read())[before]

    def _here(self, text: str) -> str:
        return re.sub(rf"\b({'|'.join(PORTS)})\b", lambda port: self._ports[port[1]], text)

    def _there(self, text: str) -> str:
        back = {mine: theirs for theirs, mine in self._ports.items()}
        return re.sub(rf"\b({'|'.join(back)})\b", lambda port: back[port[1]], text)


def free_ports(count: int) -> list[str]:
    """Ports nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [str(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture
async def replay(tmp_path) -> AsyncIterator[Replay]:
    async with AsyncExitStack() as stack:
        yield Replay(tmp_path, stack)


async def test_a_new_users_run_is_as_it_is_recorded(replay):
    blocks = recorded()

    played = [same(await replay.play(block)) for block in blocks]

    assert played == [same(block.text) for block in blocks]
