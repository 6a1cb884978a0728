"""How `init` talks: question by question in a terminal; elsewhere it takes what was given, and says what is missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.console import Console

from bot.commands.init_checks import Unfit, kind
from bot.config import ConfigurationError
from bot.pivotal.settings import Key

NONE = "none"
"""What is typed to leave an optional value empty."""

Check = Callable[[str], str]
"""Takes a value and gives what to say of it, which may be nothing; raises Unfit."""


@dataclass(frozen=True, slots=True)
class Question:
    """One setting to ask for: its name in lower case, what to call it, and where its value comes from."""

    name: str
    label: str
    where: str
    usual: str = ""
    secret: bool = False
    optional: bool = False


class Asker:
    """Gets one value after the other: given ones count, then what is typed, what was there, and what is usual.

    Without `asks` nothing is typed. What was given is not asked for, so what is wrong with it ends the run.
    """

    def __init__(self, given: Mapping[str, str], present: Mapping[str, str], *, asks: bool, console: Console) -> None:
        self._given = given
        self._present = present
        self.asks = asks
        self.console = console

    def heading(self, text: str) -> None:
        """Begin a step."""
        self.console.print(f"\n{text}", style="bold")

    def say(self, text: str) -> None:
        """Say something that belongs to a step."""
        for line in text.splitlines():
            self.console.print(f"  {line}")

    def well(self, text: str) -> None:
        """Say that something is as it should be."""
        first, *more = text.splitlines()
        self.console.print(f"  ✓ {first}", style="green")
        self.say("\n".join(f"  {line}" for line in more))

    def pause(self, text: str) -> None:
        """Wait for Enter."""
        if self.asks:
            self.console.input(f"  {text}", markup=False)

    def need(self, *questions: Question) -> None:
        """Where nothing can be typed, raise ConfigurationError naming all that is missing."""
        missing = [one for one in questions if not (self.asks or self._before(one))]
        if missing:
            raise ConfigurationError(
                [f"{one.name.upper()} is missing. {' '.join(one.where.split())}" for one in missing]
            )

    def value(self, question: Question, check: Check) -> str:
        """The value of a setting, checked; raises Unfit for one that is given and cannot be used."""
        before = self._before(question)
        if not self.asks or question.name in self._given:
            return "" if question.optional and before.lower() == NONE else self._checked(before, check)
        self.say(question.where)
        while True:
            typed = self._typed(question, before)
            try:
                return self._checked(typed, check)
            except Unfit as wrong:
                self._wrong(wrong)
                # What Slack or Pivotal may take a moment later need not be pasted again, but Enter leaves out what is
                # optional; what they refuse is gone.
                if wrong.again and not question.optional:
                    before = typed
                elif typed == before and not wrong.again:
                    before = question.usual

    def _before(self, question: Question) -> str:
        return self._given.get(question.name) or self._present.get(question.name) or question.usual

    def _typed(self, question: Question, before: str) -> str:
        shown = shown_as(question.name, before) if question.secret else before
        none = NONE if question.optional else ""
        prompt = f"  {question.label}{f' [{shown or none}]' if shown or none else ''}: "
        while True:
            typed = self.console.input(prompt, markup=False, password=question.secret).strip().strip("'\"")
            if question.optional and typed.lower() == NONE:
                return ""
            if typed or before or question.optional:
                return typed or before

    def _checked(self, value: str, check: Check) -> str:
        if value and (told := check(value)):
            self.well(told)
        return value

    def _wrong(self, wrong: Unfit) -> None:
        self.console.print(f"  ✗ {wrong}", style="red")


def shown_as(name: str, value: str) -> str:
    """A value as it may be shown: of a secret no more than how it begins."""
    if name == "pivotal_api_key":
        return f"{Key(value).prefix}…" if value else ""
    if name in ("slack_bot_token", "slack_app_token"):
        return f"{value[:5]}…" if kind(value) else "set" * bool(value)
    return "set" * bool(value) if name == "slack_signing_secret" else value
