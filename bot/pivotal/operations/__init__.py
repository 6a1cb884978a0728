"""Every operation of the API, once, as a pure function from its arguments to a typed call; nothing is sent here.

The complete list: https://docs.pivotal.app/api/reference
"""

from typing import Any

from bot.pivotal.calls import Call
from bot.pivotal.operations import contacts, customers, meta, onboardings


def samples() -> tuple[Call[Any], ...]:
    """One call of each of the 18 operations: method, route, and the models of body and answer.

    For comparing them with an OpenAPI document. The ids and names in them stand for nothing.
    """
    return (
        meta.me(),
        meta.health(),
        customers.listed().call(None),
        customers.create("Sample"),
        customers.get("id"),
        customers.update("id", name="Sample"),
        customers.delete("id"),
        customers.contacts("id").call(None),
        customers.onboardings("id").call(None),
        contacts.create("id", name="Sample", email="sample@example.com"),
        contacts.get("id"),
        contacts.update("id", name="Sample"),
        contacts.delete("id"),
        onboardings.listed().call(None),
        onboardings.create("id"),
        onboardings.get("id"),
        onboardings.update("id", name="Sample"),
        onboardings.delete("id"),
    )
