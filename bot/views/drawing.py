"""Draws a chart of stacked bars as a PNG, readable without its colours: every state has a hatch and its number.

matplotlib does it, from the extra `charts`; it is imported when something is drawn, and not before. Whatever has to
stand beside something else is measured first, so that no label is cut, however long it is.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from textwrap import shorten, wrap
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, DPI = 6.4, 200
"""Inches, and pixels to the inch; narrow, so that a phone shows letters one can read, unless the numbers need more. All
other lengths are in inches too, from the upper left corner."""
SHORTEST = 0.3
"""Of the longest bar, where next to no number fits into its own part of it."""
MARGIN, BAR, GAP = 0.3, 0.36, 0.14
LINE = 0.19
"""Of a line of text."""
LABEL, NAME = 20, 44
"""Characters in a line of a phase's label, and at most in a state's."""
KEY, APART = 0.16, 0.1
"""The little bar that stands for a state beside its label or number, and the room before the next."""

STYLES = (
    ("#009E73", ""),
    ("#D55E00", "////"),
    ("#F0E442", "..."),
    ("#BBBBBB", "xxx"),
    ("#56B4E9", "\\\\\\\\"),
    ("#CC79A7", "++"),
    ("#0072B2", "oo"),
)
"""Okabe and Ito’s colours, for the colour-blind too (https://jfly.uni-koeln.de/color/), and a hatch each."""
THIN = 0.04
"""A box no wider than this has no outline: it would hide the box."""
INK, FAINT, BADGE = "#1d1c1d", "#616061", "#FFF3C4"

_one_at_a_time = Lock()
"""https://matplotlib.org/stable/users/faq.html: it is not made for several threads."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw."""

    title: str
    subtitle: str
    states: tuple[str, ...]
    """The label of each state."""
    styles: tuple[int, ...]
    """How each of them looks: its place in `STYLES`."""
    bars: tuple[tuple[str, tuple[int, ...]], ...]
    """The label of each phase, and how many are in each state."""
    badge: str = ""


def draw(chart: Chart) -> bytes:
    """Draw a chart as a PNG; takes a moment of the processor, so it is for a thread of its own."""
    with _one_at_a_time:
        file = BytesIO()
        composed(chart).savefig(file, format="png")
    return file.getvalue()


def composed(chart: Chart) -> "Figure":
    """Lay a chart out: as high, and with as wide a margin, as its labels want it."""
    totals = [sum(column) for column in zip(*(numbers for _, numbers in chart.bars), strict=True)]
    names = (drawable(label, otherwise=f"State {place}") for place, label in enumerate(chart.states, 1))
    states = [f"{shorten(name, NAME, placeholder='…')}: {total}" for name, total in zip(names, totals, strict=True)]
    labels = [
        "\n".join(wrap(drawable(label, otherwise=f"Phase {place}"), LABEL))
        for place, (label, _) in enumerate(chart.bars, 1)
    ]
    sheet = Sheet()
    rows = [numbers for _, numbers in chart.bars]
    sheet.width = max(WIDTH, _left(sheet, labels) + SHORTEST + _most_behind(sheet, rows) + MARGIN)
    legend = _legend(sheet, states)
    tall = [max(BAR, LINE * (label.count("\n") + 1)) + GAP for label in labels]
    head = MARGIN + 3.1 * LINE + len(legend) * 1.4 * LINE + GAP
    sheet.cut(head + sum(tall) + MARGIN - GAP)
    _head(sheet, chart)
    for place, line in enumerate(legend):
        for state, x in line:
            y = MARGIN + 3.3 * LINE + place * 1.4 * LINE
            sheet.box(x, y - 0.08, KEY, 0.16, chart.styles[state])
            sheet.write(x + KEY + 0.08, y, states[state])
    _bars(sheet, chart, labels, tall, top=head)
    return sheet.figure


def drawable(label: str, *, otherwise: str) -> str:
    """What of a label the font can show, and in its right order; `otherwise` where that is less than half of it."""
    from matplotlib.font_manager import FontProperties, fontManager, get_font

    glyphs = get_font(fontManager.findfont(FontProperties())).get_charmap()
    shown = "".join(one for one in label if ord(one) in glyphs and unicodedata.bidirectional(one) not in ("R", "AL"))
    return " ".join(shown.split()) if shown.strip() and len(shown) * 2 >= len(label) else otherwise


class Sheet:
    """A figure to write on and to measure by, in inches."""

    def __init__(self) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width = WIDTH
        self.figure = Figure(figsize=(WIDTH, WIDTH), dpi=DPI, facecolor="white")
        self._renderer = FigureCanvasAgg(self.figure).get_renderer()  # type: ignore[no-untyped-call]
        self._axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.axis("off")

    def cut(self, height: float) -> None:
        """Make it as high as it has to be; done before anything is written."""
        self.figure.set_size_inches(self.width, height)
        self._axes.set_xlim(0, self.width)
        self._axes.set_ylim(height, 0)

    def write(self, x: float, y: float, words: str, **style: Any) -> None:
        """Write one or more lines that begin at `x` and have their middle at `y`."""
        style = {"fontsize": 10, "color": INK, "ha": "left", "va": "center_baseline", "linespacing": 1.15, **style}
        self._axes.text(x, y, words, parse_math=False, **style)

    def wide(self, words: str, **style: Any) -> float:
        """How wide some words are."""
        written = self._axes.text(0, 0, words, parse_math=False, **{"fontsize": 10, **style})
        extent = written.get_window_extent(self._renderer)
        written.remove()
        return float(extent.width) / DPI

    def box(self, x: float, y: float, width: float, height: float, style: int) -> None:
        """Fill a box the way a state looks."""
        from matplotlib.patches import Rectangle

        colour, hatch = STYLES[style]
        look = {"facecolor": colour, "edgecolor": "#00000080", "hatch": hatch, "linewidth": 0}
        self._axes.add_patch(Rectangle((x, y), width, height, **look))  # type: ignore[arg-type]  # its stubs want each
        if width > THIN:
            self._axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=INK, linewidth=0.6))


