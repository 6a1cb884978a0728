"""The bot's figures for Prometheus, in a registry of their own: counted as things happen, or looked up when asked for.

No label holds a customer, a person or a channel: each value is of a set that is known beforehand, or is "other".
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from itertools import product
from math import nan
from typing import Any, Final

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.domain.errors import MemoryAway
from bot.pivotal.hooks import Attempt, Outcome
from bot.pivotal.pacing import Lane
from bot.services.refreshing import Refreshed

PATH: Final = "/metrics"
OTHER: Final = "other"
PATIENCE: Final = 4.0
"""Seconds that one figure may take to be looked up, and a look at the bot's health takes less; then it is not known."""
ACKS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5)
"""Seconds; Slack itself waits three."""
WORK: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60)
STATUSES: Final = frozenset({200, 201, 204, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504})
METHODS: Final = frozenset(
    {
        "auth_test",
        "chat_delete",
        "chat_postEphemeral",
        "chat_postMessage",
        "chat_unfurl",
        "chat_update",
        "conversations_info",
        "conversations_members",
        "conversations_open",
        "files_completeUploadExternal",
        "files_getUploadURLExternal",
        "users_info",
    }
)
"""The methods of Slack that the bot calls for what others see."""
DIGESTS: Final = ("posted", "skipped", "put_off", "failed", "uncertain", "missed")
_REQUESTS: Final = {
    "block_actions": "press",
    "block_suggestion": "menu",
    "event_callback": "event",
    "message_action": "shortcut",
    "shortcut": "shortcut",
    "view_submission": "form",
}
"""What Slack calls what people do, and what it is called here."""
Look = Callable[[], float | None] | Callable[[], Awaitable[float | None]]
"""Looks a figure up; None where it is not known, or does not apply."""
log = structlog.get_logger()


