"""The families of errors a person can meet; `views/errors.py` turns each into words, handlers never do."""

from datetime import datetime

COMMAND = "/onboarding"
"""How a hint writes the slash command: `/onboarding list`. What it is called here is put in where it is shown."""


class BotError(Exception):
    """What happened, as one short sentence for the person, and what to do next.

    `message` and `hint` are plain text: the view escapes them.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def advice(self, command: str) -> str:
        """The hint, with the slash command as it is called here."""
        return self.hint.replace(f"`{COMMAND} ", f"`{command} ")


class StartError(Exception):
    """The bot cannot start; the message says why and what to do."""


class MemoryAway(Exception):
    """The bot's own memory, its database, does not answer, or refuses.

    It is no BotError: whoever goes on when Pivotal or Slack is away must not go on without knowing what was done.
    """


class UserError(BotError):
    """The person can mend it."""


class NotFound(UserError):
    """Nothing goes by that name or number."""


class Refused(UserError):
    """A rule of the process forbids it (paused, terminal phase, unknown phase, already so)."""


class Forbidden(UserError):
    """This person, or this place, may not; `hint` says who has the right."""


class Unlinked(Forbidden):
    """This person may not, for nobody knows who they are in Pivotal: they are offered to say it."""


class Busy(UserError):
    """Somebody is doing the same at this moment."""


class Stale(UserError):
    """The record is not as the person saw it; nothing was written."""


class FieldErrors(UserError):
    """Fields of a form that cannot be read: block id → what is wrong with it."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("Please correct the marked fields.")
        self.fields = fields


class UpstreamError(BotError):
    """Pivotal or Slack is slow, full or away; `retry_at` says when to try again, where that is known."""

    def __init__(self, message: str, *, hint: str = "", retry_at: datetime | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_at = retry_at


class OutcomeUnknown(UpstreamError):
    """It was asked for, and may or may not have been done."""


def cause(error: BaseException) -> str:
    """What is behind an error, for the log and its reader: people are told what it means for them."""
    behind = error.__cause__ or error
    return f"{type(behind).__name__}: {behind}"
