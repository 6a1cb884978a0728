"""JSON as it travels to and from Slack: the one loose type of this room, which checks it itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Json = dict[str, Any]
Clock = Callable[[], datetime]
