"""What the city's programs need beside nats-py."""

from __future__ import annotations

import asyncio
import contextlib

from city.engine.connection import ended
from city.engine.reading import apart


def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same():
    async def stubborn():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    async def ends():
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        await asyncio.wait_for(ended(task), 10)
        return task.cancelled()

    assert apart(ends())
