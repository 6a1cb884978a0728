"""Environment and `.env` → Settings, with every problem said at once and in words."""

from bot.config.loading import ConfigurationError, load, unreadable
from bot.config.settings import Settings
from bot.config.spelling import misspelled
from bot.config.values import DRIVER, command_name, public

__all__ = ["DRIVER", "ConfigurationError", "Settings", "command_name", "load", "misspelled", "public", "unreadable"]
