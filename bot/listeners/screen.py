"""The modal in front of one person: opened at once while its content is still being fetched, then filled."""

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import UpstreamError
from bot.views import modal

log = structlog.get_logger()


class Screen:
    """A person's modal during one turn: none, one opened by this turn, or the form they sent."""

    def __init__(self, client: AsyncWebClient, *, trigger: str, view_id: str = "", on_top: bool = False) -> None:
        self._client = client
        self.trigger = trigger
        self._view_id = view_id
        self._on_top = on_top
        self._hash = ""

    @property
    def taken(self) -> bool:
        """Whether there is a modal that an answer can be shown in."""
        return bool(self._view_id)

    async def loading(self, title: str) -> None:
        """Open the modal with a word of patience: the trigger of a press is good for three seconds only."""
        await self._open(modal.loading(title))

    async def show(self, view: View) -> None:
        """Put `view` in the modal, opening one if there is none."""
        if not self.taken:
            await self._open(view)
            return
        try:
            await self._client.views_update(view_id=self._view_id, view=view, hash=self._hash or None)
        except (SlackApiError, ClientError, TimeoutError, OSError) as error:
            # Closed by the person meanwhile, or newer already: there is nobody to tell.
            log.info("modal not shown", error=type(error).__name__)

    async def _open(self, view: View) -> None:
        call = self._client.views_push if self._on_top else self._client.views_open
        try:
            answer = await call(trigger_id=self.trigger, view=view)
        except SlackApiError as error:
            if error.response.get("error") in ("expired_trigger_id", "trigger_exchanged"):
                raise UpstreamError("Slack was too slow to open the form.", hint="Press once more.") from error
            raise
        except (ClientError, TimeoutError, OSError) as error:
            raise UpstreamError("Slack did not open the form.", hint="Try again in a moment.") from error
        opened = answer["view"]
        self._view_id, self._hash = opened["id"], opened.get("hash") or ""
