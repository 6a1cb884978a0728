"""What is sent: words, values and bodies, plausible as often as absurd."""

import json
from copy import deepcopy

from hypothesis import strategies as some

ODD = (
    "#89",
    "89",
    "#999999999999999999999999",
    "aurora",
    "Aurora Foods",
    "<@U0ANA0001|ana>",
    "<@>",
    "<#C0ONBOARD|onboarding>",
    "<!channel>",
    "<https://my.pivotal.app/onboardings/89>",
    "https://my.pivotal.app/customers/1-x?y=%00",
    "phase:review",
    "owner:@nobody",
    "sort:",
    "launch:this-week",
    "phase:",
    '"',
    "“",
    "'",
    "\\",
    "--",
    "+7d",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "+999999999999d",
    "25:61",
    "Europe/Nowhere",
    "../../etc/passwd",
    "'; DROP TABLE audit; --",
    "{{7*7}}",
    "%s%n",
    "=1+1",
    "\x00",
    "\u202e",
    "\ufeff",
    "ﷺ" * 40,
    "👩‍🚀",
    "é" * 300,
    "١٢٣",
    "½",
    "²",
    "ß",
    "İ",
)
READABLE = some.text(some.characters(exclude_categories=("Cs",)), max_size=40)
ANY = some.text(some.characters(), max_size=30)
"""Lone surrogates too, which JSON can carry."""


def phrases(verbs):
    """What somebody may type after the command."""
    piece = some.one_of(some.sampled_from(ODD), some.sampled_from(verbs), READABLE)
    return some.tuples(some.sampled_from(["", *verbs]), some.lists(piece, max_size=5)).map(
        lambda said: " ".join([said[0], *said[1]])
    )


SCALARS = some.one_of(
    some.none(), some.booleans(), some.integers(), some.floats(), ANY, some.sampled_from(ODD), some.just("T0HOME001")
)


def tree(keys, *, leaves=10):
    """Nested JSON in which some names are those that are looked for."""
    names = some.one_of(some.sampled_from(keys), ANY)
    return some.recursive(
        SCALARS,
        lambda inner: some.lists(inner, max_size=4) | some.dictionaries(names, inner, max_size=5),
        max_leaves=leaves,
    )


def objects(keys, *, leaves=10):
    """The same, with an object on the outside."""
    return some.dictionaries(some.sampled_from(keys), tree(keys, leaves=leaves), max_size=6)


def encoded(strategy):
    """As JSON text."""
    return strategy.map(lambda value: json.dumps(value))


GONE = object()
INSTEAD = (
    GONE, None, "", "x", "\x00", 0, 5, 1.5, True, [], {}, [None], [{}], [[1]], {"id": 5}, {"type": "x"}, {"id": "U0NO"},
    "Ev\0", "\ud800", "\ufffd" * 20_000, {"id": "C\0"},
)  # fmt: skip


def altered(payloads, *, but):
    """One of `payloads` with one or two of its fields gone or something else in their place; `but` stay as they are."""

    def changed(payload):
        places = [place for place in _places(payload) if place[-1] not in but]
        changes = some.lists(some.tuples(some.sampled_from(places), some.sampled_from(INSTEAD)), min_size=1, max_size=2)
        return changes.map(lambda chosen: _with(payload, chosen))

    return some.sampled_from(payloads).flatmap(changed)


def _places(value, above=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield (*above, name)
        yield from _places(part, (*above, name))


def _with(payload, changes):
    """The longest way first, lest the second change finds nothing to be made in."""
    payload = deepcopy(payload)
    for (*way, last), new in sorted(changes, key=lambda change: -len(change[0])):
        part = payload
        for name in way:
            part = part[name]
        if new is not GONE:
            part[last] = new
        elif isinstance(part, dict):
            part.pop(last, None)
        else:
            part.clear()
    return payload


def filled(view):
    """What may be sent with a form that is open: anything in the fields it has, and what it keeps, altered or not."""
    states = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            states[block["block_id"]] = some.fixed_dictionaries(
                {block["element"]["action_id"]: _given(block["element"])}
            )
    kept = some.just(view["private_metadata"]) | VALUES
    return some.tuples(some.just(view["callback_id"]), kept, some.fixed_dictionaries({}, optional=states))


def _given(element):
    """A field's value, under every name a field may have for it."""
    offered = [one["value"] for one in element.get("options", ())]
    words = some.one_of(some.sampled_from([*offered, *ODD]), ANY, READABLE)
    option = words.map(lambda value: {"value": value, "text": {"type": "plain_text", "text": value}})
    people = some.sampled_from(["U0ANA0001", "U0CARA001", "U0NOBODY", "C0ONBOARD", "C0AURSHRD", "D0CARA001", ""])
    return some.fixed_dictionaries(
        {"type": some.just(element["type"])},
        optional={
            "value": some.none() | words,
            "selected_option": some.none() | option,
            "selected_options": some.lists(option, max_size=3),
            "selected_date": some.none() | some.dates().map(str) | words,
            "selected_time": some.none() | some.times().map("{:%H:%M}".format) | words,
            "selected_user": people,
            "selected_users": some.lists(people, max_size=3),
            "selected_conversation": people,
        },
    )


PRESS_KEYS = (
    "v",
    "id",
    "verb",
    "e",
    "ok",
    "list",
    "f",
    "p",
    "s",
    "w",
    "until",
    "r",
    "phase",
    "state",
    "waiting",
    "target",
)
VALUES = some.one_of(
    ANY,
    encoded(tree(PRESS_KEYS)),
    encoded(
        some.fixed_dictionaries(
            {
                "v": some.sampled_from([1, 2, 2, 2, 3]),
                "id": some.sampled_from(["onb_1", "89", "", "../x", "?a=b", "#"]),
            },
            optional={key: tree(PRESS_KEYS, leaves=4) for key in PRESS_KEYS[2:]},
        )
    ),
)
