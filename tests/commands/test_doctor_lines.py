"""What doctor found, as a narrow terminal shows it."""

from io import StringIO

from rich.console import Console

from bot.commands.doctor_lines import show
from bot.domain.findings import Finding, Level, Part


def test_a_path_longer_than_the_terminal_is_wide_is_shown_whole():
    path = "/home/ana/" + "a-long-folder/" * 9 + "bot.db"
    out = StringIO()

    show(
        [Finding(Part.MEMORY, "disk", Level.OK, path)],
        Console(file=out, force_terminal=True, color_system=None, width=80),
    )

    words = "".join(line.strip().rpartition("  ")[2] for line in out.getvalue().splitlines()[:-1])
    assert path in words
