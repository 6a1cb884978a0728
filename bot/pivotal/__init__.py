"""The client for Pivotal's public API: async and sync, a library in itself.

async with AsyncPivotalApi() as pivotal:
    async for onboarding in pivotal.onboardings.list(state="active"):
        print(onboarding.display_id, onboarding.phase)
"""

from bot.pivotal.awaiting import AsyncPivotalApi
from bot.pivotal.blocking import PivotalApi
from bot.pivotal.bodies import UNSET, Unset
from bot.pivotal.errors import (
    AuthenticationFailed,
    Conflict,
    InternalError,
    InvalidEvent,
    InvalidRequest,
    InvalidSignature,
    NotFound,
    PermissionDenied,
    PivotalError,
    RateLimited,
    TimedOut,
    UnexpectedResponse,
    Unreachable,
    WebhookError,
)
from bot.pivotal.hooks import Attempt, Hooks, Outcome
from bot.pivotal.pacing import RateLimit
from bot.pivotal.retry import RetryPolicy
from bot.pivotal.settings import Timeout
from bot.pivotal.version import __version__

__all__ = [
    "UNSET",
    "AsyncPivotalApi",
    "Attempt",
    "AuthenticationFailed",
    "Conflict",
    "Hooks",
    "InternalError",
    "InvalidEvent",
    "InvalidRequest",
    "InvalidSignature",
    "NotFound",
    "Outcome",
    "PermissionDenied",
    "PivotalApi",
    "PivotalError",
    "RateLimit",
    "RateLimited",
    "RetryPolicy",
    "TimedOut",
    "Timeout",
    "UnexpectedResponse",
    "Unreachable",
    "Unset",
    "WebhookError",
    "__version__",
]
