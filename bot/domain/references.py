"""What people type to mean an onboarding or a customer: a number, a Pivotal link, or a name to be matched."""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from bot.domain import words
from bot.domain.records import Snapshot
from bot.pivotal.models import CustomerRow

HOST = "my.pivotal.app"
MOST = 10
CLOSE = 75
"""From which of rapidfuzz's scores (0 to 100) on a name is worth offering; a wrong letter or two reaches it."""

NUMBER = re.compile(r"#?([0-9]{1,9})")
NAMED_NUMBER = re.compile(r"(onboarding|customer)\s*#([0-9]{1,9})", re.IGNORECASE)
SLACK_LINK = re.compile(r"<([^<>|]+)(?:\|[^<>]*)?>")
PATH = re.compile(r"/(customers|onboardings)/(?:([0-9]{1,9})(?![0-9a-z_])(?:-[^/]*)?|([^/]+))", re.IGNORECASE)

_NAMES = 20_000
"""So many names are kept as they are compared: a long line is compared with all of them many times over."""
_LETTERS = str.maketrans("ıłøđ", "ilod")


@dataclass(frozen=True, slots=True)
class Number:
    """A display id, which may be an onboarding's and a customer's at once."""

    n: int


@dataclass(frozen=True, slots=True)
class Link:
    """One certain customer or onboarding, by its number or else by its id or slug."""

    kind: str
    """`customer` or `onboarding`."""
    n: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """Anything else: part of a customer's name."""

    text: str


Reference = Number | Link | Name


@dataclass(frozen=True, slots=True)
class Matches:
    """Customers a name may mean. Only an exact one is sure enough to write to."""

    exact: tuple[CustomerRow, ...] = ()
    """Called just that, but for case, blanks and accents."""
    words: tuple[CustomerRow, ...] = ()
    """Every word typed begins a word of the name."""
    close: tuple[CustomerRow, ...] = ()
    """Spelled much alike."""
    more: int = 0
    """How many were left out."""

    @property
    def fuzzy(self) -> tuple[CustomerRow, ...]:
        """All that are not exact, best first."""
        return self.words + self.close

    @property
    def all(self) -> tuple[CustomerRow, ...]:
        """All of them, best first, ten at most."""
        return self.exact + self.fuzzy

    @property
    def sole(self) -> CustomerRow | None:
        """The one that can be meant, for reading only: the only exact one, or the only one whose words match."""
        best = self.exact or self.words
        return best[0] if len(best) == 1 and not self.more else None


def parse(text: str, *, host: str = "") -> Reference:
    """Read `#89`, `89`, `customer #245`, a link to Pivotal (pasted bare or as Slack wraps it), or a name.

    Quotes around it are dropped. Pivotal's pages are at `HOST`, and at `host` if one is given; links to elsewhere are
    only names.
    """
    text = _unquoted(html.unescape(text).strip())
    if number := NUMBER.fullmatch(text):
        return Number(int(number[1]))
    if number := NAMED_NUMBER.fullmatch(text):
        return Link(number[1].lower(), n=int(number[2]))
    return _link(text, host) or Name(" ".join(text.split()))


def match(name: str, snapshot: Snapshot) -> Matches:
    """Find the customers a name may mean: exact ones apart from merely similar ones, best first, ten at most."""
    if not _key(name):
        return Matches()
    exact, begun, rest = _parted(name, snapshot)
    near = _alike(name, rest)
    found = (exact + begun + near)[:MOST]
    first, second = len(exact), len(exact) + len(begun)
    return Matches(
        exact=tuple(found[:first]),
        words=tuple(found[first:second]),
        close=tuple(found[second:]),
        more=second + len(near) - len(found),
    )


def called(name: str, snapshot: Snapshot) -> list[CustomerRow]:
    """The customers called just that, but for case, blanks and accents."""
    wanted = _key(name)
    return [one for one in snapshot.customers.values() if wanted and _key(one.name) == wanted]


def begun(name: str, snapshot: Snapshot) -> list[CustomerRow]:
    """The customers called just that, or else those whose name begins so."""
    wanted = _key(name)
    return called(name, snapshot) or [
        one for one in snapshot.customers.values() if wanted and _key(one.name).startswith(wanted)
    ]


