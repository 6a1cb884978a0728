"""What the app is told when somebody uses what the page shows."""

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp


class Heard(asyncio.Queue[dict[str, Any]]):
    """Presses, in order: the whole payload of each."""

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            return await self.get()

    async def action(self) -> dict[str, Any]:
        """The element that was used next."""
        return dict((await self.next())["actions"][0])


def hears(app: AsyncApp, action_id: str) -> Heard:
    """Have the app acknowledge and note every use of one element."""
    heard = Heard()

    async def note(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        heard.put_nowait(body)

    app.action(action_id)(note)
    return heard
