"""Shortcuts: finding an onboarding from anywhere, and posting its card in the thread of a message."""

from slack_sdk.models.blocks import Option
from slack_sdk.models.views import View

from bot.domain import suggestions
from bot.domain.errors import Forbidden
from bot.domain.journal import SHARE
from bot.listeners.feature import Answer, Feature, Turn
from bot.listeners.show import drawn
from bot.services import Services
from bot.services.cards import Share
from bot.views import finding, notices, values
from bot.views.finding import Typed
from bot.views.message import Message

feature = Feature("Shortcuts")


@feature.shortcut(finding.FIND)
@feature.button(finding.FIND)
async def find(turn: Turn) -> View:
    """`Find onboarding`: a menu to type into."""
    return finding.search()


@feature.search(finding.WHICH)
def which(query: str, services: Services) -> list[Option]:
    """What fits, from memory: Slack waits for the answer."""
    snapshot = services.portfolio.current
    found = suggestions.suggested(query, snapshot) if snapshot else ()
    return finding.options(found, phases=services.phases)


@feature.button(finding.WHICH)
async def chosen(turn: Turn) -> Answer:
    """The one that was chosen, as it is now or was last known, in the place of the search."""
    onboarding_id = values.record(turn.pressed.value if turn.pressed else "")
    return Answer(drawn(turn, await turn.services.onboardings.look(onboarding_id)), replace=True)


@feature.shortcut(finding.CARD_HERE)
async def card_here(turn: Turn) -> View:
    """`Onboarding card here`: asks whose card, unless customers can read it there."""
    await turn.screen.loading("Onboarding card here")
    try:
        await turn.cards.guard(turn.channel)
    except Forbidden as refusal:
        place = f"shortcut in {turn.channel}"
        await turn.services.journal.refused(
            SHARE, by=turn.actor, source=place, reference=turn.reference, why=refusal.message
        )
        raise
    message = turn.event.get("message") or {}
    return finding.form(channel=turn.channel, thread_ts=str(message.get("thread_ts") or turn.event["message_ts"]))


@feature.form(finding.CARD_HERE, parse=finding.parse, again=finding.again)
async def post_card(turn: Turn) -> Message:
    """Post it in that thread; it says by whom."""
    wanted: Typed = turn.form
    wish = Share(
        wanted.onboarding_id,
        wanted.channel,
        by=turn.actor,
        source=turn.source,
        reference=turn.reference,
        thread_ts=wanted.thread_ts,
    )
    return notices.shared(await turn.cards.share(wish), channel=wanted.channel)