def _head(sheet: Sheet, chart: Chart) -> None:
    sheet.write(MARGIN, MARGIN + 0.6 * LINE, chart.title, fontsize=14, fontweight="bold")
    sheet.write(MARGIN, MARGIN + 1.9 * LINE, drawable(chart.subtitle, otherwise=""), fontsize=9.5, color=FAINT)
    if chart.badge:
        box = {"boxstyle": "round,pad=0.35", "facecolor": BADGE, "edgecolor": INK}
        place = (sheet.width - MARGIN - 0.08, MARGIN + 0.6 * LINE)
        sheet.write(*place, chart.badge, fontweight="bold", ha="right", bbox=box)


def _legend(sheet: Sheet, labels: Sequence[str]) -> list[list[tuple[int, float]]]:
    """Where the entry of each state begins, as many of them in a line as fit."""
    lines: list[list[tuple[int, float]]] = [[]]
    x = MARGIN
    for place, label in enumerate(labels):
        needed = KEY + 0.08 + sheet.wide(label)
        if lines[-1] and x + needed > sheet.width - MARGIN:
            lines.append([])
            x = MARGIN
        lines[-1].append((place, x))
        x += needed + 0.25
    return lines


def _bars(sheet: Sheet, chart: Chart, labels: Sequence[str], tall: Sequence[float], *, top: float) -> None:
    """Every bar with its label before it, the numbers in it, and behind it its total and what found no room in it."""
    left = _left(sheet, labels)
    unit = _unit(sheet, [numbers for _, numbers in chart.bars], room=sheet.width - MARGIN - left)
    y = top
    for label, (_, numbers), height in zip(labels, chart.bars, tall, strict=True):
        middle = y + (height - GAP) / 2
        sheet.write(left - 0.15, middle, label, ha="right")
        x = left
        for style, number in zip(chart.styles, numbers, strict=True):
            if number:
                sheet.box(x, middle - BAR / 2, number * unit, BAR, style)
                if _fits(sheet, number, unit):
                    _number(sheet, x + number * unit / 2, middle, number)
                x += number * unit
        total = str(sum(numbers))
        sheet.write(x + 0.1, middle, total, fontweight="bold")
        x += 0.1 + sheet.wide(total, fontweight="bold")
        for style, number in zip(chart.styles, numbers, strict=True):
            if number and not _fits(sheet, number, unit):
                sheet.box(x + APART, middle - 0.08, KEY, 0.16, style)
                sheet.write(x + APART + KEY + 0.05, middle, str(number))
                x += APART + KEY + 0.05 + sheet.wide(str(number))
        y += height


def _left(sheet: Sheet, labels: Sequence[str]) -> float:
    """Where the bars begin, behind the longest label."""
    return MARGIN + max((sheet.wide(label) for label in labels), default=0.0) + 0.15


def _most_behind(sheet: Sheet, rows: Iterable[Sequence[int]]) -> float:
    """How much room is needed behind the bars where no number fits into its own part of one."""
    return max((_behind(sheet, numbers, 0.0) for numbers in rows if sum(numbers)), default=0.0)


def _number(sheet: Sheet, x: float, y: float, number: int) -> None:
    box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    sheet.write(x, y, str(number), ha="center", bbox=box)


def _fits(sheet: Sheet, number: int, unit: float) -> bool:
    return number * unit >= sheet.wide(str(number)) + 0.1


def _unit(sheet: Sheet, rows: Iterable[Sequence[int]], *, room: float) -> float:
    """Inches for one onboarding: the bars are as long as they can be with what stands behind them still in the room."""
    counted = [numbers for numbers in rows if sum(numbers)]
    unit = room / max(map(sum, counted), default=1)
    for _ in range(40):
        if all(sum(numbers) * unit + _behind(sheet, numbers, unit) <= room for numbers in counted):
            break
        unit *= 0.9
    return unit


def _behind(sheet: Sheet, numbers: Sequence[int], unit: float) -> float:
    """How much room is needed behind a bar."""
    rest = (number for number in numbers if number and not _fits(sheet, number, unit))
    small = sum(APART + KEY + 0.05 + sheet.wide(str(number)) for number in rest)
    return 0.1 + sheet.wide(str(sum(numbers)), fontweight="bold") + small
