"""Tells followers what changed: one message a burst, in one thread of their direct messages, never twice."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.delivery import Delivery, NotPosted, Unsent
from bot.domain import rights
from bot.domain.errors import BotError, Forbidden, NotFound, cause
from bot.domain.following import DELETED, News
from bot.domain.records import Actor, Follow
from bot.services import Services
from bot.views import following as views
from bot.views.message import Message

LOOK = 5.0
"""Seconds until the next look for somebody to be told."""

log = structlog.get_logger()


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
            if news := await following.take(follow):
                await self._tell(follow, news)
        return LOOK

    async def _tell(self, follow: Follow, news: News) -> None:
        services = self._services
        message = views.news(
            follow,
            news,
            services.following.standing(follow),
            phases=services.phases,
            directory=services.people.directory,
            now=self._clock(),
        )
        try:
            await self._send(follow, message)
        except Unsent:
            await services.following.give_back(follow)
            return
        except BotError as error:
            # It may have been sent, or nobody is there to read it: it is not sent again.
            log.warning("follower not told", why=cause(error))
        if DELETED in news:
            await services.following.forget(follow)

    async def _send(self, follow: Follow, message: Message) -> None:
        if follow.channel and follow.ts:
            try:
                await self._delivery.post(follow.channel, message, thread_ts=follow.ts)
            except NotPosted:
                log.info("thread of a follower is gone")  # A new one begins.
            else:
                return
        posted = await self._delivery.tell(follow.slack_id, message)
        await self._services.following.thread(follow, channel=posted.channel, ts=posted.ts)
