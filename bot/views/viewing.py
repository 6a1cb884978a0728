"""How whoever reads sees what is drawn: when, on which clock, by whose phases and names, and how fresh it is."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain import dates
from bot.domain.phases import Phases
from bot.domain.records import Directory
from bot.views import standing as said


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """What everything drawn in one answer has in common; made once for each."""

    phases: Phases
    directory: Directory
    now: datetime
    zone: ZoneInfo
    """The reader's; a channel's for what a channel reads."""
    as_of: datetime
    """When it was so."""
    stale: bool | str = False
    """Nothing newer could be had; or why not, in words."""
    test_key: bool = False

    @property
    def today(self) -> date:
        """The reader's calendar day."""
        return dates.today(self.now, self.zone)

    @property
    def badge(self) -> str:
        """What shows a test key; nothing for a live one."""
        return said.TEST_BADGE if self.test_key else ""

    @property
    def stamp(self) -> str:
        """`as of 09:41`, for the small print."""
        return said.as_of(self.as_of, now=self.now, zone=self.zone, stale=self.stale)
