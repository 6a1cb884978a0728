"""Figures of a run, such as how often something was tried: kept with their test, and shown when all tests have ended.

They travel in the test's report: what a test prints itself is lost where tests run in processes of their own.
"""

from collections.abc import Callable

import pytest

FIGURES = "figures"

Tell = Callable[[str], None]
"""Takes a line of figures."""


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Tell:
    """Have a line of figures shown at the end of the run, whatever becomes of the test."""
    return lambda line: record_property(FIGURES, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [one for ended in ("passed", "failed", "skipped") for one in terminalreporter.getreports(ended)]
    lines = [line for one in reports if one.when == "call" for name, line in one.user_properties if name == FIGURES]
    if lines:
        terminalreporter.section(FIGURES)
    for line in lines:
        terminalreporter.line(line)
