"""Environment and `.env` → Settings, with every problem said at once and in words."""

import base64
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, unquote_plus, urlsplit
from zoneinfo import ZoneInfo

from platformdirs import user_state_path
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain import following, retention, risk
from bot.domain.errors import UserError
from bot.domain.following import Quiet
from bot.domain.risk import Thresholds

_SHORTEST_SECRET = 16
"""Bytes: what can be guessed signs nothing."""


class ConfigurationError(Exception):
    """The settings cannot be used; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


DRIVER = "in the bot's folder, pip install --constraint constraints.txt --editable '.[postgres]'"
"""How to get PostgreSQL's driver."""


def _database() -> str:
    return f"sqlite+aiosqlite:///{user_state_path('onboarding-bot') / 'bot.db'}"


def command_name(value: str) -> str:
    """The same name, when a slash command can have it; raises ValueError."""
    if not re.fullmatch(r"/[a-z0-9_-]{1,31}", value):
        raise ValueError("must be a slash and one word of small letters, digits, - and _, 32 characters at most")
    return value


class Settings(BaseSettings):
    """What an installation can choose; the README's table is tested against these fields."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    slack_bot_token: SecretStr = Field(description="The bot token of the Slack app, `xoxb-…`")
    slack_app_token: SecretStr | None = Field(
        default=None, description="App-level token, `xapp-…`: set it for Socket Mode (no public address needed)"
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        validate_default=True,
        description="The app's signing secret: set it, and no app token, for HTTP mode",
    )
    slack_api_url: str = Field(default="https://slack.com/api/", description="Where Slack's Web API answers")
    pivotal_api_key: SecretStr = Field(description="Pivotal API key, `pivotal_…` or `pivotal_test_…`")
    pivotal_base_url: str = Field(default="https://my.pivotal.app/api/v1", description="Where Pivotal's API answers")
    pivotal_webhook_secret: SecretStr | None = Field(
        default=None,
        description="Signing secret of Pivotal's webhooks, `whsec_…`; several with commas while one is being replaced",
    )
    database_url: str = Field(
        default_factory=_database,
        repr=False,
        description="Where the bot keeps its memory; default: an SQLite file of this user's",
    )
    bot_timezone: str = Field(
        default="UTC",
        description="Zone of a channel's digests when its subscriber's own is not known, such as `Europe/Berlin`",
    )
    bot_week_start: Literal["auto", "monday", "saturday", "sunday"] = Field(
        default="auto",
        description="The day weeks begin with: `monday`, `saturday`, `sunday`, or the custom of the zone (`auto`)",
    )
    bot_admins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="The bot's admins: Slack user ids, ids of user groups (`S…`), or `workspace-admins`, with commas",
    )
    bot_managers: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Who may change every onboarding, its owners, and channels' digests: user ids or user groups",
    )
    bot_readers: str = Field(
        default="workspace", description="Who may look: `workspace`, or the members of one user group (`S…`)"
    )
    bot_writes: Literal["owners", "team", "off"] = Field(
        default="owners",
        description="Who may change an onboarding: its `owners`, the whole `team`, or nobody (`off`)",
    )
    bot_guests_allowed: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description=(
            "Channels (`C…`, with commas) whose guests may read what the bot posts there; people of other "
            "organisations never may"
        ),
    )
    bot_risk: str = Field(
        default="",
        description=(
            "From when on an onboarding needs attention, such as `close_days=5, slips=3, stall_factor=2.5`; also "
            "`close_phases`, `waiting_days`, `no_target_days`, `no_owner_days`"
        ),
    )
    bot_quiet_hours: str = Field(
        default="18-9", description="When followers are not told of changes, in their zone, beside weekends; or `off`"
    )
    bot_keep_days: int = Field(
        default=retention.USUAL,
        ge=retention.SHORTEST,
        le=retention.LONGEST,
        description="How many days the audit and the observed history are kept, 30 at least",
    )
    bot_command: str = Field(default="/onboarding", description="The slash command people type")
    bot_alias: str = Field(default="/ob", description="Its short form")
    bot_phases: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="The workspace's phases in order, separated by commas; default: the API's seven"
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on: for Slack in HTTP mode, Pivotal's webhooks, `/healthz` and `/readyz`",
    )
    port: int = Field(default=3000, ge=0, le=65535, description="The port there")
    metrics_address: str = Field(
        default="127.0.0.1:9464", description="Where `/metrics` is shown to Prometheus; `off`: nowhere"
    )

    @property
    def mode(self) -> Literal["socket", "http"]:
        """Socket Mode where there is an app token, HTTP mode otherwise."""
        return "socket" if self.slack_app_token else "http"

    @property
    def names_groups(self) -> bool:
        """Whether any role is given to a Slack user group."""
        return any(one.startswith("S") for one in (*self.bot_admins, *self.bot_managers, self.bot_readers))

    @property
    def pivotal_web(self) -> str:
        """Where Pivotal's web app lives: the origin its API has."""
        url = urlsplit(self.pivotal_base_url)
        return f"{url.scheme}://{url.netloc}"

    @property
    def metrics(self) -> tuple[str, int] | None:
        """Host and port that the metrics are shown at, or None where they are not."""
        if self.metrics_address == "off":
            return None
        host, _, port = self.metrics_address.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that is to be kept out of the log, however it might come there."""
        given = (getattr(self, name) for name in type(self).model_fields)
        hidden = [part for one in given if isinstance(one, SecretStr) for part in _parts(one.get_secret_value())]
        hidden += [one.removeprefix("whsec_") for one in self.webhook_secrets]
        return (*hidden, *_passwords(self.database_url))

    @property
    def thresholds(self) -> Thresholds:
        """From when on the rules of risk fire."""
        return risk.thresholds(self.bot_risk)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets that Pivotal may sign its webhooks with; none: nobody listens for them."""
        secret = self.pivotal_webhook_secret
        return _parts(secret.get_secret_value()) if secret else ()

    @property
    def quiet(self) -> Quiet | None:
        """When followers are left alone; None: never."""
        return following.quiet(self.bot_quiet_hours)

    def shown(self) -> tuple[tuple[str, str], ...]:
        """Every setting by its name, as it may be shown to admins: nothing secret, and no address with a password."""
        return tuple((name.upper(), _shown(name, getattr(self, name))) for name in type(self).model_fields)

    @field_validator("bot_admins", "bot_managers", "bot_guests_allowed", "bot_phases", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return _parts(value) if isinstance(value, str) else value

    @field_validator("bot_readers", "bot_writes", "bot_week_start", mode="before")
    @classmethod
    def _word(cls, value: object) -> object:
        plain = value.strip() if isinstance(value, str) else value
        words = ("workspace", "owners", "team", "off", "auto", "monday", "saturday", "sunday")
        return plain.lower() if isinstance(plain, str) and plain.lower() in words else plain

    @field_validator("bot_admins", "bot_managers")
    @classmethod
    def _user_ids(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        word = ", or workspace-admins" if info.field_name == "bot_admins" else ""
        if not all(re.fullmatch(r"[UWS][A-Z0-9]{5,}", one) or (word and one == "workspace-admins") for one in value):
            raise ValueError(
                "must be Slack user ids like U012AB3CD, separated by commas (profile > Copy member ID), "
                f"or ids of user groups like S012AB3CD{word}"
            )
        return value

    @field_validator("bot_guests_allowed")
    @classmethod
    def _channel_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch(r"[CG][A-Z0-9]{5,}", one) for one in value):
            raise ValueError("must be ids of channels like C012AB3CD, separated by commas (channel > About)")
        return value

    @field_validator("bot_readers")
    @classmethod
    def _readers(cls, value: str) -> str:
        if value != "workspace" and not re.fullmatch(r"S[A-Z0-9]{5,}", value):
            raise ValueError("must be workspace, or the id of a Slack user group like S012AB3CD")
        return value

    @field_validator("bot_risk", "bot_quiet_hours")
    @classmethod
    def _as_typed(cls, value: str, field: ValidationInfo) -> str:
        read = risk.thresholds if field.field_name == "bot_risk" else following.quiet
        try:
            read(value)
        except UserError as error:
            raise ValueError(f"cannot be read: {error.message} {error.hint}") from None
        return value

    @field_validator("pivotal_webhook_secret")
    @classmethod
    def _whsec(cls, value: SecretStr | None) -> SecretStr | None:
        secrets = _parts(value.get_secret_value()) if value else ()
        if not all(re.fullmatch(r"whsec_[A-Za-z0-9+/=_-]+", one) for one in secrets):
            raise ValueError("must be the endpoint's signing secret, which starts with whsec_ (Developer > Webhooks)")
        if not all(_whole(one) for one in secrets):
            raise ValueError("is too short for a signing secret: copy all of it (Developer > Webhooks)")
        return value if secrets else None

    @field_validator("metrics_address")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        plain = value.strip().lower()
        found = re.fullmatch(r"(?:\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})", plain)
        if plain != "off" and (found is None or int(found[1]) > 65535):
            raise ValueError("must be an address and a port like 127.0.0.1:9464, or off")
        return plain

    @field_validator("bot_phases")
    @classmethod
    def _once_each(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("must name each phase once")
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"xoxb-[!-~]+", value.get_secret_value()):
            raise ValueError("must be the bot token, which starts with xoxb- and has no blanks (OAuth & Permissions)")
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if not re.fullmatch(r"xapp-[!-~]+", value.get_secret_value()):
            raise ValueError("must be an app-level token: it starts with xapp- and has no blanks (Basic Information)")
        return value

    @field_validator("pivotal_api_key")
    @classmethod
    def _pivotal_key(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"pivotal_[!-~]+", value.get_secret_value()):
            raise ValueError("must be a Pivotal API key, which starts with pivotal_ (Admin > API Keys)")
        return value

    @field_validator("slack_api_url", "pivotal_base_url")
    @classmethod
    def _safe_url(cls, value: str) -> str:
        from bot.pivotal.settings import base_url

        try:
            base_url(value)
        except ValueError:
            # Not in its words: they repeat the address, which may hold a password.
            raise ValueError(
                "must be an address like https://example.com/ without user, query or fragment "
                "(plain http only for this machine's own addresses)"
            ) from None
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _folder(cls, value: str) -> str:
        return value.rstrip("/") + "/"

    @field_validator("bot_timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is not a time zone; write it like Europe/Berlin or America/New_York") from error
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
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

    _names = field_validator("bot_command", "bot_alias")(command_name)

    @field_validator("slack_signing_secret")
    @classmethod
    def _reachable(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        secret = value if value and value.get_secret_value() else None
        if secret and not re.fullmatch(r"[!-~]+", secret.get_secret_value()):
            raise ValueError("must be the app's signing secret, which has no blanks (Basic Information)")
        if secret is None and info.data.get("slack_app_token", ...) is None:
            raise ValueError(
                "is missing, and so is SLACK_APP_TOKEN: set the app token for Socket Mode, "
                "or the signing secret for HTTP mode"
            )
        return secret


def load(env_file: Path | None = Path(".env"), **overrides: Any) -> Settings:
    """Read the settings from the environment and `env_file`; `overrides` win over both.

    Raises ConfigurationError with every problem at once.
    """
    problems = [
        f"{name} is set: Slack's framework would look for an installation store instead of the bot token. Unset it."
        for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
        if os.environ.get(name)
    ]
    try:
        settings = Settings(_env_file=env_file, **overrides)
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigurationError([unreadable(env_file, error)]) from None
    except ValidationError as error:
        problems += [_in_words(str(detail["loc"][0]), detail["type"], detail["msg"]) for detail in error.errors()]
        raise ConfigurationError(problems) from None
    if problems:
        raise ConfigurationError(problems)
    return settings


def unreadable(env_file: Path | None, error: Exception) -> str:
    """Say why a file of settings cannot be read."""
    why = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
    return f"{env_file} cannot be read: {why}. Save it as UTF-8, and readable by this user."


def _whole(secret: str) -> bool:
    """Whether a signing secret can be decoded, and is not what is left of one."""
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_"))) >= _SHORTEST_SECRET
    except ValueError:
        return False


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _passwords(address: str) -> tuple[str, ...]:
    """The passwords in a database's address, before its host or behind it, as they are written and as they are meant.

    SQLAlchemy knows fewer separators than other readers: https://docs.sqlalchemy.org/en/21/core/engines.html.
    """
    before = re.findall(r"://[^:/]*:([^@]+)@", address)
    behind = re.findall(r"[?&][^=&]*password=([^&]+)", address, re.IGNORECASE)
    return tuple(dict.fromkeys(form for one in (*before, *behind) for form in (one, unquote(one), unquote_plus(one))))


def _shown(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        return "set"
    if name == "database_url":
        return "PostgreSQL" if str(value).startswith("postgres") else "SQLite"
    if name.endswith("_url"):
        url = urlsplit(str(value))
        return f"{url.scheme}://{url.hostname}{f':{url.port}' if url.port else ''}{url.path}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "not set" if value is None else str(value)


def _in_words(field: str, kind: str, message: str) -> str:
    if kind == "missing":
        return f"{field.upper()} is missing: {Settings.model_fields[field].description}."
    if field == "port":
        message = "must be a whole number from 0 to 65535"
    if field == "bot_keep_days":
        message = f"must be a whole number of days, from {retention.SHORTEST} to {retention.LONGEST}"
    if field == "bot_writes":
        message = "must be owners, team or off"
    if field == "bot_week_start":
        message = "must be auto, monday, saturday or sunday"
    message = message.removeprefix("Value error, ")
    return f"{field.upper()} {message[:1].lower()}{message[1:].rstrip('.')}."
