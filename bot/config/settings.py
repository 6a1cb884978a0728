"""What an installation can choose, setting by setting, and what follows from that."""

import re
from typing import Annotated, Literal
from urllib.parse import unquote, unquote_plus, urlsplit

from platformdirs import user_state_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.config import values
from bot.domain import following, retention, risk
from bot.domain.following import Quiet
from bot.domain.risk import Thresholds

_List = Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.split)]
_CommandName = Annotated[str, AfterValidator(values.command_name)]


def _database() -> str:
    return f"sqlite+aiosqlite:///{user_state_path('onboarding-bot') / 'bot.db'}"


class Settings(BaseSettings):
    """What an installation can choose; the README's table is tested against these fields."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    slack_bot_token: Annotated[SecretStr, AfterValidator(values.bot_token)] = Field(
        description="The bot token of the Slack app, `xoxb-…`"
    )
    slack_app_token: Annotated[SecretStr | None, AfterValidator(values.app_token)] = Field(
        default=None, description="App-level token, `xapp-…`: set it for Socket Mode (no public address needed)"
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        validate_default=True,
        description="The app’s signing secret: set it, and no app token, for HTTP mode",
    )
    slack_api_url: Annotated[str, AfterValidator(values.address), AfterValidator(values.folder)] = Field(
        default="https://slack.com/api/", description="Where Slack’s Web API answers"
    )
    pivotal_api_key: Annotated[SecretStr, AfterValidator(values.pivotal_key)] = Field(
        description="Pivotal API key, `pivotal_…` or `pivotal_test_…`"
    )
    pivotal_base_url: Annotated[str, AfterValidator(values.address)] = Field(
        default="https://my.pivotal.app/api/v1", description="Where Pivotal’s API answers"
    )
    pivotal_webhook_secret: Annotated[SecretStr | None, AfterValidator(values.webhook_secrets)] = Field(
        default=None,
        description="Signing secret of Pivotal’s webhooks, `whsec_…`; several with commas while one is being replaced",
    )
    database_url: Annotated[str, AfterValidator(values.database)] = Field(
        default_factory=_database,
        repr=False,
        description="Where the bot keeps its memory; default: an SQLite file of this user’s",
    )
    bot_timezone: Annotated[str, AfterValidator(values.zone)] = Field(
        default="UTC",
        description="Zone of a channel’s digests when its subscriber’s own is not known, such as `Europe/Berlin`",
    )
    bot_week_start: Annotated[Literal["auto", "monday", "saturday", "sunday"], BeforeValidator(values.word)] = Field(
        default="auto",
        description="The day weeks begin with: `monday`, `saturday`, `sunday`, or the custom of the zone (`auto`)",
    )
    bot_admins: Annotated[_List, AfterValidator(values.admins)] = Field(
        default=(),
        description="The bot’s admins: Slack user ids, ids of user groups (`S…`), or `workspace-admins`, with commas",
    )
    bot_managers: Annotated[_List, AfterValidator(values.managers)] = Field(
        default=(),
        description="Who may change every onboarding, its owners, and channels’ digests: user ids or user groups",
    )
    bot_readers: Annotated[str, BeforeValidator(values.word), AfterValidator(values.readers)] = Field(
        default="workspace", description="Who may look: `workspace`, or the members of one user group (`S…`)"
    )
    bot_writes: Annotated[Literal["owners", "team", "off"], BeforeValidator(values.word)] = Field(
        default="owners",
        description="Who may change an onboarding: its `owners`, the whole `team`, or nobody (`off`)",
    )
    bot_guests_allowed: Annotated[_List, AfterValidator(values.channels)] = Field(
        default=(),
        description=(
            "Channels (`C…`, with commas) whose guests may read what the bot posts there; people of other "
            "organisations never may"
        ),
    )
    bot_risk: Annotated[str, AfterValidator(values.thresholds)] = Field(
        default="",
        description=(
            "From when on an onboarding needs attention, such as `close_days=5, slips=3, stall_factor=2.5`; also "
            "`close_phases`, `waiting_days`, `no_target_days`, `no_owner_days`"
        ),
    )
    bot_quiet_hours: Annotated[str, AfterValidator(values.quiet)] = Field(
        default="18-9", description="When followers are not told of changes, in their zone, beside weekends; or `off`"
    )
    bot_keep_days: int = Field(
        default=retention.USUAL,
        ge=retention.SHORTEST,
        le=retention.LONGEST,
        description="How many days the audit and the observed history are kept, 30 at least",
    )
    bot_command: _CommandName = Field(default="/onboarding", description="The slash command people type")
    bot_alias: _CommandName = Field(default="/ob", description="Its short form")
    bot_phases: Annotated[_List, AfterValidator(values.phases)] = Field(
        default=(), description="The workspace’s phases in order, separated by commas; default: the API’s seven"
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on: for Slack in HTTP mode, Pivotal’s webhooks, `/healthz` and `/readyz`",
    )
    port: int = Field(default=3000, ge=0, le=65535, description="The port there")
    public_url: Annotated[str, AfterValidator(values.public)] | None = Field(
        default=None, description="HTTP mode: the address of yours that Slack calls, for `onboarding-bot manifest`"
    )
    metrics_address: Annotated[str, AfterValidator(values.host_and_port)] = Field(
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
        hidden = [part for one in given if isinstance(one, SecretStr) for part in values.parts(one.get_secret_value())]
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
        return values.parts(secret.get_secret_value()) if secret else ()

    @property
    def quiet(self) -> Quiet | None:
        """When followers are left alone; None: never."""
        return following.quiet(self.bot_quiet_hours)

    def shown(self) -> tuple[tuple[str, str], ...]:
        """Every setting by its name, as it may be shown to admins: nothing secret, and no address with a password."""
        return tuple((name.upper(), _shown(name, getattr(self, name))) for name in type(self).model_fields)

    @field_validator("slack_signing_secret")
    @classmethod
    def _reachable(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        secret = value if value and value.get_secret_value() else None
        if secret and not re.fullmatch(r"[!-~]+", secret.get_secret_value()):
            raise ValueError("must be the app’s signing secret, which has no blanks (Basic Information)")
        if secret is None and info.data.get("slack_app_token", ...) is None:
            raise ValueError(
                "is missing, and so is SLACK_APP_TOKEN: set the app token for Socket Mode, "
                "or the signing secret for HTTP mode"
            )
        return secret


def _passwords(address: str) -> tuple[str, ...]:
    """The passwords in a database's address, before its host or behind it, as they are written and as they are meant.

    SQLAlchemy knows fewer separators than other readers: https://docs.sqlalchemy.org/en/21/core/engines.html.
    """
    before = re.findall(r"://[^:/]*:(.+)@", address)
    behind = re.findall(r"[?&][^=&]*password=([^&]+)", address, re.IGNORECASE)
    return tuple(dict.fromkeys(form for one in (*before, *behind) for form in (one, unquote(one), unquote_plus(one))))


def _shown(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        return "set"
    if name == "database_url":
        return "PostgreSQL" if str(value).startswith("postgres") else "SQLite"
    if name.endswith("_url") and value:
        url = urlsplit(str(value))
        return f"{url.scheme}://{url.hostname}{f':{url.port}' if url.port else ''}{url.path}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "not set"
    return str(value) if value not in (None, "") else "not set"
