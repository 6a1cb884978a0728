"""What is sent: words, values and bodies, plausible as often as absurd."""

import json
import random
from copy import deepcopy
from datetime import date

from hypothesis import strategies as some

from bot.domain.expectations import OWNERS, Expectation
from bot.domain.moves import Promise, Verb
from bot.views import values

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
    "9999-12-30",
    "0001-01-01",
    "[" * 2900,
    '{"v":' * 500,
    "9" * 5000,
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


ENDLESS = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9FA6), k=4_000)))
"""A text that compressing makes no shorter: in an index of PostgreSQL there is no room for it."""
GONE = object()
INSTEAD = (
    GONE, None, "", "x", "\x00", 0, 5, 1.5, True, [], {}, [None], [{}], [[1]], {"id": 5}, {"type": "x"}, {"id": "U0NO"},
    "Ev\0", "\ud800", ENDLESS, {"id": "C\0"}, "[" * 2900, "9999-12-31", 10**40, -1,
)  # fmt: skip


def altered(payloads, *, but=()):
    """One of `payloads` with one or two of its fields gone or something else in their place; `but` stay as they are."""

    def changed(payload):
        places = [place for place in _places(payload) if place[-1] not in but]
        changes = some.lists(some.tuples(some.sampled_from(places), some.sampled_from(INSTEAD)), min_size=1, max_size=2)
        return changes.map(lambda chosen: _with(payload, chosen))

    return payloads.flatmap(changed)


def _places(value, above=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield (*above, name)
        yield from _places(part, (*above, name))


def _with(payload, changes):
    """The longest way first, and what is to go last, lest the second change finds nothing to be made in."""
    payload = deepcopy(payload)
    for (*way, last), new in sorted(changes, key=lambda change: (-len(change[0]), change[1] is GONE)):
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


def _loaded(value):
    """What is written in a button's value, where that is JSON."""
    return json.loads(value) if value[0] in "[{" else None


def sent(view):
    """What Slack does send with a form that is open: what it keeps, and of each field something that it can hold."""
    states = {
        block["block_id"]: some.fixed_dictionaries({block["element"]["action_id"]: _held(block)})
        for block in view["blocks"]
        if block["type"] == "input"
    }
    kept = some.just(view["private_metadata"])
    return some.tuples(some.just(view["callback_id"]), kept, some.fixed_dictionaries(states))


def _held(block):
    """A field's value, as https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload shows it."""
    element, nothing = block["element"], some.none() if block.get("optional") else some.nothing()
    most = element.get("max_length", 75)
    words = some.one_of(some.sampled_from(ODD), READABLE).map(lambda one: one[:most])
    offered = some.sampled_from(element["options"]) if "options" in element else some.nothing()
    searched = words.filter(bool).map(lambda one: {"value": one, "text": {"type": "plain_text", "text": one}})
    option = offered if "options" in element else searched
    people = some.sampled_from(["U0ANA0001", "U0CARA001", "U0NOBODY"])
    held = {
        "plain_text_input": {"value": nothing | words},
        "email_text_input": {"value": nothing | words},
        "static_select": {"selected_option": nothing | option},
        "external_select": {"selected_option": nothing | option},
        "radio_buttons": {"selected_option": option},
        "checkboxes": {"selected_options": some.lists(option, max_size=3)},
        "multi_static_select": {"selected_options": some.lists(option, max_size=3)},
        "datepicker": {"selected_date": nothing | some.dates().map(str)},
        "timepicker": {"selected_time": some.times().map("{:%H:%M}".format)},
        "users_select": {"selected_user": nothing | people},
        "multi_users_select": {"selected_users": some.lists(people, max_size=3)},
        "conversations_select": {"selected_conversation": some.none() | some.sampled_from(["C0ONBOARD", "C0AURSHRD"])},
    }[element["type"]]
    return some.fixed_dictionaries({"type": some.just(element["type"]), **held})


DEEP = some.sampled_from([b"[" * 20_000, b'{"a":' * 5_000, b'{"id":' + b"9" * 5_000 + b"}"])
"""Bodies that no reader gets to the end of."""
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
    "u",
    "to",
    "test",
    "slot",
    "o",
    "t",
    "phase",
    "state",
    "waiting",
    "target",
)
_IDS = some.sampled_from(["onb_89", "onb_90", "onb_gone", "sub_1", "sub_gone"])
_DAYS = some.none() | some.sampled_from([date(2026, 9, 1), date.min, date.max]) | some.dates()
_OWNED = some.dictionaries(some.sampled_from(sorted(OWNERS)), some.sampled_from([None, "user_csm_001", "x"]))
_SEEN = some.builds(
    Expectation,
    some.sampled_from(["review", "launch", "completed", "gone"]),
    some.sampled_from(["in_progress", "at_risk", "paused", "gone"]),
    some.booleans(),
    _DAYS,
    _OWNED,
)
_WANTED = some.dictionaries(
    some.sampled_from(["phase", "state", "target_launch_date", "waiting_on_customer", *OWNERS]),
    some.sampled_from(["review", "completed", "pause", "2026-10-01", "9999-12-31", "user_csm_001", "", None, True]),
    max_size=3,
)
_VERBS = some.sampled_from(
    [*map(str, Verb), "open", "share", "cancel", "snooze", "unfollow", "log", "delete", "edit", "gone"]
)
_PROMISES = some.builds(
    Promise, some.sampled_from(["phase=program_buildout", "state=at_risk", "state=paused", ""]), some.booleans()
)
_UNTIL = some.sampled_from([0, 1, -1, 1788762600, 1788762600 + 300, 10**12, 10**40])
_SLOTS = some.sampled_from(["2026-09-07", "2026-09-04", "9999-12-31", "0001-01-01", "now:1.2.3", "now:", "", "x"])
DRAWN = some.one_of(
    some.builds(
        values.Press,
        _IDS,
        _VERBS,
        some.none() | _SEEN,
        some.booleans(),
        some.none() | _PROMISES,
        some.sampled_from(["", "why not"]) | READABLE,
        _WANTED,
        _UNTIL,
    ).map(values.encode),
    some.builds(values.Entry, _IDS, _SLOTS).map(values.encode_entry),
    some.builds(
        values.Turning,
        some.sampled_from(["list", "log", "mine", "subscriptions", "snoozed", "sub_1", "gone"]),
        some.sampled_from(["", "phase:review", "onb_89", *ODD]),
        some.sampled_from([1, 2, 10**6, 10**40]),
    )
    .map(values.encode_turning)
    .filter(bool),
    some.sampled_from(["onb_89", '["C0ONBOARD","at-risk",""]', '["U0ANA0001","U0CARA001"]', '["onb_89"]']),
)
"""What this version of the bot writes into its controls."""
VALUES = some.one_of(
    DRAWN,
    altered(DRAWN.map(_loaded).filter(bool)).map(json.dumps),
    some.sampled_from(ODD),
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
