"""Which part of a typed line says whose onboarding is meant, and which one that is as far as memory knows."""

from bot.domain import references, words
from bot.domain.records import Snapshot, Standing
from bot.domain.references import Link, Name, Number


def cut(text: str, snapshot: Snapshot, *, host: str = "") -> tuple[str, str]:
    """Cut a line after the name or number it begins with; what follows is a reason, a date or the like.

    A name in quotes or a link is one word, and so is `onboarding #89`, as our own texts say; else it is the longest
    beginning that is a customer's own name, or a number, or the longest beginning that is at least like a name. A line
    that begins with nothing of the kind is taken for a name as a whole.
    """
    said = words.split(text)
    if not said:
        return "", ""
    if isinstance(references.parse(" ".join(said[:2]), host=host), Link):
        return " ".join(said[:2]), " ".join(said[2:])
    first = references.parse(said[0], host=host)
    quoted = not text.lstrip().startswith(said[0])
    if quoted or isinstance(first, Link):
        return said[0], " ".join(said[1:])
    beginnings = [(" ".join(said[:length]), " ".join(said[length:])) for length in range(len(said), 0, -1)]
    for name, rest in beginnings:
        if references.match(name, snapshot).exact:
            return name, rest
    if isinstance(first, Number):
        return said[0], " ".join(said[1:])
    for name, rest in beginnings:
        if references.match(name, snapshot).words:
            return name, rest
    return text, ""


def meant(name: str, snapshot: Snapshot, *, host: str = "") -> Standing | None:
    """The one onboarding that a name, number or link surely means in a snapshot; None when there is no telling."""
    reference = references.parse(name, host=host)
    if isinstance(reference, Name):
        customers = {one.id for one in references.match(reference.text, snapshot).exact}
    elif isinstance(reference, Link) and reference.kind == "customer":
        customers = {
            one.id
            for one in snapshot.customers.values()
            if one.display_id == reference.n or (reference.id and reference.id in (one.id, one.slug))
        }
    else:
        number, own_id = reference.n, reference.id if isinstance(reference, Link) else None
        found = [
            one for one in snapshot.standings if number == one.onboarding.display_id or own_id == one.onboarding.id
        ]
        return found[0] if found else None
    found = [one for one in snapshot.standings if one.onboarding.customer_id in customers]
    return found[0] if len(found) == 1 else None
