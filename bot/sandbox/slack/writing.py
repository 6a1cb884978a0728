"""How what people type travels: escaped, with people, user groups, channels and links as Slack marks them.

See https://docs.slack.dev/messaging/formatting-message-text/#how-to-escape-characters.
"""

import re
from collections.abc import Iterable, Mapping

from bot.sandbox.slack.workspace import Workspace

# A link as Slack marks it, or as typed; what ends a sentence around it is not part of it.
_LINK = r"<https?://[^\s<>|]+(?:\|[^<>]*)?>|https?://(?:(?!&[lg]t;)[^\s<>|\"])+(?<![.,;:!?)'*_~])"
_WRITTEN_LINK = re.compile(r"<(https?://[^\s<>|]+)(?:\|[^<>]*)?>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")


def written(workspace: Workspace, text: str) -> str:
    """The text of a message as Slack keeps it: people as `<@U…>`, channels as `<#C…|name>`, links as `<https://…>`.

    What is marked or escaped already, as the page sends it, stays so.
    """
    people = {f"<@{person.id}|{person.handle}>": f"<@{person.id}>" for person in workspace.people.values()}
    return _marked(workspace, text, final=people)


def escaped(workspace: Workspace, text: str) -> str:
    """A command's text where the manifest says `should_escape`: people as `<@U…|name>` instead.

    See https://docs.slack.dev/interactivity/implementing-slash-commands/; user groups
    are not in there and come as they do in messages, `<!subteam^S…|@name>`.
    """
    return _marked(workspace, text, final={}, entities=False)


def links(text: str) -> list[str]:
    """The addresses in a message's text, each once, in the order they stand there."""
    found = [address.replace("&amp;", "&") for address in _WRITTEN_LINK.findall(text)]
    return list(dict.fromkeys(found))


def mentions(text: str, person: str) -> bool:
    """Whether a message's text mentions that person."""
    return f"<@{person}>" in text


def _marked(workspace: Workspace, text: str, *, final: Mapping[str, str], entities: bool = True) -> str:
    marks = _marks(workspace)
    ready, typed = _any(name for name in marks if name[0] == "<"), _any(name for name in marks if name[0] != "<")
    pattern = re.compile(rf"({_LINK}|{ready}|(?<!\w){typed}(?![\w@#-]))", re.IGNORECASE)
    pieces = pattern.split(text)
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            ampersand = _ENTITY.sub("&amp;", piece) if entities else piece.replace("&", "&amp;")
            pieces[at] = ampersand.replace("<", "&lt;").replace(">", "&gt;")
        elif piece.lower().startswith(("http", "<http")):
            address = piece if piece.startswith("<") else f"<{piece}>"
            pieces[at] = _ENTITY.sub("&amp;", address)
        else:
            mark = marks[piece.lower()]
            pieces[at] = final.get(mark, mark)
    return "".join(pieces)


def _any(names: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) + ")"


def _marks(workspace: Workspace) -> dict[str, str]:
    """Every way to name a person, a user group or a channel, in lower case, with Slack's mark for it."""
    marks: dict[str, str] = {}
    for person in workspace.people.values():
        mark = f"<@{person.id}|{person.handle}>"
        for name in (mark, f"<@{person.id}>", f"@{person.real_name}", f"@{person.handle}"):
            marks[name.lower()] = mark
    for group in workspace.user_groups:
        mark = f"<!subteam^{group.id}|@{group.handle}>"
        for name in (mark, f"<!subteam^{group.id}>", f"@{group.handle}"):
            marks[name.lower()] = mark
    for channel in workspace.channels.values():
        if not channel.is_im:
            mark = f"<#{channel.id}|{channel.name}>"
            for name in (mark, f"<#{channel.id}>", f"<#{channel.id}|>", f"#{channel.name}"):
                marks[name.lower()] = mark
    return marks
