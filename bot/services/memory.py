"""The portfolio in memory: standings, customers and observed history, ready to answer without waiting for anything."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from bot.domain import risk
from bot.domain.history import history
from bot.domain.records import History, Observation, Snapshot, Standing, Standings
from bot.pivotal.models import CustomerRow, OnboardingRow


@lru_cache(maxsize=1_000)
def _unchanged_since(met_at: datetime | None) -> History:
    """The history of what was never seen to change: one for all that were met in the same walk."""
    return History(phase_at_least=met_at, state_at_least=met_at)


class Memory:
    """What is known at this moment; whoever changes it sees to it that the store says the same."""

    def __init__(self) -> None:
        self._standings: dict[str, Standing] = {}
        self._customers: dict[str, CustomerRow] = {}
        self._observations: dict[str, list[Observation]] = {}
        self._met: dict[str, datetime] = {}
        self._standings_newest_first: Standings | None = None
        self._medians: Mapping[str, float] | None = None

    @property
    def standings(self) -> Mapping[str, Standing]:
        """The onboardings by id, as they stand; what is held next is another mapping."""
        return self._standings

    @property
    def customers(self) -> Mapping[str, CustomerRow]:
        """The customers by id; replaced as a whole, never changed."""
        return self._customers

    @property
    def medians(self) -> Mapping[str, float]:
        """Days onboardings usually stay in a phase, where enough stays were observed."""
        if self._medians is None:
            self._medians = risk.medians(self._observations)
        return self._medians

    def rows(self) -> dict[str, OnboardingRow]:
        """The onboardings by id."""
        return {onboarding_id: standing.onboarding for onboarding_id, standing in self._standings.items()}

    def known(self, reference: str) -> Standing | None:
        """One onboarding, by id or display id."""
        found = self._standings.get(reference)
        if found is None and reference.isdecimal():
            number = int(reference)
            found = next((one for one in self._standings.values() if one.onboarding.display_id == number), None)
        return found

    def snapshot(self, as_of: datetime) -> Snapshot:
        """Everything, newest onboarding first."""
        if self._standings_newest_first is None:
            ordered = sorted(self._standings.values(), key=lambda one: one.onboarding.display_id, reverse=True)
            self._standings_newest_first = Standings(ordered)
        return Snapshot(self._standings_newest_first, self._customers, as_of)

    def standing(self, row: OnboardingRow) -> Standing:
        """A record with its customer and its history."""
        seen, met_at = self._observations.get(row.id), self._met.get(row.id)
        known = history(seen, row, met_at=met_at) if seen else _unchanged_since(met_at)
        standing, held = Standing(row, self._customers.get(row.customer_id), known), self._standings.get(row.id)
        return held if held is not None and held == standing else standing

    def learn(self, observations: Iterable[Observation]) -> None:
        """Add to the observed history; the standings it is about have to be held or placed afterwards."""
        for observation in observations:
            self._observations.setdefault(observation.onboarding_id, []).append(observation)
            self._medians = None

    def unlearn(self) -> None:
        """Forget the observed history; the standings keep theirs until they are held anew."""
        self._observations = {}
        self._medians = None

    def hold(
        self,
        rows: Collection[OnboardingRow],
        *,
        customers: Mapping[str, CustomerRow] | None = None,
        met: Callable[[str], datetime | None] = lambda _: None,
    ) -> None:
        """Hold exactly these onboardings, and these customers if they are given.

        `met` says when one was seen first, by id. What is held already keeps the moment that it has, and as long as
        nothing about it is new it stays the very same object: who draws it knows by that.
        """
        if customers is not None:
            self._customers = dict(customers)
        self._met = {row.id: one for row in rows if (one := self._met.get(row.id) or met(row.id))}
        self._standings = {row.id: self.standing(row) for row in rows}
        self._standings_newest_first = None

    def place(self, row: OnboardingRow, *, met_at: datetime | None = None) -> None:
        """Hold this version of one onboarding, seen first at `met_at` if it is new here."""
        if met_at is not None:
            self._met.setdefault(row.id, met_at)
        self._standings[row.id] = self.standing(row)
        self._standings_newest_first = None

    def drop(self, onboarding_id: str) -> None:
        """Hold one onboarding no longer."""
        self._standings.pop(onboarding_id, None)
        self._met.pop(onboarding_id, None)
        self._standings_newest_first = None

    def meet(self, customer: CustomerRow) -> None:
        """Add one customer, and name it in the standings that wait for it."""
        self._customers = {**self._customers, customer.id: customer}
        for row in self.rows().values():
            if row.customer_id == customer.id:
                self.place(row)
