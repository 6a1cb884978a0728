"""Which part of a typed line says whose onboarding is meant, and which one that is as far as memory knows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain import references, words
from bot.domain.records import Snapshot, Standing
from bot.domain.references import Link, Name, Number


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a line: the name it begins with, and what follows that."""

    name: str
    rest: str
    order: bool = True
    """Whether the verb before it is an order. Else the verb is a part of the name, and nothing is ordered."""


def readings(text: str, snapshot: Snapshot, *, verbs: Iterable[str] = (), host: str = "") -> tuple[Reading, ...]:
    """The ways to read the line after a verb, which is spelled as one of `verbs`; the first is the likely one.

    It is one way, unless a number is like a customer's name together with what follows it (`7 eleven`), or the verb is
    (`clear skies`).
    """
    said, spoken = words.split(text), words.pieces(text)
    found = [Reading(*cut(text, snapshot, host=host))]
    number = references.parse(said[0]) if said else None
    # `#7` is a number, and so is what stands in quotes.
    if isinstance(number, Number) and found[0].name == said[0] == spoken[0] and said[0].isdecimal():
        alike = replace(snapshot, customers=references.numbered(number.n, snapshot))
        longer = (Reading(*_parted(said, length)) for length in range(len(said), 1, -1))
        found += [one for one in longer if references.resembling(one.name, alike)][:1]
    for verb in verbs if spoken else ():
        line = [*verb.split("-"), *spoken]
        lengths = range(len(line), len(line) - len(spoken), -1)
        if references.begun(" ".join(line), snapshot):
            found.append(Reading(" ".join(line), "", order=False))
        else:
            parted = (Reading(*_parted(line, length), order=False) for length in lengths)
            found += [one for one in parted if references.called(one.name, snapshot)][:1]
    return tuple(found)


def _parted(said: list[str], length: int) -> tuple[str, str]:
    return " ".join(said[:length]), " ".join(said[length:])


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
    beginnings = [_parted(said, length) for length in range(len(said), 0, -1)]
    for name, rest in beginnings:
        if references.called(name, snapshot):
            return name, rest
    if isinstance(first, Number):
        return said[0], " ".join(said[1:])
    for name, rest in beginnings:
        if references.worded(name, snapshot):
            return name, rest
    return text, ""


def meant(name: str, snapshot: Snapshot, *, host: str = "") -> Standing | None:
    """The one onboarding that a name, number or link surely means in a snapshot; None when there is no telling."""
    reference = references.parse(name, host=host)
    if isinstance(reference, Name):
        customers = {one.id for one in references.called(reference.text, snapshot)}
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
