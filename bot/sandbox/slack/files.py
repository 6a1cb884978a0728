"""Files: asked for, sent and completed, in that order and once each; `uploads.py` says where they show."""

import mimetypes
from dataclasses import dataclass, field, replace

from bot.sandbox.slack import world
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Clock, Json


@dataclass(frozen=True)
class File:
    """A completed file. `alt_text` is what a screen reader says of a picture."""

    id: str
    name: str
    title: str
    alt_text: str
    content: bytes = field(repr=False)
    created: int

    @property
    def mimetype(self) -> str:
        """What its name says it is."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def is_picture(self) -> bool:
        """Whether Slack shows it in the message."""
        return self.mimetype in ("image/png", "image/jpeg", "image/gif", "image/webp")

    def json(self, origin: str) -> Json:
        """The file object: https://docs.slack.dev/reference/objects/file-object/."""
        address = f"{origin}/files-pri/{world.TEAM}-{self.id}/{self.name}"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.name.rpartition(".")[2],
            "user": world.BOT,
            "user_team": world.TEAM,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "is_public": True,
            "url_private": address,
            "url_private_download": f"{address}?download=1",
            "permalink": f"{origin}/files/{world.BOT}/{self.id}/{self.name}",
            **({"alt_txt": self.alt_text} if self.alt_text else {}),
        }


@dataclass(frozen=True)
class _Ticket:
    file_id: str
    name: str
    length: int
    alt_text: str
    content: bytes | None = field(default=None, repr=False)


class Files:
    """Every upload under way, and every file."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tickets: dict[str, _Ticket] = {}
        self._made = 0
        self.complete: list[File] = []

    def ask(self, name: str, *, length: int, alt_text: str) -> tuple[str, str]:
        """Begin an upload of `length` bytes; the file's id and the key of the address that takes them."""
        self._made += 1
        file_id, key = f"F0FILE{self._made:03d}", f"{self._made:016x}"
        self._tickets[key] = _Ticket(file_id, name, length, alt_text)
        return file_id, key

    def take(self, key: str, content: bytes) -> str:
        """Keep what was sent to an upload's address; the file's id.

        Raises `file_not_found` for an address never given or already used, `invalid_length` for other than was asked.
        """
        ticket = self._tickets.get(key)
        if ticket is None or ticket.content is not None:
            raise Refusal("file_not_found")
        if len(content) != ticket.length:
            raise Refusal("invalid_length")
        self._tickets[key] = replace(ticket, content=content)
        return ticket.file_id

    def finish(self, titles: dict[str, str | None]) -> list[File]:
        """Make files of uploads, by their ids and with their titles; `file_not_found` unless each has been sent.

        An upload is finished once.
        """
        ready = {t.file_id: (key, t) for key, t in self._tickets.items() if t.content is not None}
        if not set(titles) <= set(ready):
            raise Refusal("file_not_found")
        made = []
        for file_id, title in titles.items():
            key, ticket = ready[file_id]
            del self._tickets[key]
            made.append(
                File(
                    id=file_id,
                    name=ticket.name,
                    title=title or ticket.name,
                    alt_text=ticket.alt_text,
                    content=ticket.content or b"",
                    created=int(self._clock().timestamp()),
                )
            )
        self.complete += made
        return made
