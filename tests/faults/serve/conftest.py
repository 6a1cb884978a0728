"""What every test here takes from its module's `scene`: the two stand-ins, the log from now on, and somebody new."""

from collections.abc import Awaitable, Callable, Iterator

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import BEN
from tests.faults.serve.clocked import Offset
from tests.faults.serve.stage import Colleague, Lines
from tests.processes import until


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The folder of the module's processes."""
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def offset(home) -> Offset:
    return Offset(home / "offset")


@pytest.fixture
def slack(scene):
    return scene.stage.slack


@pytest.fixture
def pivotal(scene):
    return scene.stage.pivotal


@pytest.fixture
def gate(scene):
    return scene.stage.gate


@pytest.fixture
def log(scene) -> Lines:
    return Lines(scene.process)


@pytest.fixture
def clock(offset) -> Iterator[Offset]:
    """The clock that is the test's to set, right again when the test has ended."""
    yield offset
    offset.is_now()


@pytest.fixture
def colleague(slack, scene) -> Iterator[Colleague]:
    """Somebody new, and when they are done everything works again."""
    yield scene.stage.colleague()
    scene.stage.heals()


@pytest.fixture
def at_work(pivotal, gate, colleague) -> Callable[[], Awaitable[None]]:
    """`await at_work()`: their press is with Pivotal, which does it once the gate opens; Ben sees the card too."""

    async def presses() -> None:
        await colleague.asks(f"#{colleague.number}")
        await colleague.asks(f"#{colleague.number}", by=BEN)
        gate.shuts()
        pivotal.fails(Fault.late(5), method="PATCH")
        assert (await colleague.clicks()).ok
        await until(lambda: gate.waits)

    return presses
