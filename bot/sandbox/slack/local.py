"""A local Slack workspace on a loopback port: started and stopped, connected with the app, and troubled on demand."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sandbox.slack import changes, channel_events
from bot.sandbox.slack.acts import Acts
from bot.sandbox.slack.browser import Browser
from bot.sandbox.slack.connections import Connections
from bot.sandbox.slack.courier import Courier
from bot.sandbox.slack.deliveries import Deliveries, Delivery
from bot.sandbox.slack.driver import People
from bot.sandbox.slack.faults import Fault, Faults
from bot.sandbox.slack.files import File
from bot.sandbox.slack.forms import Forms
from bot.sandbox.slack.gestures import Gestures
from bot.sandbox.slack.manifest import read
from bot.sandbox.slack.menus import Menus
from bot.sandbox.slack.request_url import RequestUrl
from bot.sandbox.slack.webapi import Call, Tokens, WebApi
from bot.sandbox.slack.wire import Clock, Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import Channel


def _now() -> datetime:
    return datetime.now(UTC)


class LocalSlack(People):
    """The workspace, served while the `async with` block runs.

    Without `request_url` the app connects by Socket Mode; with it (it may be set later) it gets signed requests, dated
    by `clock`. `tries` are offered on the page: `{"label", "as", "channel", "text"}`. `ack_timeout` is how many real
    seconds a missing acknowledgement is waited for, `patience` how many a person waits for something to appear, `burst`
    how many posts a channel takes at once. `settles` is awaited after each acknowledgement: a test that runs the app in
    its own process gives a function that returns once the app is idle.
    """

    def __init__(
        self,
        manifest: Json,
        *,
        port: int = 0,
        clock: Clock = _now,
        request_url: str | None = None,
        pivotal_origin: str | None = None,
        tries: Iterable[Json] = (),
        ack_timeout: float = 3.0,
        burst: int = 30,
        patience: float = 20.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        settles: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.bot_token = "xoxb-sandbox-bot"  # noqa: S105 - opens nothing but this workspace
        self.app_token = "xapp-sandbox-app"  # noqa: S105 - likewise
        self.signing_secret = "sandbox-signing-secret"  # noqa: S105 - likewise
        self._clock = clock
        self._port = port
        workspace = Workspace(read(manifest), clock=clock, burst=burst)
        self._connections = Connections(clock, changed=workspace.changed)
        self._courier = Courier(self._connections, clock=clock, ack_timeout=ack_timeout)
        self._deliveries = Deliveries(self._courier, clock, changed=workspace.changed)
        workspace.channel_listeners.append(self._channel_changed)
        acts = Acts(workspace, self._courier, self._deliveries)
        forms, menus = Forms(workspace, self._courier), Menus(workspace, self._courier)
        super().__init__(workspace, acts, forms, menus, settles=settles, patience=patience)
        self._faults = Faults(sleep)
        self._api = WebApi(workspace, self._connections, self._faults, Tokens(self.bot_token, self.app_token))
        self._browser = Browser(workspace, pivotal=pivotal_origin, tries=list(tries))
        self._gestures = Gestures(workspace, acts, forms, menus)
        self._runner: web.AppRunner | None = None
        self.request_url = request_url

    async def __aenter__(self) -> Self:
        site = web.Application(client_max_size=16 * 1024 * 1024)
        site.add_routes([*self._api.routes(), *self._browser.routes(), *self._gestures.routes()])
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        port = self._runner.addresses[0][1]
        self.workspace.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._browser.close()
        await self._deliveries.close()
        await self._connections.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The page's address, without a slash at its end."""
        return self.workspace.url

    @property
    def api_url(self) -> str:
        """What slack-sdk takes as `base_url`."""
        return f"{self.workspace.url}/api/"

    @property
    def request_url(self) -> str | None:
        """Where signed requests go; None means Socket Mode."""
        return self._courier.road.url if isinstance(self._courier.road, RequestUrl) else None

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._courier.road = (
            RequestUrl(url, signing_secret=self.signing_secret, clock=self._clock) if url else self._connections
        )

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self._connections)

    async def connected(self, count: int = 1) -> None:
        """Wait until that many Socket Mode connections are open."""
        await self.until(lambda: len(self._connections) >= count)

    def disconnects(self) -> asyncio.Task[None]:
        """Ask all connections to come anew (`refresh_requested`); may be awaited."""
        return asyncio.ensure_future(self._connections.refresh())

    def hangs_up(self) -> asyncio.Task[None]:
        """End all connections without a word before; may be awaited."""
        return asyncio.ensure_future(self._connections.close())

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to tell the app of an event, oldest first."""
        return self._deliveries.log

    async def redelivers(self) -> None:
        """Tell the app again of what it did not acknowledge, as far as that is due by the clock.

        It happens by itself too, soon after it is due; this is for a test that does not want to wait.
        """
        await self._deliveries.redeliver()
        if self.settles:
            await self.settles()

    @property
    def calls(self) -> list[Call]:
        """Every call the app made, oldest first; bodies sent to response URLs too."""
        return self._api.calls

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method; `response_url` names bodies sent to response URLs."""
        return [call for call in self.calls if call.method == method]

    @property
    def files(self) -> list[File]:
        """Every file the app has completed, oldest first; in which message one stands says that message's `files`."""
        return self.workspace.files.complete

    def fails(self, method: str, *, error: str, retry_after: int | None = None, times: int = 1) -> None:
        """Refuse the next calls of a method; `ratelimited` comes with `retry_after` seconds."""
        self._faults.add(method, Fault(error=error, retry_after=retry_after), times=times)

    def breaks(self, method: str, *, status: int = 503, times: int = 1) -> None:
        """Answer the next calls of a method as a proxy before a Slack that is down does: with a few plain words."""
        self._faults.add(method, Fault(status=status), times=times)

    def drops(self, method: str, *, times: int = 1) -> None:
        """Do what the next calls ask, then drop the connection instead of answering."""
        self._faults.add(method, Fault(drop=True), times=times)

    def slows(self, method: str, *, seconds: float, times: int = 1) -> None:
        """Let the next calls wait first, by the `sleep` this workspace was given."""
        self._faults.add(method, Fault(slow=seconds), times=times)

    def works_again(self) -> None:
        """Forget the troubles that are still to come."""
        self._faults.clear()

    def renames(self, channel: str, name: str) -> None:
        """Give a channel another name."""
        changes.renames(self.workspace, channel, name)

    def becomes_external(self, channel: str) -> None:
        """Share a channel with the other organisation."""
        changes.becomes_external(self.workspace, channel)

    def invites_external(self, channel: str) -> None:
        """Invite the other organisation, which has not accepted yet."""
        changes.invites_external(self.workspace, channel)

    def archives(self, channel: str) -> None:
        """Archive a channel."""
        changes.archives(self.workspace, channel)

    def removes_bot(self, channel: str) -> None:
        """Take the bot out of a channel."""
        changes.removes_bot(self.workspace, channel)

    def invites_bot(self, channel: str) -> None:
        """Let the bot into a channel."""
        changes.invites_bot(self.workspace, channel)

    def adds_guest(self, channel: str) -> None:
        """Let the guest into a channel."""
        changes.adds_guest(self.workspace, channel)

    def _channel_changed(self, before: Channel, after: Channel) -> None:
        self._deliveries.tell_soon(channel_events.of_change(self.workspace, before, after))
