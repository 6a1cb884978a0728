"""What somebody may mean who is still typing: onboardings by a number's beginning, or by the customer's name."""

from bot.domain import references
from bot.domain.records import Snapshot, Standing
from bot.domain.references import Link, Number

MOST = 100
"""As many as a menu of Slack's holds."""


def suggested(query: str, snapshot: Snapshot, *, host: str = "") -> tuple[Standing, ...]:
    """Onboardings that fit what was typed so far, best first; a hundred at most, and none for nothing typed."""
    typed = query.strip()
    if not typed:
        return ()
    reference = references.parse(typed, host=host)
    if isinstance(reference, Number):
        found = _numbered(str(reference.n), snapshot)
    elif isinstance(reference, Link):
        found = [one for one in snapshot.standings if _is_meant(reference, one)]
    else:
        order = {one.id: place for place, one in enumerate(references.match(reference.text, snapshot).all)}
        found = [one for one in snapshot.standings if one.onboarding.customer_id in order]
        found.sort(key=lambda one: (order[one.onboarding.customer_id], one.onboarding.display_id))
    return tuple(found[:MOST])


def _numbered(number: str, snapshot: Snapshot) -> list[Standing]:
    """First the one with that number, then those of the customer with it, then those whose number goes on from it."""

    def rank(standing: Standing) -> int | None:
        own = str(standing.onboarding.display_id)
        if own == number:
            return 0
        if standing.customer and str(standing.customer.display_id) == number:
            return 1
        return 2 if own.startswith(number) else None

    ranked = [(place, one) for one in snapshot.standings if (place := rank(one)) is not None]
    return [one for _, one in sorted(ranked, key=lambda pair: (pair[0], pair[1].onboarding.display_id))]


def _is_meant(link: Link, standing: Standing) -> bool:
    onboarding, customer = standing.onboarding, standing.customer
    if link.kind == "onboarding":
        return link.n == onboarding.display_id if link.n is not None else link.id == onboarding.id
    if customer is None:
        return False
    return link.n == customer.display_id if link.n is not None else link.id in (customer.id, customer.slug)