class Metrics:
    """All figures of one bot. `actions` are its verbs, buttons, forms, shortcuts and events, each with its kind."""

    def __init__(self, *, version: str, mode: str, actions: Mapping[str, str]) -> None:
        self._actions = actions
        self._looks: list[tuple[Gauge, Look]] = []
        self.registry = own = CollectorRegistry()
        ProcessCollector(registry=own)
        Info("onboarding_bot", "Which version runs, in which mode", registry=own).info(
            {"version": version, "mode": mode}
        )
        self._acks = Histogram(
            "onboarding_bot_ack_seconds",
            "From a request's arrival until Slack was answered, which waits three seconds",
            ["kind"],
            buckets=ACKS,
            registry=own,
        )
        self._requests = Counter(
            "onboarding_bot_requests",
            "What people did, and whether it was answered, refused, repeated, met an upstream that is away, or failed",
            ["kind", "action", "outcome"],
            registry=own,
        )
        self._work = Histogram(
            "onboarding_bot_handler_seconds",
            "From the beginning of the work until the person had their answer",
            ["kind"],
            buckets=WORK,
            registry=own,
        )
        self._pivotal = Counter(
            "onboarding_bot_pivotal_requests",
            "Requests to Pivotal, each attempt counted; `lost` had no answer",
            ["lane", "status"],
            registry=own,
        )
        self._pivotal_time = Histogram(
            "onboarding_bot_pivotal_seconds",
            "How long Pivotal took to answer",
            ["lane"],
            buckets=WORK,
            registry=own,
        )
        self._slack = Counter(
            "onboarding_bot_slack_requests",
            "Calls of Slack for what others see, by method: ok, refused, revoked, away, or uncertain",
            ["method", "outcome"],
            registry=own,
        )
        self._digests = Counter(
            "onboarding_bot_digests",
            "What became of digests: posted, skipped (nothing to say), put_off, failed, uncertain, or missed",
            ["outcome"],
            registry=own,
        )
        self._refreshes = Counter(
            "onboarding_bot_refreshes",
            "Walks through Pivotal's lists: done or failed",
            ["outcome"],
            registry=own,
        )
        self._webhooks = Counter(
            "onboarding_bot_webhooks", "Genuine events from Pivotal, by type", ["type"], registry=own
        )
        self._counted: Mapping[str, int] = {}
        self._told: dict[str, int] = {}
        gauges = {
            "pivotal_budget_left": ("Requests left in the key's window, as Pivotal said last", ()),
            "pivotal_budget": ("Requests in a whole window", ()),
            "queue_size": (
                "What waits or is under way: envelopes of Slack's, events of Pivotal's, tasks, cards, Homes",
                ("queue",),
            ),
            "digests_overdue": ("Digests whose hour has come and that nobody has begun", ()),
            "snapshot_age_seconds": ("Since Pivotal's lists were last walked", ()),
            "socket_connected": ("1 while the web socket to Slack is up; NaN in HTTP mode", ()),
            "socket_silence_seconds": ("Since anything came from Slack; NaN in HTTP mode", ()),
            "ready": ("1 for each part that `/readyz` finds right", ("part",)),
        }
        self._gauges = {
            name: Gauge(f"onboarding_bot_{name}", told, labels, registry=own) for name, (told, labels) in gauges.items()
        }

        self._begin()

    def _begin(self) -> None:
        """Begin with nothing what alerts wait for: Prometheus sees no growth in a series that begins with 1."""
        for action, kind in self._actions.items():
            self._requests.labels(kind, action, "failed")
        for lane, status in product(Lane, ("200", "401", "500", "lost")):
            self._pivotal.labels(lane.value, status)
        for method in METHODS:
            self._slack.labels(method, "revoked")
        for outcome in DIGESTS:
            self._digests.labels(outcome)
        for outcome in ("done", "failed"):
            self._refreshes.labels(outcome)

    def acknowledged(self, body: Mapping[str, Any], seconds: float) -> None:
        """Note that Slack was answered."""
        kind = "command" if "command" in body else _REQUESTS.get(str(body.get("type")), OTHER)
        self._acks.labels(kind).observe(seconds)

    def turned(self, action: str, outcome: str, seconds: float) -> None:
        """Note how what somebody did has ended; what follows a second colon only tells equal buttons apart."""
        name = ":".join(action.split(":")[:2])
        kind = self._actions.get(name, OTHER)
        self._requests.labels(kind, name if name in self._actions else OTHER, outcome).inc()
        self._work.labels(kind).observe(seconds)

    def asked_pivotal(self, attempt: Attempt, outcome: Outcome) -> None:
        """Note how a request to Pivotal has ended, as a hook of the client."""
        status = outcome.status
        if status is None:
            said = "lost"
        else:
            said = str(status) if status in STATUSES else f"{status // 100}xx" if 100 <= status < 600 else OTHER
            self._pivotal_time.labels(attempt.lane.value).observe(outcome.seconds)
        self._pivotal.labels(attempt.lane.value, said).inc()

    def asked_slack(self, method: str, outcome: str) -> None:
        """Note how a call of Slack has ended."""
        self._slack.labels(method if method in METHODS else OTHER, outcome).inc()

    def digest(self, outcome: str) -> None:
        """Note what became of a digest."""
        self._digests.labels(outcome.replace(" ", "_")).inc()

    def refreshed(self, walk: Refreshed) -> None:
        """Note how a walk through Pivotal's lists has ended."""
        self._refreshes.labels("failed" if walk.error else "done").inc()

    def counts(self, webhooks: Mapping[str, int]) -> None:
        """Tell of the events that are counted there, by type, which only grow."""
        self._counted = webhooks

    def looks(self, name: str, look: Look, *labels: str) -> None:
        """Have a figure looked up whenever somebody asks for the figures."""
        gauge = self._gauges[name]
        self._looks.append((gauge.labels(*labels) if labels else gauge, look))

    async def text(self) -> bytes:
        """All figures, in the format that Prometheus reads."""
        found = await asyncio.gather(*(_found(look) for _, look in self._looks))
        for (gauge, _), value in zip(self._looks, found, strict=True):
            gauge.set(nan if value is None else value)
        for kind, count in self._counted.items():
            self._webhooks.labels(kind).inc(count - self._told.get(kind, 0))
            self._told[kind] = count
        return generate_latest(self.registry)


async def _found(look: Look) -> float | None:
    """One figure; None while what it is looked up in does not answer."""
    try:
        async with asyncio.timeout(PATIENCE):
            value = look()
            return await value if isinstance(value, Awaitable) else value
    except (MemoryAway, TimeoutError):
        return None


async def listen(metrics: Metrics, address: tuple[str, int], stack: AsyncExitStack) -> str | None:
    """Show the figures at `PATH` of an address of their own until `stack` ends; gives the URL.

    None when somebody else has the address: that is said, and stops nothing.
    """

    async def show(_: web.Request) -> web.Response:
        return web.Response(body=await metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application()
    application.router.add_get(PATH, show)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    host, port = address
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        remedy = "set METRICS_ADDRESS to another address, or to off"
        log.warning("metrics are not shown", address=f"{host}:{port}", why=error.strerror, remedy=remedy)
        return None
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}{PATH}"
