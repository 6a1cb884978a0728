"""The reference of one round of work: whatever is logged meanwhile carries it, and people are shown it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars


@contextmanager
def correlated() -> Iterator[str]:
    """Give a new reference, six hexadecimal digits, which the log's lines carry until the round is over."""
    reference = secrets.token_hex(3).upper()
    with bound_contextvars(reference=reference):
        yield reference
