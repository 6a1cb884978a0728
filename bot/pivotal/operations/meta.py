"""What the API says of itself and of the key in use."""

from bot.pivotal.calls import Call
from bot.pivotal.models import Document, Health, Me


def me() -> Call[Me]:
    """Whose key this is: its name, prefix, scopes and workspace. Costs one request, changes nothing."""
    return Call("me", "GET", "/me", Me)


def health() -> Call[Health]:
    """Whether the API is up; sent without the key."""
    return Call("health", "GET", "/health", Health, anonymous=True)


def openapi() -> Call[Document]:
    """The server's own OpenAPI document, as it is; sent without the key."""
    return Call("openapi", "GET", "/openapi.json", Document, anonymous=True)