def worded(name: str, snapshot: Snapshot) -> list[CustomerRow]:
    """The customers with a word in their name for every word typed, called otherwise."""
    return _parted(name, snapshot)[1] if _key(name) else []


def resembling(name: str, snapshot: Snapshot) -> list[CustomerRow]:
    """The customers with a word in their name for every word typed, or one that is spelled much like it."""
    typed = _words(name)
    return [one for one in snapshot.customers.values() if typed and _word_by_word(typed, one.name) >= CLOSE]


def numbered(number: int, snapshot: Snapshot) -> dict[str, CustomerRow]:
    """The customers with this very number at the beginning of a word of their name, by id."""
    at_start = re.compile(rf"#?0*{number}(?![0-9])")
    return {one.id: one for one in snapshot.customers.values() if any(map(at_start.match, _words(one.name)))}


def contains(name: str, typed: str) -> bool:
    """Whether a name has every word typed, or the whole of it, in it somewhere; blank matches anything."""
    wanted = _key(typed)
    return wanted in _key(name) or _begins(_words(typed), wanted, name)


def _parted(name: str, snapshot: Snapshot) -> tuple[list[CustomerRow], list[CustomerRow], list[CustomerRow]]:
    """All customers: those called just that, those with a word for every word typed, and the rest."""
    wanted, typed = _key(name), _words(name)
    exact, begun, rest = [], [], []
    for customer in sorted(snapshot.customers.values(), key=lambda one: (one.name.casefold(), one.display_id)):
        if _key(customer.name) == wanted:
            exact.append(customer)
        elif _begins(typed, wanted, customer.name):
            begun.append(customer)
        else:
            rest.append(customer)
    # A name that starts as typed comes before one that has the words somewhere.
    begun.sort(key=lambda customer: not _key(customer.name).startswith(wanted))
    return exact, begun, rest


def _alike(name: str, customers: list[CustomerRow]) -> list[CustomerRow]:
    # Two letters are alike to half of all names.
    if len(_key(name)) < 3:
        return []
    from rapidfuzz import fuzz  # takes memory that nobody needs who spells everything right

    plain, typed = _plain(name), _words(name)
    scored = [(max(fuzz.WRatio(plain, _plain(one.name)), _word_by_word(typed, one.name)), one) for one in customers]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score >= CLOSE]


def _word_by_word(typed: list[str], name: str) -> float:
    """How much alike the worst of the words typed is to its next kin in the name; one that begins a word is wholly."""
    from rapidfuzz import fuzz

    there = _words(name)
    return min(
        max((100.0 if word.startswith(part) else fuzz.ratio(part, word) for word in there), default=0.0)
        for part in typed
    )


def _begins(typed: list[str], wanted: str, name: str) -> bool:
    there = _words(name)
    return _key(name).startswith(wanted) or all(any(word.startswith(part) for word in there) for part in typed)


def _words(text: str) -> list[str]:
    return _plain(text).split()


@lru_cache(maxsize=_NAMES)
def _key(text: str) -> str:
    return "".join(_words(text))


@lru_cache(maxsize=_NAMES)
def _plain(text: str) -> str:
    """Fold case, drop accents and invisible marks, and read letters that are not on every keyboard as their next kin.

    Only the general accents go (U+0300 to U+036F): in Hindi or Thai a mark is a vowel, and another name.
    """
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return "".join(c for c in folded if not "\u0300" <= c <= "\u036f" and unicodedata.category(c) != "Cf")


def _unquoted(text: str) -> str:
    for quotes in (words.DOUBLE, words.SINGLE):
        if len(text) > 1 and text[0] in quotes and text[-1] in quotes:
            return text[1:-1].strip()
    return text


def _link(text: str, host: str) -> Link | None:
    wrapped = SLACK_LINK.fullmatch(text)
    address = wrapped[1] if wrapped else text
    if any(c.isspace() for c in address):
        return None
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.netloc.lower() not in {HOST, host.lower()}:
        return None
    # An onboarding's page lies beneath its customer's: the last one named is meant.
    found = list(PATH.finditer(unquote(parts.path)))
    if not found:
        return None
    kind, number, other = found[-1].groups()
    return Link(kind.lower().removesuffix("s"), n=int(number) if number else None, id=other)
