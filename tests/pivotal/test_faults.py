"""Two hundred seeded runs through bad weather: every create once, every error typed, no call beyond its time.

`make test` runs a tenth of the seeds, `make soak` all of them.
"""

import os
from random import Random

import pytest

from bot.pivotal import PivotalError, Timeout
from bot.sandbox.pivotal import Fault

SOAK = bool(os.environ.get("SOAK"))
SEEDS = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(200)] if SOAK else range(0, 200, 10)
TOTAL = 20
WEATHER = (
    Fault.error_500,
    Fault.error_500_after,
    Fault.html_502,
    Fault.html_502_after,
    Fault.drop_before,
    Fault.drop_after,
    Fault.broken_body,
    Fault.odd_values,
)


class Weather:
    """Decides by a seed what goes wrong, and keeps the books of one run."""

    def __init__(self, seed, pivotal, time, api):
        self.chance, self.pivotal, self.time, self.api = Random(seed), pivotal, time, api
        self.errors = []

    def strikes(self):
        self.pivotal.works_again()
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 3, 5))):
            limited = Fault.rate_limited(self.chance.randint(1, 30))
            self.pivotal.fails(self.chance.choice((*WEATHER, limited)))

    def tries(self, act):
        """Do something in this weather: its result, or the error, which has to be a typed one and in time."""
        self.time.passes(60)
        self.strikes()
        began = self.time.now
        try:
            return act(), None
        except PivotalError as error:
            self.errors.append(error)
            return None, error
        finally:
            assert (self.time.now - began).total_seconds() <= TOTAL
            self.pivotal.works_again()


def customers_called(pivotal, name):
    return [each for each in pivotal.world.customers.newest_first() if each["name"] == name]


@pytest.mark.parametrize("seed", SEEDS)
def test_in_any_weather_what_is_said_to_be_done_is_done_once(make, lasting, time, seed):
    api = make(local=lasting, timeout=Timeout(total=TOTAL), chance=Random(seed).random)
    weather = Weather(seed, lasting, time, api)
    run = f"{seed} {id(weather)}"

    for number in range(6):
        name = f"Customer {run} {number}"
        customer, error = weather.tries(lambda name=name: api.customers.create(name))
        made = customers_called(lasting, name)
        assert len(made) == 1 if customer else len(made) <= error.maybe_applied

        record = customer.id if customer else lasting.has_customer(f"{name} by hand")["id"]
        onboarding, error = weather.tries(lambda record=record: api.onboardings.create(record))
        made = [each for each in lasting.world.onboardings.newest_first() if each["customer_id"] == record]
        assert len(made) == 1 if onboarding else len(made) <= error.maybe_applied

        target = onboarding.id if onboarding else lasting.has_onboarding(customer=name)["id"]
        changed, error = weather.tries(lambda target=target: api.onboardings.update(target, phase="review"))
        entered = lasting.transitions(target)
        assert entered == ["review"] if changed else len(entered) <= error.maybe_applied

        read, error = weather.tries(lambda target=target: api.onboardings.get(target))
        assert read.id == target if read else not error.maybe_applied

        gone, error = weather.tries(lambda target=target: api.onboardings.delete(target))
        assert gone or error.maybe_applied or lasting.onboarding(target) is not None
        assert not gone or lasting.onboarding(target) is None

    untyped = [
        error for error in weather.errors if type(error) is PivotalError or not error.method or not error.attempts
    ]
    assert untyped == []
