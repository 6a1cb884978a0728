"""One kind of record in memory, kept in the order of its lists so that a page costs what the page holds."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and whether older ones follow."""

    rows: list[Record]
    more: bool


class Table:
    """Records by id and display id, and in order of `created_at`. Deleted ones stay readable inside only."""

    def __init__(self) -> None:
        self.rows: dict[str, Record] = {}
        self.deleted: set[str] = set()
        self._by_number: dict[int, str] = {}
        self._order: list[tuple[str, int, str]] = []
        self._highest = 0

    def __len__(self) -> int:
        return len(self.rows) - len(self.deleted)

    def add(self, record: Record) -> None:
        """Put a record in its place; appending the newest is the quick case."""
        self._index(record)
        entry = (record["created_at"], record["display_id"], record["id"])
        if not self._order or entry > self._order[-1]:
            self._order.append(entry)
        else:
            insort(self._order, entry)

    def add_many(self, records: Iterable[Record]) -> None:
        """Put many records in, ordering once."""
        for record in records:
            self._index(record)
            self._order.append((record["created_at"], record["display_id"], record["id"]))
        self._order.sort()

    def _index(self, record: Record) -> None:
        if record["id"] in self.rows or record["display_id"] in self._by_number:
            raise ValueError(f"There is a record {record['display_id']} ({record['id']}) already.")
        self.rows[record["id"]] = record
        self._by_number[record["display_id"]] = record["id"]
        self._highest = max(self._highest, record["display_id"])

    def find(self, reference: str | int) -> Record | None:
        """Look a record up by `display_id` (all digits) or `id` (anything else), deleted or not."""
        text = str(reference)
        if text.isascii() and text.isdigit():
            # Longer numbers are no display id, and Python would not convert the longest at all.
            text = self._by_number.get(int(text), "") if len(text) < 16 else ""
        return self.rows.get(text)

    def living(self, reference: str | int) -> Record | None:
        """Look a record up that is not deleted."""
        record = self.find(reference)
        return record if record and record["id"] not in self.deleted else None

    def newest_first(self, *, before: str | None = None) -> Iterator[Record]:
        """Walk the living records strictly older than `before`, newest first."""
        end = len(self._order) if before is None else bisect_left(self._order, (before,))
        for position in range(end - 1, -1, -1):
            identity = self._order[position][2]
            if identity not in self.deleted:
                yield self.rows[identity]

    def page(self, *, limit: int, before: str | None, fits: Callable[[Record], bool]) -> Page:
        """Cut one page: the filter first, then the cut."""
        rows = list(islice(filter(fits, self.newest_first(before=before)), limit + 1))
        return Page(rows[:limit], more=len(rows) > limit)

    def next_number(self) -> int:
        """The display id after the highest one given out."""
        return self._highest + 1

    def newest(self) -> str:
        """The `created_at` of the newest record, or an empty text."""
        return self._order[-1][0] if self._order else ""

    def oldest(self) -> str | None:
        """The `created_at` of the oldest record, if there is one."""
        return self._order[0][0] if self._order else None
