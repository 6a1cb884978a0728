"""The figures of the long runs reach whoever started them."""

import subprocess
import sys

import pytest

from tests.processes import environment

TESTS = """
def test_counts(figures):
    figures("HTTP, 2 replicas: 3 killed")

def test_counts_what_is_wrong(figures):
    figures("HTTP, 2 replicas: 4 killed")
    assert False
"""


@pytest.mark.parametrize("workers", ["0", "1"])
def test_figures_are_shown_at_the_end_by_however_many_processes_the_tests_were_run(workers, tmp_path):
    (tmp_path / "test_traffic.py").write_text(TESTS)
    plugins = ["-p", "xdist", "-p", "tests.figures", "-p", "no:cacheprovider"]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", workers, *plugins, "--rootdir", tmp_path, tmp_path],
        cwd=tmp_path,
        env=environment(tmp_path, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        capture_output=True,
        text=True,
        timeout=100,
    )

    _, *shown = done.stdout.partition(" figures ")[2].splitlines()
    assert shown[:2] == ["HTTP, 2 replicas: 3 killed", "HTTP, 2 replicas: 4 killed"], done.stdout
