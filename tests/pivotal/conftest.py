"""A server that answers what a test scripts, and a clock that only pauses move; for both clients alike."""

import asyncio
import inspect
import json
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice

import httpx
import pytest

from bot.pivotal import AsyncPivotalApi, PivotalApi
from bot.pivotal.surface import Awaiting
from bot.sandbox.pivotal import LocalPivotal

KEY = "pivotal_K8s9SecretSecretSecret"
START = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


class Time:
    """A clock that stands still but for the pauses, which it writes down."""

    def __init__(self):
        self.now = START
        self.pauses = []

    def __call__(self):
        return self.now

    def passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.passes(seconds)

    async def asleep(self, seconds):
        self.sleep(seconds)
        await asyncio.sleep(0)


class Server(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers with the script's next entry: a response, an exception to raise, or a function of the request.

    The last entry answers everything that follows.
    """

    def __init__(self):
        self.script = []
        self.requests = []

    def says(self, *script):
        self.script = list(script)
        return self

    def _answer(self, request):
        self.requests.append(request)
        entry = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(entry, httpx.Response):
            entry = httpx.Response(entry.status_code, headers=entry.headers, content=entry.content)
        answer = entry(request) if callable(entry) else entry
        if isinstance(answer, Exception):
            raise answer
        return answer

    def handle_request(self, request):
        request.read()
        return self._answer(request)

    async def handle_async_request(self, request):
        await request.aread()
        return self._answer(request)

    @property
    def lines(self):
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]

    @property
    def bodies(self):
        return [json.loads(request.content) for request in self.requests]


class Driven:
    """The awaited client (or a part of it), driven to the end of each call: one suite speaks to both clients."""

    def __init__(self, target, runner):
        self._target, self._runner = target, runner

    def __repr__(self):
        return repr(self._target)

    def __getattr__(self, name):
        return self._drive(getattr(self._target, name))

    def __iter__(self):
        return self._drive(aiter(self._target))._rows()

    def __next__(self):
        return self._drive(anext(self._target))

    def _rows(self):
        with suppress(StopAsyncIteration):
            while True:
                yield self._drive(anext(self._target))

    def _drive(self, value):
        if inspect.isawaitable(value):
            return self._runner.run(_finished(value))
        if isinstance(value, AsyncIterator | Awaiting):
            return Driven(value, self._runner)
        if callable(value):
            return lambda *args, **kwargs: self._drive(value(*args, **kwargs))
        return value


async def _finished(awaitable):
    return await awaitable


def half():
    """The middle of the jitter: delays are what the formula says."""
    return 0.5


@contextmanager
def running(**options):
    """A local Pivotal in a thread of its own, so that the blocking client can talk to it too."""
    started, over = threading.Event(), asyncio.Event()
    pivotal = LocalPivotal(**options)
    loop = asyncio.new_event_loop()

    async def serve():
        async with pivotal:
            started.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(10)
    try:
        yield pivotal
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


class Raw:
    """A server on a plain socket: reads a request's head, then sends these pieces again and again, one a moment."""

    def __init__(self, *, first=b"", then=(), moment=0.05, most=1200):
        self._first, self._then, self._moment, self._most = first, then, moment, most
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.heads = []
        self.address = "127.0.0.1:{1}".format(*self._socket.getsockname())
        self.patience = moment * most
        """Seconds that a client which waits for the end waits."""

    def serve(self):
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection, suppress(OSError):
                    self._answer(connection)

    def _answer(self, connection):
        connection.settimeout(10)
        self.heads.append(connection.recv(65536))
        connection.sendall(self._first)
        for piece in islice(cycle(self._then), self._most):
            if self._over.wait(self._moment):
                return
            connection.sendall(piece)

    def stop(self):
        self._over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def raw():
    """Starts servers on plain sockets."""
    with ExitStack() as stack:

        def raw(**options):
            server = Raw(**options)
            thread = threading.Thread(target=server.serve)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.stop)
            return server

        yield raw


@pytest.fixture
def silent():
    """The address of somebody who takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield "127.0.0.1:{1}".format(*listening.getsockname())


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def pivotal(time):
    """A local Pivotal that goes by the test's clock, and whose slow answers never come."""
    never = asyncio.Event()

    async def sleep(seconds):
        await never.wait()

    with running(clock=time, sleep=sleep) as pivotal:
        yield pivotal


@pytest.fixture(scope="session")
def lasting():
    """A local Pivotal for many short tests that do not mind each other."""
    with running() as pivotal:
        pivotal.rate_limit = 1_000_000
        yield pivotal


@pytest.fixture
def server():
    return Server()


@pytest.fixture(params=["blocking", "awaited"])
def make(request, time, server):
    """Makes a client of either kind, on the scripted server (or a `local` one) and the standing clock."""
    with asyncio.Runner() as runner, ExitStack() as stack:

        def make(api_key=KEY, **options):
            options = {"http_client": server, "clock": time, "chance": half} | options
            if local := options.pop("local", None):
                api_key = local.live_key if api_key is KEY else api_key
                options |= {"http_client": None, "base_url": local.url}
            if request.param == "blocking":
                return stack.enter_context(PivotalApi(api_key, **{"sleep": time.sleep} | options))
            client = AsyncPivotalApi(api_key, **{"sleep": time.asleep} | options)
            stack.callback(lambda: runner.run(client.aclose()))
            return Driven(client, runner)

        yield make


@pytest.fixture
def api(make):
    return make()
