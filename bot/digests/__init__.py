"""Door 2, the clock: the digests by kind, each one file, named once here."""

from bot.digests import at_risk, launch_week, portfolio
from bot.digests.digest import Briefing, Digest, Written

__all__ = ["DIGESTS", "Briefing", "Digest", "Written"]

DIGESTS = {digest.kind: digest for digest in (portfolio.digest, launch_week.digest, at_risk.digest)}
