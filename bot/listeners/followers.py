"""Tells followers what changed: one message a burst, in one thread of their direct messages, never twice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.delivery import Delivery, NotPosted, Revoked
from bot.domain import rights
from bot.domain.errors import BotError, Busy, Forbidden, NotFound, cause
from bot.domain.following import DELETED, News
from bot.domain.records import Actor, Follow, Standing
from bot.services import Services
from bot.services.following import Following
from bot.views import following as views
from bot.views.message import Message

LOOK = 5.0
"""Seconds until the next look for somebody to be told."""

log = structlog.get_logger()


class _Taken(Busy):
    """Another replica tells it, or has told it."""


@dataclass(slots=True)
class _Sending:
    """Claims the telling right before the request that does it: whoever ends before that leaves it due."""

    following: Following
    follow: Follow
    standing: Standing | None
    on_its_way: bool = False

    async def begins(self) -> None:
        if not await self.following.take(self.follow, self.standing):
            raise _Taken("That is told already.")
        self.on_its_way = True

    async def refused(self) -> None:
        await self.following.give_back(self.follow)
        self.on_its_way = False


class Followers:
    """Hands out what waits for the followers. `who` says who somebody is at this moment."""

    def __init__(
        self,
        delivery: Delivery,
        services: Services,
        *,
        who: Callable[[str], Awaitable[Actor]],
        clock: Callable[[], datetime],
    ) -> None:
        self._delivery = delivery
        self._services = services
        self._who = who
        self._clock = clock

    async def tell_due(self) -> float:
        """Tell everybody who is to be told something now; gives the seconds until the next look."""
        following = self._services.following
        for follow in await following.due():
            try:
                rights.check(rights.Right.READ, await self._who(follow.slack_id))
            except (Forbidden, NotFound):
                await following.forget(follow)
                continue
            except BotError as error:
                log.info("follower not known yet", why=cause(error))
                continue
            await self._tell(follow)
        return LOOK

    async def _tell(self, follow: Follow) -> None:
        """Tell one follower, once: what may have been sent is not sent again, and what surely was not is told later.

        It is not where Slack does not let the bot write to them.
        """
        following = self._services.following
        news, standing = following.news(follow), following.standing(follow)
        sending = _Sending(following, follow, standing)
        if news:
            try:
                await self._send(follow, self._message(follow, news, standing), sending)
            except _Taken:
                return
            except BotError as error:
                log.warning("follower not told", why=cause(error))
                if not sending.on_its_way and (isinstance(error, Revoked) or not isinstance(error, NotPosted)):
                    await following.put_off(follow)
                    return
        if not sending.on_its_way:  # there is nothing to tell by now, or nobody who could read it
            await following.take(follow, standing)
        if DELETED in news:
            await following.forget(follow)

    def _message(self, follow: Follow, news: News, standing: Standing | None) -> Message:
        services = self._services
        return views.news(
            follow,
            news,
            standing,
            phases=services.phases,
            directory=services.people.directory,
            now=self._clock(),
        )

    async def _send(self, follow: Follow, message: Message, sending: _Sending) -> None:
        if follow.channel and follow.ts:
            try:
                await self._delivery.post(follow.channel, message, thread_ts=follow.ts, sending=sending)
            except NotPosted:
                log.info("thread of a follower is gone")  # A new one begins.
            else:
                return
        direct = await self._delivery.direct(follow.slack_id)
        posted = await self._delivery.post(direct, message, sending=sending)
        await self._services.following.thread(follow, channel=posted.channel, ts=posted.ts)
