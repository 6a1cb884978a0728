"""Replicas of the bot as real processes on one PostgreSQL, killed at will; and a balancer before their ports."""

import asyncio
import itertools
import signal
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import CARA
from tests.processes import Process, running

SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"
UP = "Ctrl-C stops it."
STOPPING = 60.0
"""Seconds that the README asks to allow a process that is asked to stop."""
HOP = {"host", "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Balancer:
    """Hands each request to the next replica; one that is not there, or closing, is passed over."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.url = ""
        self.passed_over = 0
        self._turn = itertools.count()
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Balancer":
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._hand_on)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _hand_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP}
        ports = list(self.ports)
        first = next(self._turn)
        for step in range(len(ports)):
            port = ports[(first + step) % len(ports)]
            try:
                async with self._session.request(
                    request.method, f"http://127.0.0.1:{port}{request.path_qs}", data=body, headers=headers
                ) as answer:
                    if answer.status != 503:
                        kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP}
                        return web.Response(status=answer.status, body=await answer.read(), headers=kept)
            except aiohttp.ClientConnectorError:
                pass
            except (aiohttp.ClientError, TimeoutError):
                return web.Response(status=502)  # it may have been taken: nobody knows
            self.passed_over += 1
        return web.Response(status=503)


@dataclass
class Replica:
    """One process, and the port it listens on."""

    port: int
    process: Process
    stack: AsyncExitStack = field(repr=False)


class Fleet:
    """The replicas that run, started and ended one by one."""

    def __init__(
        self, slack: LocalSlack, pivotal: LocalPivotal, balancer: Balancer, *, database: str, mode: str, home: Path
    ) -> None:
        self._slack, self._pivotal, self._balancer = slack, pivotal, balancer
        self._database, self._mode, self._home = database, mode, home
        self.replicas: list[Replica] = []
        self.errors: list[str] = []
        """What the replicas printed that ended."""
        self.killed = self.stopped = 0

    async def __aenter__(self) -> "Fleet":
        return self

    async def __aexit__(self, *_: object) -> None:
        for replica in list(self.replicas):
            await self.kill(replica)

    async def start(self, count: int = 1) -> None:
        """Start some more, and wait until they are up."""
        await asyncio.gather(*(self._one() for _ in range(count)))

    async def kill(self, replica: Replica) -> None:
        """End one as a power cut would."""
        self._leaves(replica)
        if replica.process.alive:  # one that was asked to stop when the test ended may be gone by now
            await replica.process.killed()
        await self._ended(replica)
        self.killed += 1

    async def stop(self, replica: Replica) -> int:
        """Ask one to stop, as a rolling deploy does; gives its exit code."""
        replica.process.gets(signal.SIGTERM)
        try:
            code = await replica.process.ends(within=STOPPING)
        except TimeoutError:
            raise AssertionError(f"It does not stop.\n{replica.process.err[-9000:]}") from None
        self._leaves(replica)
        await self._ended(replica)
        self.stopped += 1
        return code

    async def end(self, replica: Replica) -> None:
        """End one, by force three times of four."""
        await (self.stop(replica) if self.ended % 4 == 1 else self.kill(replica))

    @property
    def ended(self) -> int:
        """How many were killed or stopped so far."""
        return self.killed + self.stopped

    @property
    def tracebacks(self) -> list[str]:
        """What all of them have logged of their own mistakes."""
        said = [*self.errors, *(one.process.err for one in self.replicas)]
        return [text[text.index("Traceback") :][:9000] for text in said if "Traceback" in text]

    async def _one(self) -> None:
        port, stack = free_port(), AsyncExitStack()
        where = {"SLACK_APP_TOKEN": self._slack.app_token} if self._mode == "socket" else {}
        process = await stack.enter_async_context(
            running(
                "serve",
                cwd=self._home,
                SLACK_BOT_TOKEN=self._slack.bot_token,
                SLACK_SIGNING_SECRET=self._slack.signing_secret,
                SLACK_API_URL=self._slack.api_url,
                PIVOTAL_API_KEY=self._pivotal.live_key,
                PIVOTAL_BASE_URL=self._pivotal.url,
                PIVOTAL_WEBHOOK_SECRET=SECRET,
                DATABASE_URL=self._database,
                BOT_ADMINS=CARA,
                BOT_TIMEZONE="UTC",
                BOT_QUIET_HOURS="off",
                PORT=str(port),
                **where,
            )
        )
        await process.says(UP)
        self.replicas.append(Replica(port, process, stack))
        self._balancer.ports.append(port)

    def _leaves(self, replica: Replica) -> None:
        self.replicas.remove(replica)
        self._balancer.ports.remove(replica.port)

    async def _ended(self, replica: Replica) -> None:
        await replica.stack.aclose()
        self.errors.append(replica.process.err)
