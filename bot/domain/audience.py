"""Who can read a channel: the team alone, or customers too. What is not known counts as read by customers."""

from collections.abc import Mapping
from dataclasses import dataclass

FACTS = ("shared", "pending_shared", "has_guest", "customer_channel")

REASONS = {
    "shared": "it is shared with another organisation",
    "pending_shared": "it is about to be shared with another organisation",
    "has_guest": "it has guests in it",
    "customer_channel": "it is a customer’s own channel in Pivotal",
}
UNKNOWN = "it can’t be told at the moment who can read it"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads a channel: `team`, `customers` or `unknown`; only a team's has no reason against it.

    Of an unknown one `refused` says that it will stay so: Slack has refused to tell it.
    """

    kind: str
    reason: str | None = None
    refused: bool = False


def audience(channel: Mapping[str, bool | None]) -> Audience:
    """Judge a channel by its facts: `shared`, `pending_shared`, `has_guest`, `customer_channel`, `unknown`, `refused`.

    One of the first four that is None, or missing, is not known; then so is the audience.
    """
    against = next((REASONS[fact] for fact in FACTS if channel.get(fact)), None)
    if against:
        return Audience("customers", against)
    if channel.get("unknown") or any(channel.get(fact) is None for fact in FACTS):
        return Audience("unknown", UNKNOWN, refused=bool(channel.get("refused")))
    return Audience("team")


def judge(channel: Mapping[str, bool | None]) -> str | None:
    """Say why nothing internal may be posted in a channel, to follow “because”; None when it may."""
    return audience(channel).reason
