"""Checks of Pivotal: the key and whose it is, what is left of its rate, the API's own description, and the clock."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from bot.domain import findings
from bot.domain.findings import Finding, Level, Part
from bot.domain.moves import OWN_STATE
from bot.domain.phases import DEFAULT, Phases
from bot.pivotal import AsyncPivotalApi, Hooks, Outcome, Timeout
from bot.pivotal.errors import (
    AuthenticationFailed,
    NotFound,
    PivotalError,
    RateLimited,
    TimedOut,
    UnexpectedResponse,
    Unreachable,
)
from bot.pivotal.models import Me
from bot.pivotal.pacing import RateLimit
from bot.services.checkup import Check

WAIT = Timeout(connect=3.0, read=5.0, total=6.0)
RESERVE = 0.25
"""The share of the rate that walks leave to people, as the client's own default has it."""

Found = tuple[Finding, ...]


class PivotalChecks:
    """Asks Pivotal once with the key, and once without. `spent` gives requests since the start, by who waited for them.

    An empty `api_key` says that there is none that can be used.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str,
        *,
        phases: Phases,
        clock: Callable[[], datetime],
        spent: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._key = api_key
        self._base_url = base_url
        self._phases = phases
        self._clock = clock
        self._spent = spent

    def checks(self) -> tuple[Check, ...]:
        """All of them."""
        return (Check(Part.PIVOTAL, "key", self._me), Check(Part.PIVOTAL, "contract", self._contract))

    async def _me(self) -> Found:
        if not self._key:
            return (_pivotal("key", Level.WARN, "not asked: there is no key to ask with", "Mend “Settings” first."),)
        heard: list[Outcome] = []
        hooks = Hooks(after=(lambda _, outcome: heard.append(outcome),))
        async with AsyncPivotalApi(
            self._key, base_url=self._base_url, timeout=WAIT, retry=None, clock=self._clock, hooks=hooks
        ) as api:
            try:
                key = _known(await api.me(), api)
            except PivotalError as error:
                key = _refused(error, api)
        answered = [one for one in heard if one.status is not None]
        if not answered:
            return (key,)
        last = answered[-1]
        clock = findings.clock(Part.PIVOTAL, date=last.headers.get("date"), now=self._clock())
        return (key, self._rate(last.rate_limit), clock) if last.rate_limit else (key, clock)

    def _rate(self, rate: RateLimit) -> Finding:
        told = f"{rate.remaining} of {rate.limit} requests left in this window"
        spent = ", ".join(f"{count} for {whom}" for whom, count in sorted(self._spent().items()))
        told += f"; since the start the bot made {spent}" if spent else ""
        if rate.remaining > rate.limit * RESERVE:
            return _pivotal("rate", Level.OK, told)
        remedy = "Wait a minute; if it stays so, see in Pivotal what else uses this key, and give the bot its own."
        return _pivotal("rate", Level.WARN, told, remedy)

    async def _contract(self) -> Found:
        """Compare what Pivotal publishes with this client; the key is neither needed nor sent."""
        states = tuple(dict.fromkeys(OWN_STATE.values()))
        async with AsyncPivotalApi("none", base_url=self._base_url, timeout=WAIT, retry=None, clock=self._clock) as api:
            try:
                document = (await api.openapi()).root
            except PivotalError as error:
                found = f"Pivotal’s description of its API could not be read ({type(error).__name__})"
                return (_pivotal("contract", Level.WARN, found, "Mend “key” first, or try again later."),)
        # Reads what every model expects: only who has it checked needs that.
        from bot.pivotal.contract import Kind, compare

        differences = compare(document, words={"phase": self._phases.order, "state": states})
        own = set(self._phases.order).difference(DEFAULT)
        strange = {one.ours for one in differences if one.kind is Kind.VALUE_GONE and one.ours in own}
        if strange:
            named = ", ".join(phase for phase in self._phases.order if phase in strange)
            remedy = "Set it to your workspace’s phases in order, spelled as Pivotal’s API spells them; or take it out."
            return (_pivotal("contract", Level.FAIL, f"BOT_PHASES names what is no phase in Pivotal: {named}", remedy),)
        matter = sum(one.matters for one in differences)
        if matter:
            remedy = "See `onboarding-bot contract` for each, and look for a newer version of the bot."
            return (_pivotal("contract", Level.FAIL, f"differences that matter: {matter}", remedy),)
        notes = f"nothing that matters, {len(differences)} to note" if differences else "no difference"
        return (_pivotal("contract", Level.OK, f"{notes} between Pivotal’s API and this client"),)


def _known(me: Me, api: AsyncPivotalApi) -> Finding:
    called = f" “{me.api_key.name}”" if me.api_key.name else ""
    whose = f" of {me.organization.name or me.organization.slug}" if me.organization else ""
    told = f"{api.mode} key {api.key_prefix}…{called}{whose}"
    test = ": Pivotal sends nothing to anybody" if api.mode == "test" else ""
    return _pivotal("key", Level.OK, f"{told}{test}")


def _refused(error: PivotalError, api: AsyncPivotalApi) -> Finding:
    if isinstance(error, AuthenticationFailed):
        remedy = "Check PIVOTAL_API_KEY, or make a new key in Pivotal under Admin > API Keys."
        return _pivotal("key", Level.FAIL, f"Pivotal refuses the key {api.key_prefix}… ({error.code})", remedy)
    if isinstance(error, RateLimited):
        remedy = "Wait a minute; if it stays so, see in Pivotal what else uses this key, and give the bot its own."
        return _pivotal("key", Level.WARN, f"not known: the rate of the key {api.key_prefix}… is used up", remedy)
    if isinstance(error, UnexpectedResponse | NotFound) and (error.status or 0) < HTTPStatus.INTERNAL_SERVER_ERROR:
        found = f"what answers at PIVOTAL_BASE_URL is not Pivotal’s API (status {error.status})"
        remedy = "Check that address, which usually is https://my.pivotal.app/api/v1, and any proxy in between."
        return _pivotal("key", Level.FAIL, found, remedy)
    if isinstance(error, Unreachable | TimedOut):
        remedy = "Check the network, PIVOTAL_BASE_URL, and any proxy in between."
        return _pivotal("key", Level.FAIL, f"Pivotal does not answer: {error.message.rstrip('.')}", remedy)
    found = f"Pivotal, or a proxy before it, answers with an error ({error.code or error.status})"
    return _pivotal("key", Level.FAIL, found, "Try again in a few minutes, and see Pivotal’s own status page.")


def _pivotal(name: str, level: Level, found: str, remedy: str = "") -> Finding:
    return Finding(Part.PIVOTAL, name, level, found, remedy)
