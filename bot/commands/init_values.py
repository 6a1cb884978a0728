"""The settings as `init` sees them: what was given, what `.env` has, what is usual, and what is to be."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.config import Settings


@dataclass(frozen=True, slots=True)
class Values:
    """The settings by their lower-case names; `wanted` grows step by step, and is what is written in the end."""

    options: Mapping[str, str] = field(repr=False)
    """As the command line gave them."""
    present: Mapping[str, str] = field(repr=False)
    """As the file has them."""
    environment: Mapping[str, str] = field(repr=False)
    wanted: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def given(self) -> Mapping[str, str]:
        """What need not be asked for: options win over the environment."""
        return {**self.environment, **self.options}

    @property
    def new(self) -> bool:
        """Whether nothing is set up yet; a token that was given in this run alone sets nothing up."""
        return not self.present.get("slack_bot_token")

    @property
    def was_http(self) -> bool:
        """Whether Slack calls an address, as far as it is set up."""
        return bool(self.present.get("slack_signing_secret") and not self.present.get("slack_app_token"))

    @property
    def changes(self) -> Mapping[str, str]:
        """What is different from what the file says, or from what holds without a line."""
        return {name: value for name, value in self.wanted.items() if value != self.present.get(name, usual(name))}

    @property
    def overruled(self) -> tuple[str, ...]:
        """The settings of which the environment has another value."""
        return tuple(name for name, value in self.wanted.items() if self.environment.get(name, value) != value)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The settings that the environment has and that are not written, because they are not asked for."""
        return tuple(
            name
            for name, value in self.environment.items()
            if name not in self.wanted and self.present.get(name) != value
        )

    def before(self, name: str) -> str:
        """A setting as it is without this run."""
        return self.present.get(name) or usual(name)

    def now(self, name: str) -> str:
        """A setting as it will be, as far as that is known by now."""
        return self.wanted.get(name) or self.given.get(name) or self.before(name)


def environment() -> Mapping[str, str]:
    """The settings that the environment has."""
    return {name: value for name in Settings.model_fields if (value := os.environ.get(name.upper()))}


def usual(name: str) -> str:
    """What a setting is without a line for it, as it would be written."""
    known = Settings.model_fields[name]
    value = None if known.is_required() else known.default
    return value if isinstance(value, str) else ""
