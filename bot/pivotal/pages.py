"""Walking a list by its cursor: which page comes next, which rows are new, and when to stop.

The walk itself is pure; `Walk` and `AsyncWalk` only fetch.
Source: https://docs.pivotal.app/api/welcome/pagination
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Generic

from bot.pivotal.calls import Call, Id
from bot.pivotal.errors import UnexpectedResponse
from bot.pivotal.models import Page, RowT

LARGEST_PAGE: Final = 100
REMEMBERED: Final = 1000
"""Ids kept to tell a row that comes again: ten full pages, so that a long walk's memory does not grow."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[RowT]):
    """What to list, and how much of it. `limit` rows a page; None for `max_items` and `max_pages` means all."""

    operation: str
    route: str
    page: type[Page[RowT]]
    ids: tuple[Id, ...] = ()
    filters: Mapping[str, Id | None] = field(default_factory=dict)
    limit: int = LARGEST_PAGE
    max_items: int | None = None
    max_pages: int | None = None

    def __post_init__(self) -> None:
        """Refuse, with a ValueError, what the API is known to refuse, and an id that no record can have."""
        if not 1 <= self.limit <= LARGEST_PAGE:
            raise ValueError(f"A page holds 1 to {LARGEST_PAGE} rows, not {self.limit}.")
        if min(self.max_items or 0, self.max_pages or 0) < 0:
            raise ValueError("max_items and max_pages are not negative; None means all.")
        self.call(None)

    def call(self, cursor: str | None) -> Call[Page[RowT]]:
        """The call for the page at a cursor. The limit is always said: pages disagree on its default."""
        wanted = min(self.limit, max(1, self.max_items or self.limit))
        chosen = {name: str(value) for name, value in self.filters.items() if value is not None}
        at = {} if cursor is None else {"cursor": cursor}
        query = {"limit": str(wanted), **chosen, **at}
        return Call(self.operation, "GET", self.route, self.page, ids=self.ids, query=query)


class Pager(Generic[RowT]):
    """One walk under way."""

    def __init__(self, listing: Listing[RowT]) -> None:
        self._listing = listing
        self._cursor: str | None = None
        self._landmark: str | None = None
        """A cursor passed earlier, moved on at pages 1, 2, 4, 8 …: a walk in circles meets it again."""
        self._pages = 0
        self._items = 0
        self._more = True
        self._stuck = False
        self._seen: OrderedDict[str, None] = OrderedDict()

    def next_call(self) -> Call[Page[RowT]] | None:
        """The call for the next page, or None when the walk is over.

        Raises UnexpectedResponse when more rows are wanted and promised, at a cursor that leads nowhere new.
        """
        if not self._more or self._items_left() == 0 or self._pages == self._listing.max_pages:
            return None
        call = self._listing.call(self._cursor)
        if self._stuck:
            raise UnexpectedResponse(
                "Pivotal promises more rows, but its cursor does not advance.",
                status=200,
                attempts=1,
                method=call.method,
                path=call.path,
            )
        return call

    def take(self, page: Page[RowT]) -> Page[RowT]:
        """Take a page in: it is returned without rows that came before or are beyond what was asked for."""
        self._pages += 1
        self._more = page.has_more
        if page.has_more:
            self._advance(page.next_cursor)
        fresh = tuple(row for row in page.data if self._is_new(row))[: self._items_left()]
        self._items += len(fresh)
        return page if len(fresh) == len(page.data) else page.model_copy(update={"data": fresh})

    def _items_left(self) -> int | None:
        most = self._listing.max_items
        return None if most is None else max(0, most - self._items)

    def _advance(self, cursor: str | None) -> None:
        if cursor is None or cursor in (self._cursor, self._landmark):
            self._stuck = True
            return
        if self._pages & (self._pages - 1) == 0:
            self._landmark = cursor
        self._cursor = cursor

    def _is_new(self, row: RowT) -> bool:
        if row.id in self._seen:
            return False
        self._seen[row.id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True


class Walk(Iterator[RowT]):
    """The rows of a list, fetched page by page as they are asked for."""

    def __init__(self, send: Callable[[Call[Page[RowT]]], Page[RowT]], listing: Listing[RowT]) -> None:
        self._send, self._listing = send, listing
        self._rows: Iterator[RowT] | None = None

    def __iter__(self) -> "Walk[RowT]":
        return self

    def __next__(self) -> RowT:
        if self._rows is None:
            self._rows = (row for page in self.pages() for row in page.data)
        return next(self._rows)

    def pages(self) -> Iterator[Page[RowT]]:
        """Walk from the start, a page at a time."""
        pager = Pager(self._listing)
        while (call := pager.next_call()) is not None:
            yield pager.take(self._send(call))

    def first(self) -> RowT | None:
        """The newest row, or None; asks for no more than that."""
        return next(Walk(self._send, replace(self._listing, max_items=1)), None)


class AsyncWalk(AsyncIterator[RowT]):
    """The rows of a list, fetched page by page as they are asked for."""

    def __init__(self, send: Callable[[Call[Page[RowT]]], Awaitable[Page[RowT]]], listing: Listing[RowT]) -> None:
        self._send, self._listing = send, listing
        self._rows: AsyncIterator[RowT] | None = None

    def __aiter__(self) -> "AsyncWalk[RowT]":
        return self

    async def __anext__(self) -> RowT:
        if self._rows is None:
            self._rows = (row async for page in self.pages() for row in page.data)
        return await anext(self._rows)

    async def pages(self) -> AsyncIterator[Page[RowT]]:
        """Walk from the start, a page at a time."""
        pager = Pager(self._listing)
        while (call := pager.next_call()) is not None:
            yield pager.take(await self._send(call))

    async def first(self) -> RowT | None:
        """The newest row, or None; asks for no more than that."""
        return await anext(AsyncWalk(self._send, replace(self._listing, max_items=1)), None)
