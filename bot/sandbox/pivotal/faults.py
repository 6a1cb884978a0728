"""Faults on demand: what a network, a proxy or a tired Pivotal does to a request, a given number of times."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail. Ready-made ones are attributes (`Fault.error_500`); the others take a number of seconds."""

    kind: str
    seconds: float = 0
    before: bool = True
    """Strikes instead of the work; False: the work is done and the answer suffers."""

    revoked_key: ClassVar["Fault"]
    forbidden: ClassVar["Fault"]
    error_500: ClassVar["Fault"]
    html_502: ClassVar["Fault"]
    drop_before: ClassVar["Fault"]
    drop_after: ClassVar["Fault"]
    error_500_after: ClassVar["Fault"]
    html_502_after: ClassVar["Fault"]
    broken_body: ClassVar["Fault"]
    odd_values: ClassVar["Fault"]

    @classmethod
    def rate_limited(cls, retry_after: int = 5) -> "Fault":
        """A 429 with this `Retry-After` in seconds, whatever the window says."""
        return cls("rate_limited", retry_after)

    @classmethod
    def slow(cls, seconds: float) -> "Fault":
        """The work is done at once, the answer comes after so many seconds."""
        return cls("slow", seconds, before=False)

    @classmethod
    def late(cls, seconds: float) -> "Fault":
        """Neither the work nor the answer comes before so many seconds have passed; nobody may wait for it by then."""
        return cls("late", seconds, before=False)


Fault.revoked_key = Fault("revoked_key")
Fault.forbidden = Fault("forbidden")
Fault.error_500 = Fault("error_500")
Fault.html_502 = Fault("html_502")
Fault.drop_before = Fault("drop_before")
Fault.drop_after = Fault("drop_after", before=False)
Fault.error_500_after = Fault("error_500", before=False)
Fault.html_502_after = Fault("html_502", before=False)
Fault.broken_body = Fault("broken_body", before=False)
Fault.odd_values = Fault("odd_values", before=False)


@dataclass
class _Planned:
    fault: Fault
    times: int
    method: str | None
    path: str | None

    def strikes(self, method: str, paths: tuple[str, ...]) -> bool:
        wanted = self.path is None or any(fnmatchcase(path, self.path) for path in paths)
        return wanted and self.method in (None, method)


class Faults:
    """The faults still to come, in the order they were asked for."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def plan(self, fault: Fault, *, times: int, method: str | None, path: str | None) -> None:
        """Let the next matching requests fail."""
        self._planned.append(_Planned(fault, times, method and method.upper(), path))

    def clear(self) -> None:
        """Everything works again."""
        self._planned.clear()

    def take(self, method: str, paths: tuple[str, ...]) -> Fault | None:
        """The fault for a request, which may be called by several paths; it is used up thereby."""
        for planned in self._planned:
            if planned.strikes(method, paths):
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
                return planned.fault
        return None


def oddly(answer: Any) -> Any:
    """Give an answer unknown fields, and records a phase and state nobody has heard of."""
    if isinstance(answer, list):
        return [oddly(each) for each in answer]
    if not isinstance(answer, dict):
        return answer
    odd = {name: oddly(value) for name, value in answer.items()}
    if "object" in odd:
        odd["added_later"] = {"since": "2027-01-01"}
    for field, value in (("phase", "pilot_run"), ("state", "on_hold"), ("status", "prospect")):
        if field in odd and "display_id" in odd:
            odd[field] = value
    return odd
