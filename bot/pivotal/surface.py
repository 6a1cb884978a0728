"""The methods both clients have, each bound once to its operation; a client that blocks and one that is awaited
differ in what their `send` returns, and in nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Generic, ParamSpec, overload

from bot.pivotal.calls import AnswerT, Call
from bot.pivotal.models import RowT
from bot.pivotal.operations import contacts, customers, meta, onboardings
from bot.pivotal.pages import AsyncWalk, Listing, Walk

P = ParamSpec("P")


class Blocking(ABC):
    """Has a `send` that returns the answer."""

    @abstractmethod
    def send(self, call: Call[AnswerT]) -> AnswerT:
        """Send a call and return its answer; raises PivotalError."""


class Awaiting(ABC):
    """Has a `send` that is awaited for the answer."""

    @abstractmethod
    async def send(self, call: Call[AnswerT]) -> AnswerT:
        """Send a call and return its answer; raises PivotalError."""


class Method(Generic[P, AnswerT]):
    """An operation as a method of whatever can send: the same arguments, and the answer instead of the call."""

    def __init__(self, operation: Callable[P, Call[AnswerT]]) -> None:
        self._operation = operation

    @overload
    def __get__(self, owner: None, kind: type) -> Callable[P, Call[AnswerT]]: ...
    @overload
    def __get__(self, owner: Blocking, kind: type) -> Callable[P, AnswerT]: ...
    @overload
    def __get__(self, owner: Awaiting, kind: type) -> Callable[P, Coroutine[Any, Any, AnswerT]]: ...
    def __get__(self, owner: Blocking | Awaiting | None, kind: type) -> Callable[P, Any]:
        if owner is None:
            return self._operation
        sender = owner

        @wraps(self._operation)
        def method(*args: P.args, **kwargs: P.kwargs) -> Any:
            return sender.send(self._operation(*args, **kwargs))

        return method


class ListMethod(Generic[P, RowT]):
    """A list operation as a method: the same arguments, and an iterator of rows."""

    def __init__(self, operation: Callable[P, Listing[RowT]]) -> None:
        self._operation = operation

    @overload
    def __get__(self, owner: None, kind: type) -> Callable[P, Listing[RowT]]: ...
    @overload
    def __get__(self, owner: Blocking, kind: type) -> Callable[P, Walk[RowT]]: ...
    @overload
    def __get__(self, owner: Awaiting, kind: type) -> Callable[P, AsyncWalk[RowT]]: ...
    def __get__(self, owner: Blocking | Awaiting | None, kind: type) -> Callable[P, Any]:
        if owner is None:
            return self._operation
        sender = owner

        @wraps(self._operation)
        def method(*args: P.args, **kwargs: P.kwargs) -> Any:
            listing = self._operation(*args, **kwargs)
            return Walk(sender.send, listing) if isinstance(sender, Blocking) else AsyncWalk(sender.send, listing)

        return method


class _Customers:
    list = ListMethod(customers.listed)
    rows = ListMethod(customers.rows)
    create = Method(customers.create)
    get = Method(customers.get)
    update = Method(customers.update)
    delete = Method(customers.delete)
    contacts = ListMethod(customers.contacts)
    onboardings = ListMethod(customers.onboardings)


class _Onboardings:
    list = ListMethod(onboardings.listed)
    rows = ListMethod(onboardings.rows)
    create = Method(onboardings.create)
    get = Method(onboardings.get)
    update = Method(onboardings.update)
    set_waiting = Method(onboardings.set_waiting)
    delete = Method(onboardings.delete)


class _Contacts:
    create = Method(contacts.create)
    get = Method(contacts.get)
    update = Method(contacts.update)
    delete = Method(contacts.delete)


class _Through(Blocking):
    def __init__(self, client: Blocking) -> None:
        self._client = client

    def send(self, call: Call[AnswerT]) -> AnswerT:
        return self._client.send(call)


class _AsyncThrough(Awaiting):
    def __init__(self, client: Awaiting) -> None:
        self._client = client

    async def send(self, call: Call[AnswerT]) -> AnswerT:
        return await self._client.send(call)


class Customers(_Customers, _Through):
    """The customers of a workspace."""


class Onboardings(_Onboardings, _Through):
    """The onboardings of a workspace."""


class Contacts(_Contacts, _Through):
    """The people at customers."""


class AsyncCustomers(_Customers, _AsyncThrough):
    """The customers of a workspace."""


class AsyncOnboardings(_Onboardings, _AsyncThrough):
    """The onboardings of a workspace."""


class AsyncContacts(_Contacts, _AsyncThrough):
    """The people at customers."""


class _Root:
    me = Method(meta.me)
    health = Method(meta.health)
    openapi = Method(meta.openapi)


class Surface(_Root, Blocking):
    """Everything a client that blocks can be asked."""

    @property
    def customers(self) -> Customers:
        """The customers of the workspace."""
        return Customers(self)

    @property
    def onboardings(self) -> Onboardings:
        """The onboardings of the workspace."""
        return Onboardings(self)

    @property
    def contacts(self) -> Contacts:
        """The people at customers."""
        return Contacts(self)


class AsyncSurface(_Root, Awaiting):
    """Everything a client that is awaited can be asked."""

    @property
    def customers(self) -> AsyncCustomers:
        """The customers of the workspace."""
        return AsyncCustomers(self)

    @property
    def onboardings(self) -> AsyncOnboardings:
        """The onboardings of the workspace."""
        return AsyncOnboardings(self)

    @property
    def contacts(self) -> AsyncContacts:
        """The people at customers."""
        return AsyncContacts(self)
