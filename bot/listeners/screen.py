"""The modal in front of one person: opened at once while its content is still being fetched, then filled."""

from copy import copy

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import passing, refusal
from bot.domain.errors import UpstreamError
from bot.listeners.place import packed
from bot.views import modal

log = structlog.get_logger()


class Screen:
    """A person's modal during one turn: none, one opened by this turn, or the form they sent."""

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        trigger: str,
        place: str = "",
        view_id: str = "",
        beneath: str = "",
        seen: str = "",
    ) -> None:
        """`place` is where the person is: a channel, or Home. A modal over it keeps that.

        `seen` is the hash of the modal that was pressed in (`beneath`).

        That of a form that was sent is not known: Slack made a new one of the word of patience it was answered with.
        """
        self._client = client
        self.trigger = trigger
        self.place = place
        self._view_id = view_id
        self._beneath = beneath
        self._seen = seen
        self._hash = ""
        self._spent = False

    @property
    def taken(self) -> bool:
        """Whether there is a modal that an answer can be shown in."""
        return bool(self._view_id)

    @property
    def form(self) -> str:
        """The id of the modal that was sent, or opened; it stays the same however often that is filled anew."""
        return self._view_id

    def take_over(self) -> None:
        """Let the answer take the place of the modal that was pressed in, unless one lies over it already."""
        if not self._view_id:
            self._view_id, self._hash = self._beneath, self._seen

    async def loading(self, title: str) -> None:
        """Open the modal with a word of patience: the trigger of a press is good for three seconds only."""
        if not self.taken:
            await self._open(modal.loading(title))

    async def show(self, view: View) -> None:
        """Put `view` in the modal, opening one if there is none."""
        if not self.taken:
            await self._open(view)
            return
        view = self._placed(view)
        try:
            answer = await self._client.views_update(view_id=self._view_id, view=view, hash=self._hash or None)
            self._hash = answer["view"].get("hash") or ""
        except (SlackApiError, ClientError, TimeoutError, OSError) as error:
            # Closed by the person meanwhile, or newer already: there is nobody to tell.
            log.info("modal not shown", error=type(error).__name__, why=str(error))

    async def publish(self, slack_id: str, view: View) -> None:
        """Put `view` on a person's Home tab; https://docs.slack.dev/reference/methods/views.publish."""
        try:
            await self._client.views_publish(user_id=slack_id, view=view)
        except (SlackApiError, ClientError, TimeoutError, OSError) as error:
            # It is drawn anew whenever it is opened.
            log.warning("Home not published", error=type(error).__name__, why=str(error))

    async def _open(self, view: View) -> None:
        call = self._client.views_push if self._beneath else self._client.views_open
        if self._spent:  # a trigger works once, and has not worked
            raise UpstreamError("Slack was too slow to open the form.", hint="Press once more.")
        self._spent = True
        try:
            answer = await call(trigger_id=self.trigger, view=self._placed(view))
        except SlackApiError as error:
            said = refusal(error)
            if said == "push_limit_reached":  # three lie on each other already
                self.take_over()
                await self.show(view)
                return
            if said in ("not_found", "view_not_found"):  # closed meanwhile
                raise UpstreamError("The form you pressed in is closed.", hint="Open it again.") from error
            if said in ("expired_trigger_id", "trigger_exchanged", "invalid_trigger_id"):
                raise UpstreamError("Slack was too slow to open the form.", hint="Press once more.") from error
            if not passing(error):
                raise
            raise UpstreamError("Slack did not open the form.", hint="Try again in a moment.") from error
        except (ClientError, TimeoutError, OSError) as error:
            raise UpstreamError("Slack did not open the form.", hint="Try again in a moment.") from error
        opened = answer["view"]
        self._view_id, self._hash = opened["id"], opened.get("hash") or ""

    def _placed(self, view: View) -> View:
        placed = copy(view)
        placed.private_metadata = packed(self.place, view.private_metadata or "") or None
        return placed
