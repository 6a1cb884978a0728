"""Makers of records for the rules' tests; session-wide, so that property tests may use them too."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import settings

from bot.domain.records import History, Snapshot, Standing
from bot.pivotal.models import CustomerRow, OnboardingRow

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def make_onboarding() -> Callable[..., OnboardingRow]:
    def make(display_id: int = 89, **fields: object) -> OnboardingRow:
        known: dict[str, object] = {
            "id": f"onb_{display_id}",
            "display_id": display_id,
            "customer_id": f"cus_{display_id}",
            "phase": "review",
            "state": "active",
            "csm_id": "user_csm_001",
        }
        return OnboardingRow.model_validate(known | fields)

    return make


@pytest.fixture(scope="session")
def make_standing(make_onboarding) -> Callable[..., Standing]:
    def make(name: str = "Aurora Foods", display_id: int = 89, history: History | None = None, **fields) -> Standing:
        onboarding = make_onboarding(display_id, **fields)
        customer = CustomerRow(id=onboarding.customer_id, display_id=display_id + 100, name=name)
        return Standing(onboarding=onboarding, customer=customer, history=history or History())

    return make


@pytest.fixture(scope="session")
def make_snapshot() -> Callable[..., Snapshot]:
    def make(*standings: Standing) -> Snapshot:
        customers = {s.customer.id: s.customer for s in standings if s.customer}
        return Snapshot(standings=standings, customers=customers, as_of=datetime(2026, 9, 9, 9, tzinfo=UTC))

    return make
