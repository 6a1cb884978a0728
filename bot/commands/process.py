"""What every long command needs of its process: signals that stop it in order, and a readable log."""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from bot.commands.redaction import Redaction

HANDLER = "onboarding-bot"
"""What our handler of the libraries' lines is called."""


async def interruptible(work: Coroutine[Any, Any, None]) -> None:
    """Do `work`. Ctrl-C or SIGTERM cancels it until it waits for them with `stopped`: what was begun is undone."""
    _on_signal(_this_task().cancel)
    await work


async def stopped() -> None:
    """Wait for Ctrl-C or SIGTERM. Another one cuts the stop short that follows: nothing under way is waited for."""
    stop, task = asyncio.Event(), _this_task()

    def asked() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    _on_signal(asked)
    await stop.wait()


def _on_signal(act: Callable[[], object]) -> None:
    for wanted in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wanted, act)


def _this_task() -> "asyncio.Task[Any]":
    task = asyncio.current_task()
    assert task is not None, "a coroutine runs in a task"  # noqa: S101 - for the type checker
    return task


def configure_logs(*, quiet: bool = False, secrets: Iterable[str] = ()) -> None:
    """Log readably to the terminal, as JSON elsewhere; the libraries only speak up when something is wrong.

    `quiet` holds the bot to that too: a demo's terminal is for the person who looks at it. No line shows one of the
    `secrets`, nor what looks like one. May be done again, once they are known.
    """
    terminal = sys.stderr.isatty()
    first: list[Processor] = [
        merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer(),
        Redaction(secrets),
    ]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    formatter = ProcessorFormatter(
        foreign_pre_chain=[*first, structlog.stdlib.add_logger_name],
        processors=[ProcessorFormatter.remove_processors_meta, *last],
    )
    _hear_libraries(formatter)


def _hear_libraries(formatter: logging.Formatter) -> None:
    """Write what the libraries warn of as the bot writes; where somebody else listens to them already, they may."""
    root = logging.getLogger()
    if not root.handlers:
        ours = logging.StreamHandler(sys.stderr)
        ours.set_name(HANDLER)
        root.addHandler(ours)
    for handler in root.handlers:
        if handler.name == HANDLER:
            handler.setFormatter(formatter)
    root.setLevel(logging.WARNING)
    # Bolt reads SLACK_BOT_TOKEN too, and warns that it needs no token beside our client.
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_of_use)
    # What a connection suffers that is cut off at the second Ctrl-C; whoever used it is told of any other.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)


def _of_use(record: logging.LogRecord) -> bool:
    return "`token` will be unused" not in str(record.msg)
