"""The composition objects of Block Kit as rules: texts, options, confirmations.

Limits: https://docs.slack.dev/reference/block-kit/composition-objects/.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.rules import Flag, Many, OneOf, Rule, Shape, Words, among, problem


def plain(most: int, *, least: int = 1) -> OneOf:
    """A text object that may only be `plain_text`."""
    return OneOf({"plain_text": Shape(needs={"text": Words(most, least)}, may={"emoji": Flag()})})


def text(most: int) -> OneOf:
    """A text object of either kind."""
    return OneOf(
        {
            "plain_text": Shape(needs={"text": Words(most)}, may={"emoji": Flag()}),
            "mrkdwn": Shape(needs={"text": Words(most)}, may={"verbatim": Flag()}),
        }
    )


CONFIRM = Shape(
    needs={"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    may={"style": among("primary", "danger")},
)

OPTION = Shape(needs={"text": plain(75), "value": Words(150)}, may={"description": plain(75)})
RICH_OPTION = Shape(needs={"text": text(75), "value": Words(150)}, may={"description": text(75)})
OVERFLOW_OPTION = Shape(
    needs={"text": plain(75), "value": Words(150)}, may={"description": plain(75), "url": Words(3000)}
)


@dataclass(frozen=True)
class Options:
    """A list of options whose values differ from each other."""

    of: Rule
    most: int
    least: int = 1

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """What is wrong with the list, its options, or two alike."""
        yield from Many(self.of, self.most, self.least).problems(value, at)
        seen: set[str] = set()
        for index, option in enumerate(value if isinstance(value, list) else ()):
            name = option.get("value") if isinstance(option, dict) else None
            if isinstance(name, str):
                if name in seen:
                    yield problem(f"option value {name!r} is used twice", f"{at}/{index}/value")
                seen.add(name)


OPTION_GROUP = Shape(needs={"label": plain(75), "options": Options(OPTION, 100)})

# https://docs.slack.dev/reference/block-kit/composition-objects/conversation-filter-object/: at least one of the three.
CONVERSATION_FILTER = Shape(
    may={
        "include": Many(among("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    either=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)


@dataclass(frozen=True)
class WithChoices:
    """An element that has options itself: what it begins with is exactly one of them."""

    shape: Shape

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """What is wrong with the element, or with what it begins with."""
        found = tuple(self.shape.problems(value, at))
        yield from found
        if found:
            return
        groups = [group["options"] for group in value.get("option_groups") or ()]
        choices = [option for options in (value.get("options") or (), *groups) for option in options]
        if value.get("initial_option") and value["initial_option"] not in choices:
            yield problem("must be one of the options", f"{at}/initial_option")
        for index, began in enumerate(value.get("initial_options") or ()):
            if began not in choices:
                yield problem("must be one of the options", f"{at}/initial_options/{index}")
