"""The snapshot holds what lists, cards and rules use, and nothing that nobody needs to have a copy of."""

import re
from pathlib import Path

import pytest

import bot
from bot.pivotal.models import Customer, CustomerRow, Onboarding, OnboardingRow
from bot.store.tables import metadata

COLUMNS = {
    "onboardings": {
        "id", "display_id", "customer_id", "name", "phase", "state", "waiting_on_customer", "target_launch_date",
        "csm_id", "se_id", "designer_id", "product_ops_id", "started_at", "created_at", "updated_at",
        "written", "met_at",
    },
    "customers": {"id", "display_id", "name", "slug", "slack_channel_id", "written"},
    "snapshot": {"id", "as_of", "full_at", "customers_at", "written"},
}  # fmt: skip
BOT = Path(bot.__file__).parent
ROOMS = ("domain", "views", "services", "listeners", "delivery")
NOBODY_NEEDS = ("note", "contact", "email", "phone", "revenue", "arr", "mrr", "price", "contract", "secret", "token")


@pytest.mark.parametrize("table", COLUMNS)
def test_snapshot_has_these_columns_and_no_others(table):
    assert set(metadata.tables[table].columns.keys()) == COLUMNS[table]


@pytest.mark.parametrize("field", sorted({*OnboardingRow.model_fields, *CustomerRow.model_fields}))
def test_each_field_that_pivotal_gave_is_read_by_a_list_a_card_or_a_rule(field):
    reads = re.compile(rf"^(?!from|import).*(?:\.{field}\b|[\"']{field}[\"'])", re.MULTILINE)
    readers = [path for room in ROOMS for path in (BOT / room).rglob("*.py") if reads.search(path.read_text())]

    assert readers


def test_no_notes_contacts_or_revenue_among_them():
    named = {column for columns in COLUMNS.values() for column in columns}

    assert [column for column in named if any(word in column.split("_") for word in NOBODY_NEEDS)] == []


@pytest.mark.parametrize(
    ("whole", "slim"), [(Onboarding, OnboardingRow), (Customer, CustomerRow)], ids=["onboarding", "customer"]
)
def test_what_pivotal_says_besides_is_not_stored(whole, slim):
    stored = set().union(*COLUMNS.values())

    assert set(slim.model_fields) <= stored
    assert whole.model_fields.keys() - stored
