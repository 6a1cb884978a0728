"""Work that several wait for: who waits no longer ends it for nobody."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def shared(work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
    """Begin `work`, to be awaited through `asyncio.shield`; how it fails is told to those who still wait, if any."""
    task = asyncio.create_task(work)
    task.add_done_callback(_known)
    return task


def _known(task: "asyncio.Task[Any]") -> None:
    """Take note of an error, lest asyncio logs that nobody did."""
    if not task.cancelled():
        task.exception()
