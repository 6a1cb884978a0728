"""What each setting has to look like: functions that give a value back as it is used, or raise ValueError with why."""

import base64
import re
from collections.abc import Callable
from importlib.util import find_spec
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.domain import following, risk
from bot.domain.errors import UserError

DRIVER = "in the bot’s folder, pip install --constraint constraints.txt --editable '.[postgres]'"
"""How to get PostgreSQL's driver."""

_SHORTEST_SECRET = 16
"""Bytes: what can be guessed signs nothing."""
_WORDS = ("workspace", "owners", "team", "off", "auto", "monday", "saturday", "sunday")


def parts(value: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def split(value: object) -> object:
    """Read a list as it is written in the environment."""
    return parts(value) if isinstance(value, str) else value


def word(value: object) -> object:
    """Take a word in any case, and with blanks around it."""
    plain = value.strip() if isinstance(value, str) else value
    return plain.lower() if isinstance(plain, str) and plain.lower() in _WORDS else plain


def bot_token(value: SecretStr) -> SecretStr:
    """The token of a Slack app's bot."""
    if not re.fullmatch(r"xoxb-[!-~]+", value.get_secret_value()):
        raise ValueError("must be the bot token, which starts with xoxb- and has no blanks (OAuth & Permissions)")
    return value


def app_token(value: SecretStr | None) -> SecretStr | None:
    """The token that opens Socket Mode, or none."""
    if value is None or not value.get_secret_value():
        return None
    if not re.fullmatch(r"xapp-[!-~]+", value.get_secret_value()):
        raise ValueError("must be an app-level token: it starts with xapp- and has no blanks (Basic Information)")
    return value


def pivotal_key(value: SecretStr) -> SecretStr:
    """A key of Pivotal's."""
    if not re.fullmatch(r"pivotal_[!-~]+", value.get_secret_value()):
        raise ValueError("must be a Pivotal API key, which starts with pivotal_ (Admin > API Keys)")
    return value


def webhook_secrets(value: SecretStr | None) -> SecretStr | None:
    """The secrets of Pivotal's webhooks, or none."""
    secrets = parts(value.get_secret_value()) if value else ()
    if not all(re.fullmatch(r"whsec_[A-Za-z0-9+/=_-]+", one) for one in secrets):
        raise ValueError("must be the endpoint’s signing secret, which starts with whsec_ (Developer > Webhooks)")
    if not all(_whole(one) for one in secrets):
        raise ValueError("is too short for a signing secret: copy all of it (Developer > Webhooks)")
    return value if secrets else None


def address(value: str) -> str:
    """Where a server answers."""
    from bot.pivotal.settings import base_url

    try:
        base_url(value)
    except ValueError:
        # Not in its words: they repeat the address, which may hold a password.
        raise ValueError(
            "must be an address like https://example.com/ without user, query or fragment "
            "(plain http only for this machine’s own addresses)"
        ) from None
    return value


def folder(value: str) -> str:
    """The same address with a slash at its end."""
    return value.rstrip("/") + "/"


def public(value: str) -> str:
    """An address that Slack can call, by its looks."""
    if not re.fullmatch(r"https://(\w[\w.-]*|\[[0-9a-fA-F:.]+\])(:\d{1,5})?(/[^\s?#]*)?", value):
        raise ValueError("must be an address that begins with https://, like https://bot.example.com")
    return value


def database(value: str) -> str:
    """The address of a database that the bot can use."""
    kind = value.partition(":")[0]
    if kind not in ("sqlite", "sqlite+aiosqlite", "postgres", "postgresql", "postgresql+asyncpg"):
        raise ValueError("must start with sqlite:/// or postgresql://")
    if kind.startswith("postgres") and find_spec("asyncpg") is None:
        raise ValueError(f"names PostgreSQL, whose driver is not installed: {DRIVER}")
    from bot.store.engines import address

    try:
        address(value)
    except ValueError as error:
        raise ValueError(f"cannot be used: {error}") from None
    return value


def zone(value: str) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is not a time zone; write it like Europe/Berlin or America/New_York") from error
    return value


def admins(value: tuple[str, ...]) -> tuple[str, ...]:
    """People and user groups of Slack's, and its own admins."""
    return _people(value, "workspace-admins")


def managers(value: tuple[str, ...]) -> tuple[str, ...]:
    """People and user groups of Slack's."""
    return _people(value)


def readers(value: str) -> str:
    """Everybody, or a user group."""
    if value != "workspace" and not re.fullmatch(r"S[A-Z0-9]{5,}", value):
        raise ValueError("must be workspace, or the id of a Slack user group like S012AB3CD")
    return value


def channels(value: tuple[str, ...]) -> tuple[str, ...]:
    """Channels of Slack's."""
    if not all(re.fullmatch(r"[CG][A-Z0-9]{5,}", one) for one in value):
        raise ValueError("must be ids of channels like C012AB3CD, separated by commas (channel > About)")
    return value


def thresholds(value: str) -> str:
    """From when on the rules of risk fire, as it is typed."""
    return _typed(value, risk.thresholds)


def quiet(value: str) -> str:
    """The hours in which followers are left alone, as they are typed."""
    return _typed(value, following.quiet)


def phases(value: tuple[str, ...]) -> tuple[str, ...]:
    """A workspace's phases, once each."""
    if len(set(value)) != len(value):
        raise ValueError("must name each phase once")
    return value


def command_name(value: str) -> str:
    """The name of a slash command."""
    if not re.fullmatch(r"/[a-z0-9_-]{1,31}", value):
        raise ValueError("must be a slash and one word of small letters, digits, - and _, 32 characters at most")
    return value


def host_and_port(value: str) -> str:
    """Where something is shown, or `off`."""
    plain = value.strip().lower()
    found = re.fullmatch(r"(?:\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})", plain)
    if plain != "off" and (found is None or int(found[1]) > 65535):
        raise ValueError("must be an address and a port like 127.0.0.1:9464, or off")
    return plain


def _people(value: tuple[str, ...], *words: str) -> tuple[str, ...]:
    if not all(re.fullmatch(r"[UWS][A-Z0-9]{5,}", one) or one in words for one in value):
        more = "".join(f", or {one}" for one in words)
        raise ValueError(
            "must be Slack user ids like U012AB3CD, separated by commas (profile > Copy member ID), "
            f"or ids of user groups like S012AB3CD{more}"
        )
    return value


def _typed(value: str, read: Callable[[str], object]) -> str:
    try:
        read(value)
    except UserError as error:
        raise ValueError(f"cannot be read: {error.message} {error.hint}") from None
    return value


def _whole(secret: str) -> bool:
    """Whether a signing secret can be decoded, and is not what is left of one."""
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_"))) >= _SHORTEST_SECRET
    except ValueError:
        return False
