"""Which database a command looks into, from `DATABASE_URL` and `.env`; nothing of Slack’s or Pivotal’s is needed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from rich.console import Console

from bot.commands.progress import steps
from bot.config import ConfigurationError, Settings, unreadable
from bot.config.values import database
from bot.domain.errors import BotError, MemoryAway
from bot.store import Store
from bot.store.engines import address
from bot.store.schema import Tell


def _usual() -> str:
    return str(Settings.model_fields["database_url"].get_default(call_default_factory=True))


class Memory(BaseSettings):
    """The one setting that says where the bot's memory is, by the name that `serve` reads it by."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(database)] = Field(default_factory=_usual, repr=False)


def load(env_file: Path | None = Path(".env")) -> str:
    """Read the address of the database; raises ConfigurationError."""
    try:
        return Memory(_env_file=env_file).database_url
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigurationError([unreadable(env_file, error)]) from None
    except ValidationError as error:
        why = error.errors(include_url=False)[0]["ctx"]["error"]
        raise ConfigurationError([f"DATABASE_URL {why}"]) from None


def updating(*, stderr: bool = False) -> Tell:
    """What is to be told while an older version's memory is brought up to date: it is printed, a line for each step."""
    return steps(Console(stderr=stderr, highlight=False), "Bringing the memory up to date")


@asynccontextmanager
async def opened(url: str, *, clock: Callable[[], datetime]) -> AsyncIterator[Store]:
    """The bot's memory, which has to be there already; raises ConfigurationError when it cannot be opened or used."""
    check(url)
    try:
        store = await Store.open(url, clock=clock, tell=updating(stderr=True))
    except (BotError, MemoryAway, OSError) as error:
        raise ConfigurationError([f"The bot’s memory cannot be opened: {str(error).rstrip('.')}."]) from error
    try:
        yield store
    except MemoryAway as error:
        raise ConfigurationError([f"The bot’s memory cannot be used: {str(error).rstrip('.')}."]) from error
    finally:
        await store.close()


def check(url: str) -> None:
    """Raise ConfigurationError where there is no memory, naming the file that was looked for."""
    if exists(url):
        return
    place = address(url).database
    if url == _usual():
        problem = (
            f"The bot’s memory is not at its usual place, {place}: has the bot run here yet, as this user? "
            "If it is elsewhere, set DATABASE_URL."
        )
    else:
        problem = f"DATABASE_URL names a file that does not exist, {place}: has the bot run with it yet?"
    raise ConfigurationError([problem])


def exists(url: str) -> bool:
    """Whether there is a memory, as far as that can be seen from here: looking into one is not to make one."""
    place = address(url)
    return place.get_backend_name() != "sqlite" or Path(place.database or "").is_file()
