"""Makes checks, all at once: each has its own time, and one that fails or hangs hides no other."""

import asyncio
import platform
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from importlib import metadata

import structlog

from bot.domain.errors import MemoryAway
from bot.domain.findings import Finding, Level, Part

PATIENCE = 8.0
"""Seconds that one check may take, and so all of them together."""
SHOWN = ("slack-bolt", "slack-sdk", "aiohttp", "httpx", "pydantic", "sqlalchemy", "alembic", "apscheduler")
"""Packages whose versions are worth knowing when something goes wrong."""
DISTRIBUTION = "onboarding-bot"
_NEEDED = re.compile(r"(?P<name>[\w.-]+)(\[[\w,-]+\])?(?P<limits>[^;]*)(?P<marker>;.*)?")
_LIMIT = re.compile(r"(>=|<)\s*([\d.]+)")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at; `look` gives what was found, and may raise whatever it likes."""

    part: Part
    name: str
    look: Callable[[], Awaitable[Iterable[Finding]]]


async def examine(checks: Iterable[Check], *, patience: float = PATIENCE) -> tuple[Finding, ...]:
    """Make all the checks side by side, each for `patience` seconds at most; what they found, part by part."""
    found = await asyncio.gather(*(_looked(check, patience) for check in checks))
    order = list(Part)
    return tuple(sorted((one for some in found for one in some), key=lambda one: order.index(one.part)))


async def _looked(check: Check, patience: float) -> tuple[Finding, ...]:
    try:
        async with asyncio.timeout(patience):
            return tuple(await check.look())
    except MemoryAway:
        found = "the bot’s memory did not answer"
        return (Finding(check.part, check.name, Level.FAIL, found, "See “Memory database”, or try again."),)
    except TimeoutError:
        return (
            Finding(
                check.part,
                check.name,
                Level.FAIL,
                f"there was no answer within {patience:g} seconds",
                "Check the network, the address in the settings, and any proxy in between.",
            ),
        )
    except Exception as error:  # a mistake in one check must not hide what the others found
        log.error("check broken off", check=check.name, exc_info=error)
        return (
            Finding(
                check.part,
                check.name,
                Level.FAIL,
                f"this could not be checked ({type(error).__name__})",
                "That is a mistake in the bot: report it, with what its log says.",
            ),
        )


def computer() -> tuple[Check, ...]:
    """What the bot runs on: Python and the packages that are installed."""
    return (Check(Part.COMPUTER, "Python", _python), Check(Part.COMPUTER, "packages", _packages))


async def _python() -> tuple[Finding, ...]:
    """Only to be told: one that is too old does not get as far as this."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return (Finding(Part.COMPUTER, "Python", Level.OK, found),)


async def _packages() -> tuple[Finding, ...]:
    there = {name: found for name in SHOWN if (found := _version(name))}
    told = ", ".join(f"{name} {version}" for name, version in there.items())
    told = f"onboarding-bot {_version(DISTRIBUTION) or 'not installed'}, {told}"
    wrong = tuple(_wrong())
    if not wrong:
        return (Finding(Part.COMPUTER, "packages", Level.OK, told),)
    remedy = "Install the bot again with its constraints.txt, into an environment of its own."
    return (Finding(Part.COMPUTER, "packages", Level.FAIL, "; ".join(wrong), remedy),)


def _wrong() -> Iterable[str]:
    """The packages that are missing, too old or too new for what the installed bot asks for."""
    try:
        needed = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return
    for line in needed:
        asked = _NEEDED.fullmatch(line)
        if asked is None or asked["marker"]:
            continue  # what an extra brings
        name, limits, found = asked["name"], asked["limits"].strip(), _version(asked["name"])
        if found is None:
            yield f"{name} is missing"
        elif not all(_within(found, sign, limit) for sign, limit in _LIMIT.findall(limits)):
            yield f"{name} is {found}, not {limits}"


def _within(version: str, sign: str, limit: str) -> bool:
    have, want = _numbers(version), _numbers(limit)
    return have >= want if sign == ">=" else have < want


def _numbers(version: str) -> tuple[int, ...]:
    """`2.1.0b3` as (2, 1): what follows a letter counts as nothing, nor do zeros at the end."""
    numbers = [int(part) for part in re.split(r"[^\d.]", version)[0].split(".") if part]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
