import asyncio
import gc

import pytest

from bot.services.shared import shared


async def test_work_that_fails_when_nobody_waits_any_more_is_no_mistake_to_log():
    logged, goes_on = [], asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: logged.append(context["message"]))

    async def work():
        await goes_on.wait()
        raise OSError("away")

    task = shared(work())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await asyncio.shield(task)
    goes_on.set()
    await asyncio.wait({task})
    del task
    gc.collect()
    await asyncio.sleep(0)

    assert logged == []


async def test_who_waits_is_told_how_it_failed():
    async def work():
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        await asyncio.shield(shared(work()))
