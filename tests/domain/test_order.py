import pytest

from bot.domain import order
from bot.domain.errors import UserError
from bot.domain.order import Order


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("", (None, "")),
        ('phase:"Internal QA" sort:name acme', (Order.NAME, 'phase:"Internal QA" acme')),
        ("SORT:Date", (Order.DATE, "")),
        ("sort:name sort:phase", (Order.PHASE, "")),
        ("resort:name", (None, "resort:name")),
    ],
)
def test_the_order_is_taken_out_and_the_rest_stays_as_typed(typed, taken):
    assert order.take(typed) == taken


def test_an_unknown_order_says_which_there_are():
    with pytest.raises(UserError) as raised:
        order.take("sort:size")

    assert raised.value.hint == "There are `sort:newest`, `sort:date`, `sort:name`, `sort:phase`."
