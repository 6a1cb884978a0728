"""Following: who wants to be told of an onboarding, gathering what they are to be told, and handing it out once."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import following, rights
from bot.domain.following import News, Quiet
from bot.domain.records import Actor, Follow, Observation, Standing
from bot.services.people import People
from bot.services.portfolio import Portfolio, Sight
from bot.store import Store

AT_ONCE = 20
"""Messages handed out in one go."""


class Following:
    """The followers, and what waits for each of them."""

    def __init__(
        self, store: Store, portfolio: Portfolio, people: People, *, clock: Callable[[], datetime], quiet: Quiet | None
    ) -> None:
        self._store = store
        self._portfolio = portfolio
        self._people = people
        self._clock = clock
        self._quiet = quiet

    async def follow(self, standing: Standing, *, by: Actor) -> bool:
        """Follow an onboarding; False for one who does already. Raises Forbidden."""
        rights.check(rights.Right.FOLLOW, by)
        wish = Follow(by.slack_id, standing.onboarding.id, standing.title, self._clock(), by.zone)
        return await self._store.follows.add(wish)

    async def unfollow(self, onboarding_id: str, *, by: Actor) -> bool:
        """Follow no longer; False for one who did not."""
        return await self._store.follows.remove(by.slack_id, onboarding_id)

    async def forget(self, follow: Follow) -> None:
        """The onboarding is gone: nobody follows it any more."""
        await self._store.follows.remove(follow.slack_id, follow.onboarding_id)

    async def of(self, slack_id: str) -> tuple[Follow, ...]:
        """What somebody follows."""
        return tuple(await self._store.follows.of_person(slack_id))

    async def note(self, sight: Sight) -> None:
        """Keep for each follower what was seen; nobody is told of what they did themselves."""
        now = self._clock()
        by_onboarding: dict[str, list[Observation]] = defaultdict(list)
        gone = (Observation(one.onboarding.id, following.DELETED, None, "yes", now, "") for one in sight.gone)
        for one in (*sight.changes, *gone):
            by_onboarding[one.onboarding_id].append(one)
        for onboarding_id, seen in by_onboarding.items():

            def gather(follow: Follow, seen: Iterable[Observation] = seen) -> tuple[News, datetime | None]:
                news = following.gathered(follow.pending, self._for(follow, seen))
                due = follow.due_at or following.told_at(now, zone=ZoneInfo(follow.zone), quiet=self._quiet)
                return news, due if news else None

            await self._store.follows.note(onboarding_id, gather, besides=sight.by)

    async def due(self) -> tuple[Follow, ...]:
        """Who is to be told something now."""
        return tuple(await self._store.follows.due(self._clock(), limit=AT_ONCE))

    async def take(self, follow: Follow) -> bool:
        """Claim the telling: True for one caller only, who tells it once or not at all."""
        return await self._store.follows.take(follow)

    async def give_back(self, follow: Follow) -> None:
        """Surely nothing was sent: it is told with whatever came since."""
        kept = tuple(
            Observation(follow.onboarding_id, field, before, after, self._clock(), "kept")
            for field, (before, after) in follow.pending.items()
        )

        def put_back(now_there: Follow) -> tuple[News, datetime | None]:
            if now_there.slack_id != follow.slack_id:
                return now_there.pending, now_there.due_at
            since = (
                Observation(follow.onboarding_id, field, before, after, self._clock(), "kept")
                for field, (before, after) in now_there.pending.items()
            )
            news = following.gathered(following.gathered({}, kept), since)
            return news, self._clock() + following.BURST if news else None

        await self._store.follows.note(follow.onboarding_id, put_back, besides="")

    async def thread(self, follow: Follow, *, channel: str | None, ts: str | None) -> None:
        """Note where the thread about this onboarding begins."""
        await self._store.follows.thread(follow, channel=channel, ts=ts)

    def standing(self, follow: Follow) -> Standing | None:
        """How the onboarding stands, as far as known."""
        return self._portfolio.known(follow.onboarding_id)

    def _for(self, follow: Follow, seen: Iterable[Observation]) -> Iterable[Observation]:
        """What this follower is told: all but the launch where Pivotal itself tells them, as it tells the CSM."""
        standing = self._portfolio.known(follow.onboarding_id)
        csm = standing.onboarding.csm_id if standing else None
        told_by_pivotal = csm is not None and csm in self._people.directory.of_slack(follow.slack_id)
        return (one for one in seen if not (told_by_pivotal and one.field == "phase" and one.after == "launch"))
