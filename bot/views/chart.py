"""The portfolio as a picture, a bar for each phase divided by state: what it shows, and that in words."""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec

from bot.domain import dates, states
from bot.domain.weekly import USUAL, PhaseCount, Week
from bot.views import drawing, text
from bot.views.digest_frame import Frame
from bot.views.drawing import STYLES, Chart
from bot.views.message import Picture
from bot.views.portfolio import PHASES, in_states

TITLE = "Open onboardings by phase and state"
ALT = 1000
"""Characters of the words for a picture: https://docs.slack.dev/reference/methods/files.getUploadURLExternal."""
OTHERS = "other states"


def available() -> bool:
    """Whether what draws it is installed: the extra `charts`."""
    return find_spec("matplotlib") is not None


def picture(week: Week, *, frame: Frame) -> Picture:
    """The chart of a week's numbers, to be drawn when it is wanted, and all that it shows in words."""
    return Picture(partial(drawing.draw, chart(week, frame=frame)), TITLE, told(week, frame=frame))


def told(week: Week, *, frame: Frame) -> str:
    """The chart's numbers in words."""
    counts = (
        f"{_label(count, frame)} {count.total}: {in_states(count, week)}." for count in week.phases if count.total
    )
    test = "Made with a test key. " if frame.test_key else ""
    opened = text.count(week.open, "open onboarding")
    return text.clip(f"{test}Bar chart of {opened} by phase and state. {' '.join(counts)}", ALT)


def chart(week: Week, *, frame: Frame) -> Chart:
    """Decide what is drawn; phases and states beyond what a picture holds are drawn together."""
    some = len(week.states) > len(STYLES)
    named = week.states[: len(STYLES) - 1] if some else week.states
    bars = [(_label(count, frame), _numbers(count.states, named, others=some)) for count in week.phases[:PHASES]]
    if hidden := week.phases[PHASES:]:
        rows = (_numbers(count.states, named, others=some) for count in hidden)
        bars.append((text.count(len(hidden), "more phase"), tuple(map(sum, zip(*rows, strict=True)))))
    labels = (*(text.plain(states.label(state), 40) for state in named), *((OTHERS.capitalize(),) if some else ()))
    moment = frame.as_of.astimezone(frame.zone)
    return Chart(
        TITLE,
        f"{dates.full(moment.date())}, {moment:%H:%M} {frame.zone.key} · {week.open} open",
        labels,
        _styles((*named, *((OTHERS,) if some else ()))),
        tuple(bars),
        "TEST" if frame.test_key else "",
    )


def _label(count: PhaseCount, frame: Frame) -> str:
    return text.plain(frame.phases.label(count.phase), 80)


def _numbers(counts: Mapping[str, int], named: Sequence[str], *, others: bool) -> tuple[int, ...]:
    numbers = tuple(counts.get(state, 0) for state in named)
    return (*numbers, sum(counts.values()) - sum(numbers)) if others else numbers


def _styles(columns: Sequence[str]) -> tuple[int, ...]:
    """The usual states look the same every week; the others take what is left, in order."""
    absent = (place for place, state in enumerate(USUAL) if state not in columns)
    free = iter((*range(len(USUAL), len(STYLES)), *absent))
    return tuple(USUAL.index(state) if state in USUAL else next(free) for state in columns)
