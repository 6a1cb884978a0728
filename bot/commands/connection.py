"""Which Pivotal a command speaks to, from the environment and `.env`; Slack's settings are not needed."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from rich.console import Console

from bot.config import ConfigurationError, unreadable
from bot.domain.phases import DEFAULT, Phases
from bot.pivotal import AsyncPivotalApi, PivotalApi
from bot.pivotal.settings import BASE_URL

UNUSABLE = 2
"""Exit code when the settings cannot be used."""


class Connection(BaseSettings):
    """The settings that concern Pivotal, by the names that `serve` reads them by."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    pivotal_api_key: SecretStr = SecretStr("")
    pivotal_base_url: str = BASE_URL
    bot_phases: Annotated[tuple[str, ...], NoDecode] = DEFAULT

    @field_validator("bot_phases", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("bot_phases")
    @classmethod
    def _usable(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return Phases(value).order

    @property
    def phases(self) -> Phases:
        """The workspace's phases in order."""
        return Phases(self.bot_phases)

    def client(self, *, needs_key: bool = True, **options: Any) -> PivotalApi:
        """Make a client; raises ConfigurationError for a key or an address that cannot be used.

        Without `needs_key` it is good for the calls that are sent without one.
        """
        key = self._key() if needs_key else self.pivotal_api_key.get_secret_value().strip() or "none"
        try:
            return PivotalApi(key, base_url=self.pivotal_base_url, **options)
        except ValueError as error:
            raise ConfigurationError([str(error)]) from None

    def awaited(self, **options: Any) -> AsyncPivotalApi:
        """Make a client to be awaited; raises as `client` does."""
        try:
            return AsyncPivotalApi(self._key(), base_url=self.pivotal_base_url, **options)
        except ValueError as error:
            raise ConfigurationError([str(error)]) from None

    def _key(self) -> str:
        key = self.pivotal_api_key.get_secret_value().strip()
        if not key:
            missing = "PIVOTAL_API_KEY is missing: make a key in Pivotal, under Admin > API Keys."
            raise ConfigurationError([f"{missing} onboarding-bot init asks for it, and writes it into .env."])
        if not key.startswith("pivotal_"):
            raise ConfigurationError(
                ["PIVOTAL_API_KEY must be a Pivotal API key, which starts with pivotal_ (Admin > API Keys)."]
            )
        return key


ConnectionT = TypeVar("ConnectionT", bound=Connection)


def load(env_file: Path | None = Path(".env")) -> Connection:
    """Read the settings from the environment and `env_file`; raises ConfigurationError."""
    return read(Connection, env_file)


def read(kind: type[ConnectionT], env_file: Path | None = Path(".env")) -> ConnectionT:
    """Read a command's settings, these and others of its own, as `load` does."""
    try:
        return kind(_env_file=env_file)
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigurationError([unreadable(env_file, error)]) from None
    except ValidationError as error:
        raise ConfigurationError(
            [f"{str(one['loc'][0]).upper()}: {one['msg'].removeprefix('Value error, ')}." for one in error.errors()]
        ) from None


def complain(error: ConfigurationError) -> int:
    """Say on stderr what is wrong with the settings; gives the exit code."""
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    console.print("The configuration cannot be used:", *(f"  - {one}" for one in error.problems), sep="\n")
    return UNUSABLE
