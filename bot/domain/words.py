"""Cuts what people type into words as a shell would, but never refuses: a quote without its partner is just a quote."""

DOUBLE = '"“”„«»'
SINGLE = "'‘’‚"


def split(text: str) -> list[str]:
    """Cut a text at blanks; quotes of any style hold words together, also after a colon: `phase:"Internal QA"`.

    What Slack writes between angle brackets (a person, a link) stays in one piece, brackets and all.
    """
    words, start = [], 0
    while start < len(text):
        if text[start].isspace():
            start += 1
            continue
        word, start = _word(text, start)
        words.append(word)
    return [word for word in words if word]


def pieces(text: str) -> list[str]:
    """Cut a text at the same blanks as `split`, each piece as it was typed, quotes and all."""
    found, start = [], 0
    while start < len(text):
        if text[start].isspace():
            start += 1
            continue
        _, end = _word(text, start)
        found.append(text[start:end])
        start = end
    return found


def quoted(text: str) -> str:
    """The text as one word; a link or `#89`, and what has quotes already, stays as it is."""
    return text if text.startswith(("<", "#", *SINGLE)) or any(quote in text for quote in DOUBLE) else f'"{text}"'


def head(text: str) -> tuple[str, str]:
    """Give the first word, and the rest as it was typed."""
    text = text.strip()
    if not text:
        return "", ""
    word, end = _word(text, 0)
    return word, text[end:].strip()


def _word(text: str, start: int) -> tuple[str, int]:
    """Read one word from `start`: the word without its quotes, and where it ends."""
    word, place = "", start
    while place < len(text) and not text[place].isspace():
        end = _closing(text, place) if not word or word.endswith(":") else -1
        if end > 0:
            word, place = word + text[place + 1 : end], end + 1
        elif text[place] == "<" and (end := text.find(">", place)) > 0:
            word, place = word + text[place : end + 1], end + 1
        else:
            word, place = word + text[place], place + 1
    return word, place


def _closing(text: str, start: int) -> int:
    """Find the quote that closes the one at `start`, at the end of a word; -1 when there is none, or it is no quote."""
    kind = next((quotes for quotes in (DOUBLE, SINGLE) if text[start] in quotes), None)
    if kind is None:
        return -1
    for place in range(start + 1, len(text)):
        if text[place] in kind and (place + 1 == len(text) or text[place + 1].isspace()):
            return place
    return -1
