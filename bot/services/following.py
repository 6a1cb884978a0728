"""Following: who wants to be told of an onboarding, when they are told, and what is different by then.

What a follower was told last is kept, not what happened since: so nothing is told twice, and nothing is lost to a
restart, for whatever is different is found again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import following, rights
from bot.domain.following import News, Quiet
from bot.domain.records import Actor, Follow, Standing
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.refreshing import Sight
from bot.store import Store

AT_ONCE = 20
"""Messages handed out in one go."""
RECHECK = timedelta(minutes=5)
"""How often it is looked for news that nobody was told to come, as after a crash."""


class Following:
    """The followers, and when each of them is to be told."""

    def __init__(
        self, store: Store, portfolio: Portfolio, people: People, *, clock: Callable[[], datetime], quiet: Quiet | None
    ) -> None:
        self._store = store
        self._portfolio = portfolio
        self._people = people
        self._clock = clock
        self._quiet = quiet
        self._checked: datetime | None = None

    async def follow(self, standing: Standing, *, by: Actor) -> bool:
        """Follow an onboarding; False for one who does already. Raises Forbidden."""
        rights.check(rights.Right.FOLLOW, by)
        told = following.standing(standing.onboarding)
        wish = Follow(by.slack_id, standing.onboarding.id, standing.title, self._clock(), by.zone, told=told)
        return await self._store.follows.add(wish)

    async def unfollow(self, onboarding_id: str, *, by: Actor) -> bool:
        """Follow no longer; False for one who did not."""
        return await self._store.follows.remove(by.slack_id, onboarding_id)

    async def forget(self, follow: Follow) -> None:
        """The onboarding is gone, or the follower may not look any more: nobody is told of it."""
        await self._store.follows.remove(follow.slack_id, follow.onboarding_id)

    async def of(self, slack_id: str) -> tuple[Follow, ...]:
        """What somebody follows."""
        return tuple(await self._store.follows.of_person(slack_id))

    async def note(self, sight: Sight) -> None:
        """Plan to tell the followers of what was seen to change or to be gone; nobody of what they did themselves."""
        changed: dict[str, dict[str, str | None]] = {one.onboarding.id: {} for one in sight.gone}
        for one in sight.changes:
            changed.setdefault(one.onboarding_id, {})[one.field] = one.after
        for onboarding_id, fields in changed.items():
            for follow in await self._store.follows.of_onboarding(onboarding_id):
                if follow.slack_id == sight.by:
                    await self._store.follows.learn(follow, fields)
                else:
                    await self._plan(follow)

    async def due(self) -> tuple[Follow, ...]:
        """Who is to be told something now. Where it is quiet by now, they are told later."""
        now = self._clock()
        if self._checked is None or abs(now - self._checked) >= RECHECK:
            self._checked = now
            for follow in await self._store.follows.all():
                # Nobody is told later than what is seen now would be: that was planned by a clock that was ahead.
                if (follow.due_at is None or follow.due_at > self._told_at(follow)) and self.news(follow):
                    await self._plan(follow)
        awake = []
        for follow in await self._store.follows.due(now, limit=AT_ONCE):
            over = self._quiet.over(now, ZoneInfo(follow.zone)) if self._quiet else now
            if over > now:
                await self._store.follows.put_off(follow, over)
            else:
                awake.append(follow)
        return tuple(awake)

    def news(self, follow: Follow) -> News:
        """What is different from what a follower was told last."""
        known = self._portfolio.known(follow.onboarding_id)
        if known is None and self._portfolio.current is None:
            return {}
        csm = known.onboarding.csm_id if known else None
        is_csm = csm is not None and csm in self._people.directory.of_slack(follow.slack_id)
        return following.news(follow, known.onboarding if known else None, csm=is_csm)

    async def take(self, follow: Follow, standing: Standing | None) -> bool:
        """Claim the telling of how the onboarding stands: True for one caller only, who tells it once."""
        now: Mapping[str, str | None] = following.standing(standing.onboarding) if standing else follow.told
        return await self._store.follows.take(follow, now)

    async def give_back(self, follow: Follow) -> None:
        """Surely nothing was sent: it is due as it was before it was taken."""
        if follow.due_at is not None:
            await self._store.follows.give_back(follow, due_at=follow.due_at)

    async def put_off(self, follow: Follow) -> None:
        """It cannot be told now: it is told later, with whatever comes until then."""
        await self._store.follows.put_off(follow, self._told_at(follow))

    async def thread(self, follow: Follow, *, channel: str | None, ts: str | None) -> None:
        """Note where the thread about this onboarding begins."""
        await self._store.follows.thread(follow, channel=channel, ts=ts)

    def standing(self, follow: Follow) -> Standing | None:
        """How the onboarding stands, as far as known."""
        return self._portfolio.known(follow.onboarding_id)

    async def _plan(self, follow: Follow) -> None:
        await self._store.follows.plan(follow, self._told_at(follow))

    def _told_at(self, follow: Follow) -> datetime:
        return following.told_at(self._clock(), zone=ZoneInfo(follow.zone), quiet=self._quiet)
