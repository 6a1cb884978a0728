"""The sample world the views are drawn from, and Slack's limits as this room checks them."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from syrupy.extensions.json import JSONSnapshotExtension

from bot.domain.phases import Phases
from bot.domain.records import Directory, History, Person, Slip, Standing
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.views.digest_frame import Frame
from bot.views.message import Message
from bot.views.viewing import Viewing

NOW = datetime(2026, 9, 9, 7, 41, tzinfo=UTC)
OURS = re.compile(r"<(?:#[A-Z0-9]+|https://[^|<>]+\|[^|<>]*)>")
"""The only angle brackets a view may write: a channel by id, and a link of ours."""
STYLED_NAMES = re.compile(r"\*(bold|Partners)\*|_it_|~no~")
"""Parts of the names that the odd records have."""
TEXTS = {"plain_text", "mrkdwn"}
LIMITS = {"section": 3000, "header": 150, "context": 3000}
WIDTHS = {"actions": 25, "context": 10}


def units(text: str) -> int:
    """Length in UTF-16 units, the stricter way to count."""
    return len(text.encode("utf-16-le")) // 2


def within(text: str, limit: int, where: str) -> None:
    assert text.strip(), f"{where} is empty"
    assert units(text) <= limit, f"{where} has {units(text)} of {limit} characters"


def harmless(text: str, where: str, pings: Collection[str] = ()) -> None:
    for person in pings:
        text = text.replace(f"<@{person}>", "")
    left = OURS.sub("", text)
    assert "<" not in left, f"{where} lets markup through: {text!r}"
    assert ">" not in left, f"{where} lets markup through: {text!r}"
    assert not re.search(r"&(?!amp;|lt;|gt;)", left), f"{where} has a bare or broken entity: {text!r}"
    assert not re.search(r"@(channel|here|everyone)\b", text), f"{where} could ping: {text!r}"
    assert not STYLED_NAMES.search(text), f"{where} lets a name style itself: {text!r}"


def objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from objects(child)


def check_element(element: dict[str, Any]) -> None:
    if element["type"] == "overflow":
        check_menu(element)
        return
    assert element["type"] == "button"
    within(element["text"]["text"], 75, "a button")
    within(element["accessibility_label"], 75, "an accessibility label")
    within(element["action_id"], 255, "an action id")
    assert element["action_id"].startswith("ob:")
    if "value" in element:
        within(element["value"], 2000, "a value")
    if "url" in element:
        within(element["url"], 3000, "a url")
    if "confirm" in element:
        ask = element["confirm"]
        within(ask["title"]["text"], 100, "a dialog's title")
        within(ask["text"]["text"], 300, "a dialog's text")
        within(ask["confirm"]["text"], 30, "a dialog's yes")
        within(ask["deny"]["text"], 30, "a dialog's no")


def check_menu(element: dict[str, Any]) -> None:
    assert element["action_id"].startswith("ob:")
    assert 1 <= len(element["options"]) <= 5
    for option in element["options"]:
        within(option["text"]["text"], 75, "an option")
        within(option["value"], 150, "an option's value")
        if "url" in option:
            within(option["url"], 3000, "a url")


def check_block(block: dict[str, Any]) -> None:
    kind = block["type"]
    if kind == "actions":
        assert 1 <= len(block["elements"]) <= WIDTHS[kind]
    elif kind == "context":
        assert 1 <= len(block["elements"]) <= WIDTHS[kind]
        for element in block["elements"]:
            within(element["text"], LIMITS[kind], "a context")
    else:
        within(block["text"]["text"], LIMITS[kind], f"a {kind}")


def fits(message: Message, *, pings: Collection[str] = ()) -> dict[str, Any]:
    """Assert every limit of a message that may ping these people and nobody else, and give its payload."""
    payload = message.payload()
    json.dumps(payload, ensure_ascii=False).encode()
    blocks = payload["blocks"]
    within(payload["text"], 4000, "the fallback text")
    harmless(payload["text"], "the fallback text")
    assert 1 <= len(blocks) <= 50
    for block in blocks:
        check_block(block)
    every = list(objects(blocks))
    for one in every:
        if one.get("type") == "mrkdwn":
            harmless(one["text"], "a text", pings)
            assert one["verbatim"] is True, "Slack would make links and mentions of names"
        if "action_id" in one:
            check_element(one)
    for key in ("action_id", "block_id"):
        ids = [one[key] for one in every if key in one]
        assert len(ids) == len(set(ids)), f"a {key} appears twice"
    assert sum(units(one["text"]) for one in every if one.get("type") in TEXTS) <= 13_000
    return payload


def onboarding(**fields: Any) -> OnboardingRow:
    usual: dict[str, Any] = {
        "id": "onb_089",
        "display_id": 89,
        "customer_id": "cus_aurora",
        "phase": "review",
        "state": "active",
        "target_launch_date": date(2026, 9, 18),
        "csm_id": "user_csm_001",
        "se_id": "user_se_001",
    }
    return OnboardingRow(**{**usual, **fields})


def standing(customer: str | None = "Aurora Foods", history: History | None = None, **fields: Any) -> Standing:
    row = onboarding(**fields)
    named = CustomerRow(id=row.customer_id, display_id=201, name=customer, slug="aurora-foods") if customer else None
    return Standing(row, named, history or History())


@pytest.fixture
def aurora() -> Callable[..., Standing]:
    """Make Aurora Foods' onboarding #89, in Review and active unless said otherwise."""
    return standing


@pytest.fixture
def observed() -> History:
    return History(
        phase_since=datetime(2026, 8, 28, 12, tzinfo=UTC),
        state_since=datetime(2026, 9, 1, 12, tzinfo=UTC),
        slips=(
            Slip(date(2026, 8, 21), date(2026, 9, 4), datetime(2026, 8, 20, tzinfo=UTC)),
            Slip(date(2026, 9, 4), date(2026, 9, 18), datetime(2026, 9, 2, tzinfo=UTC)),
        ),
    )


@pytest.fixture
def viewing() -> Viewing:
    """What drawing takes beside the record."""
    people = {
        "user_csm_001": Person("user_csm_001", "U0ANA0001", "Ana Ruiz"),
        "user_se_001": Person("user_se_001", "U0BEN0001", "Ben Okafor"),
    }
    return Viewing(phases=Phases(), directory=Directory(people), now=NOW, zone=ZoneInfo("Europe/Berlin"), as_of=NOW)


@pytest.fixture
def framed(viewing: Viewing) -> Callable[..., Frame]:
    """Make the frame of a digest that is seen so."""
    seen = {one.name: getattr(viewing, one.name) for one in fields(viewing)}
    return lambda **said: Frame(**seen | said)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def checked() -> Callable[..., dict[str, Any]]:
    """Give a message's payload once it is known to keep all of Slack's limits."""
    return fits


@pytest.fixture
def paste(snapshot: Any) -> Any:
    """Compare with a JSON snapshot that can be pasted into Block Kit Builder."""
    return snapshot.use_extension(JSONSnapshotExtension)
