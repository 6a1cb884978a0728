"""Tables and queries, on SQLite by default and PostgreSQL for several replicas."""

from bot.store.claims import Held, Lease
from bot.store.snapshot import Walked
from bot.store.store import Store

__all__ = ["Held", "Lease", "Store", "Walked"]
