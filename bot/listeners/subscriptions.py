"""The digests there are: what became of each, when the next one comes, and pausing, resuming and deleting them."""

from slack_sdk.models.views import View

from bot.domain import schedule
from bot.domain.errors import Forbidden, NotFound, UserError
from bot.domain.records import Subscription
from bot.listeners.feature import Answer, Feature, Seen, Turn
from bot.listeners.snoozes import sees
from bot.listeners.subscribing import name_of, told
from bot.listeners.wishes import kind_of, shown
from bot.services.ledger import NOTICE
from bot.services.subscriptions import allowed
from bot.views import outcomes, terms
from bot.views import subscriptions as views
from bot.views.forms import ending
from bot.views.forms import subscription as forms
from bot.views.message import Message
from bot.views.subscriptions import Row
from bot.views.values import decode_turning

feature = Feature("Digests")


@feature.command(
    "unsubscribe",
    usage="[at-risk | launch-week | portfolio]",
    tells="Delete a digest of this channel; alone, it shows which there are",
    examples=("unsubscribe", "unsubscribe at-risk"),
)
async def unsubscribe(turn: Turn) -> Message:
    """Delete the channel's subscription of one kind, or show those there are to choose from."""
    there = await turn.services.subscriptions.of_channel(turn.channel)
    if not turn.text.strip():
        mine = [one for one in there if allowed(one, turn.actor)]
        if not mine:
            why = "None of its digests is yours to delete." if there else "This channel gets no digest."
            raise NotFound(why, hint=_there(turn))
        return views.pick(mine, titles=turn.titles)
    kind, rest = kind_of(turn, turn.text)
    if rest:
        raise UserError(f"I don’t know what to do with “{rest}”.", hint="Name the digest only.")
    gone = await turn.services.subscriptions.unsubscribe(
        turn.channel, kind, by=turn.actor, source=turn.source, reference=turn.reference
    )
    return views.unsubscribed(gone, titles=turn.titles, command=turn.names.command, reader=turn.actor.slack_id)


@feature.command(
    "subscriptions",
    tells="Every digest, when the next one comes, and what became of the last",
    examples=("subscriptions",),
)
async def subscriptions(turn: Turn, page: int = 1, notice: str = "") -> Message:
    """All of them, this channel's first: nobody should have to guess where a digest comes from, or why it did not."""
    known = [one for one in await turn.services.subscriptions.all() if _visible(one, turn)]
    every = [one for one in known if one.direct or await sees(turn, one)]
    own = turn.actor.slack_id
    every.sort(key=lambda one: (one.channel != turn.channel, one.creator != own, one.channel, one.kind))
    page = min(max(page, 1), -(-len(every) // views.PER_PAGE) or 1)
    rows = [await _row(turn, one) for one in every[(page - 1) * views.PER_PAGE : page * views.PER_PAGE]]
    return views.listing(
        rows,
        page=page,
        total=len(every),
        titles=turn.titles,
        now=turn.now,
        zone=turn.zone,
        command=turn.names.command,
        reader=own,
        notice=notice,
        hidden=len(known) - len(every),
    )


@feature.button(views.PAGE)
async def turn_page(turn: Turn) -> Answer:
    """Previous and Next."""
    wanted = decode_turning(turn.pressed.value if turn.pressed else "")
    return Answer(await subscriptions(turn, wanted.page), replace=True)


@feature.button(views.ROW)
async def row_menu(turn: Turn) -> Seen:
    """An entry of a subscription's menu."""
    wanted = turn.press
    changes = {views.PAUSE: turn.services.subscriptions.pause_by, views.RESUME: turn.services.subscriptions.resume}
    if wanted.verb in changes:
        one = await changes[wanted.verb](wanted.id, by=turn.actor, source=turn.source, reference=turn.reference)
        done = "is paused" if wanted.verb == views.PAUSE else "goes on"
        notice = f"“{terms.title(one, titles=turn.titles)}” {terms.place(one, turn.actor.slack_id)} {done}."
        return Answer(await subscriptions(turn, notice=notice), replace=True)
    if wanted.verb not in (views.EDIT, views.DELETE):
        raise UserError("This menu is from an older version of the bot.", hint=_there(turn))
    await turn.screen.loading(forms.TITLE if wanted.verb == views.EDIT else ending.TITLE)
    return await _asked(turn, wanted.id, wanted.verb)


@feature.button(views.END)
async def end(turn: Turn) -> Answer:
    """`Delete`, which Slack has asked about."""
    return Answer(await _end(turn, turn.press.id), replace=True)


@feature.form(ending.CALLBACK, parse=ending.parse, again=ending.again)
async def ended(turn: Turn) -> Message:
    """Delete, confirmed."""
    typed: ending.Typed = turn.form
    return await _end(turn, typed.subscription_id)


async def _asked(turn: Turn, subscription_id: str, verb: str) -> View:
    """The form that changes a subscription, or the question before it ends."""
    one = await turn.services.subscriptions.get(subscription_id)
    if one is None:
        raise NotFound("This digest has been deleted already.", hint=_there(turn))
    if not allowed(one, turn.actor):
        whose = "that person’s own" if one.direct else "a channel’s, and you may not change those"
        raise Forbidden(f"You may not change it: it is {whose}.", hint="This bot’s admins can.")
    if verb == views.EDIT:
        return forms.form(shown(turn, one))
    named = f"*{terms.title(one, titles=turn.titles)}* {terms.place(one, turn.actor.slack_id)}\n{terms.when(one)}"
    return ending.form(ending.Typed(one.id, named))


async def _end(turn: Turn, subscription_id: str) -> Message:
    gone = await turn.services.subscriptions.delete(
        subscription_id, by=turn.actor, source=turn.source, reference=turn.reference
    )
    return views.unsubscribed(gone, titles=turn.titles, command=turn.names.command, reader=turn.actor.slack_id)


def _there(turn: Turn) -> str:
    return f"`{turn.names.command} subscriptions` shows those there are."


def _visible(subscription: Subscription, turn: Turn) -> bool:
    """Channels' digests are everybody's to see; a direct message is its own person's, and the admins'."""
    return not subscription.direct or subscription.creator == turn.actor.slack_id or turn.actor.admin


async def _row(turn: Turn, subscription: Subscription) -> Row:
    creator, readable = await name_of(turn, subscription.creator), schedule.readable(subscription)
    slot = await turn.services.ledger.due(subscription, now=turn.now, grace=schedule.GRACE) if readable else None
    put_off = await turn.services.ledger.get(subscription.id, f"{NOTICE}{slot.key}") if slot else None
    why = (put_off.reason or "") if put_off else ""
    return Row(
        subscription,
        await turn.services.ledger.following(subscription, now=turn.now),
        filters=told(turn, subscription, creator=creator),
        creator=creator,
        past=await turn.services.ledger.recent(subscription, limit=outcomes.MOST),
        waiting=outcomes.waiting(slot.at, subscription, grace=schedule.GRACE, why=why) if slot else "",
        changeable=allowed(subscription, turn.actor),
    )
