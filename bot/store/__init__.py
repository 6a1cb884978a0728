"""Tables and queries, on SQLite by default and PostgreSQL for several replicas."""

from bot.store.claims import Held, Lease
from bot.store.snapshot import Walked
from bot.store.snapshot_rows import Kept
from bot.store.store import Store

__all__ = ["Held", "Kept", "Lease", "Store", "Walked"]
