"""From a request that was read to its answer: who is asking, whether they may, the handler, and what went wrong."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from slack_sdk.models.views import View

from bot.domain import gates, rights
from bot.domain.errors import BotError, MemoryAway, Unlinked, UpstreamError, cause
from bot.domain.records import Actor
from bot.listeners.actors import Actors
from bot.listeners.answering import Answering, Caller
from bot.listeners.cards import Cards
from bot.listeners.claims import unclaimed
from bot.listeners.ends import keep
from bot.listeners.feature import Digests, Feature, Handler, Reply, Seen, Turn
from bot.listeners.manifest import Names
from bot.listeners.turn import Examine
from bot.pivotal.errors import PivotalError
from bot.services import Services
from bot.services.correlation import correlated
from bot.views.claims import offer
from bot.views.errors import explain
from bot.views.message import Message

log = structlog.get_logger()


Report = Callable[[str, str, float], None]
"""Is told how a turn has ended: what was done, what came of it, and the seconds until it was answered."""


class Conversation:
    """Holds one turn after the other; no exception leaves it, for Bolt would answer 404 after an acknowledgement."""

    def __init__(
        self,
        features: tuple[Feature, ...],
        answering: Answering,
        *,
        names: Names,
        actors: Actors,
        cards: Cards,
        services: Services,
        digests: Digests,
        examine: Examine,
        off: tuple[str, ...],
        clock: Callable[[], datetime],
        report: Report,
    ) -> None:
        self._features = features
        self._report = report
        self._answering = answering
        self._names = names
        self._actors = actors
        self._cards = cards
        self._services = services
        self._digests = digests
        self._examine = examine
        self._off = off
        self._clock = clock

    async def hold(self, handler: Handler, caller: Caller, **said: Any) -> None:
        """Run a handler for a caller, and show them what it returns or why there is nothing to show.

        What came before is not done again, here or at another replica: it was replayed, or Slack has sent it twice.
        """
        now, began = self._clock(), time.monotonic()
        with correlated() as reference:
            lines = log.bind(reference=reference, action=caller.action, user=caller.user)
            outcome = await self._held(handler, caller, now=now, reference=reference, lines=lines, said=said)
        self._report(caller.action, outcome, time.monotonic() - began)

    async def _held(
        self, handler: Handler, caller: Caller, *, now: datetime, reference: str, lines: Any, said: dict[str, Any]
    ) -> str:
        turn = self._turn(_nobody(caller), now, reference, screen=caller.screen, **said)
        seen: Seen
        try:
            if caller.once and not await self._services.inbox.first_time(caller.once, looks=gates.looks(caller.action)):
                lines.warning("came before")
                return "repeated"
            actor = await self._who(caller)
            turn = replace(turn, actor=actor, services=self._services.seen_by(actor))
            _admit(caller, turn.actor)
            seen = await handler(turn)
            lines.info("answered")
            outcome = "answered"
        except (BotError, PivotalError) as error:
            if isinstance(error, UpstreamError | PivotalError):
                outcome = "upstream"
                lines.warning("refused", error=type(error).__name__, why=cause(error))
            else:
                outcome = "refused"
                lines.info("refused", error=type(error).__name__)
            seen = await self._ended(error, turn, caller, lines=lines)
        except MemoryAway as error:
            outcome = "upstream"
            lines.warning("failed", why=f"MemoryAway: {error}")
            seen = await self._ended(error, turn, caller, lines=lines)
        except Exception as error:  # noqa: BLE001 - one of the three doors: nothing may reach Bolt
            lines.exception("failed")
            outcome = "failed"
            seen = await self._ended(error, turn, caller, lines=lines)
        if seen is not None:
            try:
                await self._answering.show(seen, caller, lines=lines)
            except Exception as error:  # noqa: BLE001 - nor may anything from here
                lines.exception("not shown")
                outcome = "failed"
                plain = self._explained(error, replace(caller, again=None), reference=reference, now=now)
                with suppress(Exception):  # there is nothing left to try
                    await self._answering.show(plain, caller, lines=lines)
        return outcome

    def _turn(self, actor: Actor, now: datetime, reference: str, **said: Any) -> Turn:
        return Turn(
            actor=actor,
            now=now,
            reference=reference,
            services=self._services.seen_by(actor),
            cards=self._cards,
            actors=self._actors,
            digests=self._digests,
            examine=self._examine,
            names=self._names,
            features=self._features,
            off=self._off,
            **{"text": "", "channel": "", **said},
        )

    async def _ended(self, error: BaseException, turn: Turn, caller: Caller, *, lines: Any) -> Seen:
        """Keep that an attempt has come to nothing, and explain why."""
        try:
            await keep(
                turn,
                error,
                action=caller.action,
                asked=caller.reply is Reply.SCREEN,
                services=self._services,
            )
        except MemoryAway as away:
            lines.warning("not kept in the audit", why=f"MemoryAway: {away}")
        except Exception:  # noqa: BLE001 - the person is told what happened all the same
            lines.exception("not kept in the audit")
        return self._explained(error, caller, reference=turn.reference, now=turn.now)

    def _explained(self, error: BaseException, caller: Caller, *, reference: str, now: datetime) -> Message | View:
        """What went wrong, in words; above a form that was sent, so that nothing typed is lost."""
        message = explain(error, reference=reference, now=now, command=self._names.command)
        if isinstance(error, Unlinked):
            message = Message(message.text, (*message.blocks, *offer(unclaimed(self._services))))
        return caller.again(message.text) if caller.again else message

    async def _who(self, caller: Caller) -> Actor:
        """Who is asking; before the gate somebody unknown will do, if Slack cannot say who."""
        try:
            return await self._actors.actor(caller.user, team=caller.team, looks=gates.looks(caller.action))
        except UpstreamError:
            if caller.gate:
                raise
            return _nobody(caller)


def _nobody(caller: Caller) -> Actor:
    """Somebody of whom no more than their id is known."""
    return Actor(caller.user, caller.team or "", name=caller.user, home=False, unknown=True)


def _admit(caller: Caller, actor: Actor) -> None:
    """Refuse what this person may do nowhere."""
    if caller.gate:
        rights.check(rights.Right.READ, actor)
    gates.admit(caller.action, actor)
