"""chat.unfurl: what the app shows below a message about the links in it."""

from typing import Any

from bot.sandbox.slack import blocks as block_kit
from bot.sandbox.slack import events, writing
from bot.sandbox.slack.messages import Message, Unfurl
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

# Of a legacy attachment, what people can see: https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments.
_SHOWN = ("pretext", "title", "text", "fields", "footer", "fallback", "author_name", "image_url")


def unfurl(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.unfurl, for links posted in a conversation."""
    given = args.get("unfurls")
    if given in (None, ""):
        raise Refusal("missing_unfurls")
    if not isinstance(given, dict):
        raise Refusal("invalid_unfurls_format")
    message = _message(workspace, args)
    posted = events.own_links(workspace, message)
    told = (message.channel, message.ts) in workspace.unfurl_ids.values()
    shown: list[Unfurl] = []
    for url, content in given.items():
        if url not in writing.links(message.text):
            raise Refusal("cannot_unfurl_message")
        if url not in posted or not told:  # another's domain, or no `link_shared` was sent about it
            raise Refusal("cannot_unfurl_url")
        shown.append(Unfurl(url, _blocks(content, prefix=f"{message.ts[-6:]}-u{len(shown)}-")))
    workspace.unfurl(message, tuple(shown))
    return {}


def _message(workspace: Workspace, args: Json) -> Message:
    unfurl_id, source = args.get("unfurl_id"), args.get("source")
    if unfurl_id or source:
        if not unfurl_id:
            raise Refusal("missing_unfurl_id")
        if not source:
            raise Refusal("missing_source")
        if source not in ("composer", "conversations_history"):
            raise Refusal("invalid_source")
        if unfurl_id not in workspace.unfurl_ids or source == "composer":
            raise Refusal("invalid_unfurl_id")
        channel, ts = workspace.unfurl_ids[unfurl_id]
    else:
        channel, ts = str(args.get("channel") or ""), str(args.get("ts") or "")
        if not channel:
            raise Refusal("missing_channel")
        if not ts:
            raise Refusal("missing_ts")
    try:
        place = workspace.channel(channel)
    except Refusal as refusal:
        raise Refusal("cannot_find_channel") from refusal
    try:
        return workspace.message(place.id, ts)
    except Refusal as refusal:
        raise Refusal("cannot_find_message") from refusal


def _blocks(content: Any, *, prefix: str) -> tuple[Json, ...]:
    if not isinstance(content, dict) or not any(content.get(part) for part in ("blocks", *_SHOWN)):
        raise Refusal("cannot_parse_attachment")
    blocks = content.get("blocks") or _drawn(content)
    block_kit.accept_message(blocks)
    return block_kit.with_ids(blocks, prefix=prefix)


def _drawn(attachment: Json) -> list[Json]:
    """The blocks that look like a legacy attachment."""
    title, link = attachment.get("title"), attachment.get("title_link")
    heading = f"*<{link}|{title}>*" if title and link else f"*{title}*" if title else None
    lines = [attachment.get("pretext"), attachment.get("author_name"), heading, attachment.get("text")]
    said = "\n".join(str(line) for line in lines if line) or str(attachment.get("fallback") or "")
    blocks = [_section({"text": _text(said)})] if said else []
    fields = attachment.get("fields") or []
    if fields:
        texts = [f"*{field.get('title', '')}*\n{field.get('value', '')}" for field in fields]
        blocks.append(_section({"fields": [_text(text) for text in texts]}))
    if attachment.get("image_url"):
        blocks.append({"type": "image", "image_url": attachment["image_url"], "alt_text": str(title or "image")})
    if attachment.get("footer"):
        blocks.append({"type": "context", "elements": [_text(str(attachment["footer"]))]})
    return blocks


def _section(content: Json) -> Json:
    return {"type": "section", **content}


def _text(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}
