"""Posts a message to a channel exactly once, and knows what Slack's refusals mean.

Slack has no idempotency key for a post: https://docs.slack.dev/reference/methods/chat.postMessage. So whatever may
have been posted is never posted again; whether it was is for a person to say.
"""

from bot.delivery.calls import PATIENCE, Sending
from bot.delivery.delivery import Delivery, Posted
from bot.delivery.refusals import Gone, NotPosted, Revoked, Uncertain, Unsent, passing, refusal

__all__ = [
    "PATIENCE",
    "Delivery",
    "Gone",
    "NotPosted",
    "Posted",
    "Revoked",
    "Sending",
    "Uncertain",
    "Unsent",
    "passing",
    "refusal",
]
