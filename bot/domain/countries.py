"""Countries whose public holidays are known, and their parts: found by name, written as ISO codes such as `DE-BY`."""

from functools import cache

from bot.domain.errors import UserError

_SHORT = 2
"""Letters of a country's code; the package knows three-letter twins too, which would be found twice."""


@cache
def known() -> dict[str, str]:
    """Every code with its name in English, by name: `DE` is `Germany`, `DE-BY` is `Germany, BY`."""
    import holidays  # these two take a moment, which nobody waits for who keeps no holidays
    from babel import Locale

    names = Locale("en").territories
    found = {}
    for code, parts in holidays.list_supported_countries().items():
        if len(code) == _SHORT and code in names:
            found[code] = str(names[code])
            found |= {f"{code}-{part}": f"{names[code]}, {part}" for part in parts if part == part.upper()}
    return dict(sorted(found.items(), key=lambda one: one[1]))


def name(code: str) -> str:
    """What a code stands for; the code itself where nobody knows it any more."""
    return known().get(code, code)


def search(typed: str) -> list[tuple[str, str]]:
    """Codes and names that fit what was typed, whole countries first; all countries when nothing was."""
    wanted = typed.strip().casefold()
    found = [
        (code, called)
        for code, called in known().items()
        if wanted in called.casefold() or code.casefold().startswith(wanted)
    ]
    return sorted(found, key=lambda one: "-" in one[0])


def read(typed: str) -> str:
    """The code of a country written as its code or name: `de`, `DE-BY`, `Germany`. Raises UserError."""
    wanted = typed.strip().casefold()
    for code, called in known().items():
        if wanted in (code.casefold(), called.casefold()):
            return code
    raise UserError(
        f"I know no public holidays of “{typed.strip()}”.", hint="Use a country’s code, such as `DE`, `US` or `DE-BY`."
    )
