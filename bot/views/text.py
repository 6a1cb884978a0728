"""Text from outside, made safe and short: the one escaping function, and cutting that never leaves half a character."""

import re
import unicodedata
from functools import lru_cache

ELLIPSIS = "…"
NOTHING = "(no name)"

_BIDI_CONTROLS = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""White space, a control character, or half a surrogate pair, which no wire format carries."""
_ISOLATE, _POP = "\u2068", "\u2069"
_ENTITY = re.compile(r"&(?:amp|lt|gt);|<[^<>\n]*>")
_BROADCAST = re.compile(r"@(?=(?:channel|here|everyone|group)\b)", re.IGNORECASE)
_STAR = re.compile(r"(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")
_STYLED = re.compile(r"(?<![^\W_])([_~])(?=\S).+?(?<=\S)\1(?![^\W_])")
_EDGES = re.compile(r"(?<![^\W_])[_~]|[_~](?![^\W_])")
_NAMES = (80, 60, 40)
"""How much of a person's name is shown, by the room there is."""
_LOOKALIKES = {"*": "\u2217", "_": "\u02cd", "~": "\u223c"}
"""What stands for the signs that make text bold, italic or struck: Slack knows no escape for them."""
_WORD_JOINER, _ZERO_WIDTH_JOINER = "\u2060", "\u200d"


def clean(text: str) -> str:
    """One line of visible text: control characters and direction overrides go, runs of white space become a space.

    A line break in a name could otherwise pass for a line of ours, an override could turn the rest of ours around.
    """
    tidy = " ".join(_BLANK.sub(" ", text.translate(_BIDI_CONTROLS)).split())
    return tidy if any(unicodedata.category(character) != "Cf" for character in tidy) else ""


def escape(text: str) -> str:
    """Make text from outside safe within our markup: the one function all of it passes, once.

    Escapes what Slack asks for, `&`, `<` and `>` (https://docs.slack.dev/messaging/formatting-message-text), so that
    no link, mention or broadcast can come of it; parts a bare `@channel`, which the fallback text would still ping by
    where names are linked; and isolates right-to-left names, so that the number after them stays after them.
    """
    safe = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _BROADCAST.sub(f"@{_WORD_JOINER}", safe)
    return f"{_ISOLATE}{safe}{_POP}" if _is_right_to_left(safe) else safe


@lru_cache(maxsize=1_000)
def name(text: str, limit: int = 80) -> str:
    """A name from outside as our sentences carry it: shortened to `limit`, escaped, never empty, never bold by itself.

    What would style it reads almost as before; a sign within a word, as in `user_csm_001`, styles nothing and stays.
    """
    safe = _STAR.sub(_LOOKALIKES["*"], escape(clip(clean(text), limit) or NOTHING))
    return _EDGES.sub(lambda found: _LOOKALIKES[found[0]], safe) if _STYLED.search(safe) else safe


def spellings(text: str) -> frozenset[str]:
    """Every way in which a person's name stands in what was posted: as it is, escaped, and shortened."""
    if not clean(text):
        return frozenset({text})
    return frozenset({text, clean(text), escape(text), *(name(text, limit) for limit in _NAMES)})


def plain(text: str, limit: int) -> str:
    """Text from outside for a plain-text place (button, label, header): one line, at most `limit`, never empty."""
    return clip(clean(text), limit) or NOTHING


def length(text: str) -> int:
    """How long Slack's clients may count it: UTF-16 units, never fewer than the characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, limit: int) -> str:
    """Cut to `limit` at the most, ending in `…`, without cutting an entity, a link or a composed character."""
    if length(text) <= limit:
        return text
    end, used = 0, len(ELLIPSIS) + (_ISOLATE in text)
    while used + length(text[end]) <= limit:
        used += length(text[end])
        end += 1
    for whole in _ENTITY.finditer(text):
        if whole.start() < end < whole.end():
            end = whole.start()
            break
    while end and _joins(text, end):
        end -= 1
    kept = text[:end].rstrip()
    return kept + ELLIPSIS + (_POP if kept.count(_ISOLATE) > kept.count(_POP) else "")


def link(url: str, label: str) -> str:
    """A link of our own to `url` reading `label`; what would end it early is encoded or left out."""
    target = clean(url).replace(" ", "%20")
    for character in "|<>":
        target = target.replace(character, f"%{ord(character):02X}")
    return f"<{target.replace('&', '&amp;')}|{name(label.replace('|', ' '))}>"


def count(number: int, one: str, many: str = "") -> str:
    """Say how many: `1 onboarding`, `14 onboardings`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(items: tuple[str, ...], *, limit: int, rest: str = "{} more") -> str:
    """Join with commas, at most `limit` of them, and say how many were left out."""
    left_out = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {rest.format(left_out)}" if left_out > 0 else "")


def _is_right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def _joins(text: str, at: int) -> bool:
    """Whether the characters on both sides of `at` are drawn as one."""
    before, after = text[at - 1], text[at]
    if _ZERO_WIDTH_JOINER in (before, after) or unicodedata.category(after).startswith("M"):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    return _is_flag_half(before) and _is_flag_half(after) and _flag_halves_before(text, at) % 2 == 1


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves_before(text: str, at: int) -> int:
    start = at
    while start and _is_flag_half(text[start - 1]):
        start -= 1
    return at - start
