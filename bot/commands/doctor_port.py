"""Who is at the ports the bot listens on: nobody yet, a bot that is running, or somebody else."""

import errno
import re
import socket
from typing import Any

import httpx

from bot.domain.findings import Finding, Level, Part
from bot.health import ALIVE, READY
from bot.metrics import PATH
from bot.pivotal.pacing import Lane

WITHIN = 3.0
"""Seconds that whoever is there has to answer."""
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where somebody who listens everywhere can be reached


async def port(host: str, number: int, *, needed: bool) -> tuple[Finding, ...]:
    """Look at the port. It is `needed` where somebody calls the bot there; else it only tells of the bot's health."""
    where = f"{host}:{number}"
    if number == 0:
        return (_port(Level.OK, "whichever is free"),)
    trouble = _tried(host, number)
    if trouble is None:
        return (_port(Level.OK, f"{where} is free: no bot is running there"),)
    if trouble == errno.EADDRINUSE:
        state = await _ours(_ANY.get(host, host), number)
        if state is not None:
            return (_of_running(where, state),)
        told, remedy = f"{where} is taken by another program", "Set PORT to another one, or stop that program."
    else:
        told, remedy = f"{where} cannot be listened on ({errno.errorcode.get(trouble)})", "Check HOST and PORT."
    if needed:
        return (_port(Level.FAIL, told, remedy),)
    return (_port(Level.WARN, f"{told}: there is no {ALIVE} and {READY}, all else works", remedy),)


async def figures(address: tuple[str, int] | None) -> tuple[Finding, ...]:
    """Look at where the metrics are shown. While nobody is there, or they are off, there is nothing to tell of it."""
    trouble = _tried(*address) if address else None
    if address is None or trouble is None:
        return ()
    host, number = address
    where = f"{host}:{number}"
    if trouble == errno.EADDRINUSE:
        lanes = await _lanes(_ANY.get(host, host), number)
        if lanes:
            told = f"since its start the running bot made {lanes[Lane.INTERACTIVE]} for people, "
            return (Finding(Part.PIVOTAL, "requests", Level.OK, f"{told}{lanes[Lane.BACKGROUND]} for walks"),)
        told, remedy = f"{where} is taken by another program", "Set METRICS_ADDRESS to another one, or to off"
    else:
        told, remedy = f"{where} cannot be listened on ({errno.errorcode.get(trouble)})", "Check METRICS_ADDRESS"
    return (Finding(Part.COMPUTER, "metrics", Level.WARN, f"{told}: they are not shown, all else works", f"{remedy}."),)


def _tried(host: str, number: int) -> int | None:
    """Why nobody could listen there now, as an errno; None when one could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except socket.gaierror:
            return errno.EADDRNOTAVAIL
        except OSError as error:
            return error.errno or errno.EIO
    return None


async def _ours(host: str, number: int) -> dict[str, Any] | None:
    """What a running bot there says of itself; None when it is none."""
    address = _url(host, number)
    try:
        async with httpx.AsyncClient(timeout=WITHIN, trust_env=False) as client:
            if (await client.get(f"{address}{ALIVE}")).json() != {"status": "alive"}:
                return None
            state = (await client.get(f"{address}{READY}")).json()
    except (httpx.HTTPError, ValueError):
        return None
    return state if isinstance(state, dict) else None


async def _lanes(host: str, number: int) -> dict[Lane, int] | None:
    """How often a running bot has asked Pivotal, for whom; None when it is none."""
    try:
        async with httpx.AsyncClient(timeout=WITHIN, trust_env=False) as client:
            said = (await client.get(f"{_url(host, number)}{PATH}")).text
    except httpx.HTTPError:
        return None
    if "onboarding_bot_info{" not in said:
        return None
    counted = re.findall(r'^onboarding_bot_pivotal_requests_total\{lane="(\w+)",\S+ ([\d.e+]+)$', said, re.MULTILINE)
    return {lane: round(sum(float(count) for name, count in counted if name == lane.value)) for lane in Lane}


def _url(host: str, number: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{number}"


def _of_running(where: str, state: dict[str, Any]) -> Finding:
    parts = state.get("parts") or {}
    lacking = [f"{name} {part.get('said')}" for name, part in parts.items() if not part.get("ok")]
    if not lacking:
        return _port(Level.OK, f"a bot is running at {where}, and is {state.get('status')}")
    told = f"a bot is running at {where}, but: {', '.join(lacking)}"
    return _port(Level.WARN, told, "See what is said below of each, and the bot’s own log.")


def _port(level: Level, found: str, remedy: str = "") -> Finding:
    return Finding(Part.COMPUTER, "port", level, found, remedy)
