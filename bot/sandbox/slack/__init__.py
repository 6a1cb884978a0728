"""A local Slack workspace that speaks Slack's protocols over loopback and refuses what Slack refuses."""

from bot.sandbox.slack.courier import Acknowledged
from bot.sandbox.slack.deliveries import Delivery
from bot.sandbox.slack.eyes import NothingToSee
from bot.sandbox.slack.local import LocalSlack
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.webapi import Call

__all__ = ["Acknowledged", "Call", "Delivery", "LocalSlack", "Message", "NothingToSee"]
