"""How the workspace says no: an error code of Slack's, with the details Slack would give."""

from bot.sandbox.slack.wire import Json


class Refusal(Exception):
    """Slack's `{"ok": false}`: the code, the sentences for developers, and further fields of the answer.

    `retry_after` is in seconds and set for `ratelimited` only.
    """

    def __init__(
        self,
        error: str,
        messages: tuple[str, ...] = (),
        *,
        retry_after: int | None = None,
        extra: Json | None = None,
    ) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.retry_after = retry_after
        self.extra = extra or {}

    def body(self) -> Json:
        """The answer's JSON, as https://docs.slack.dev/apis/web-api/ describes it."""
        body: Json = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["errors"] = list(self.messages)
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return body
