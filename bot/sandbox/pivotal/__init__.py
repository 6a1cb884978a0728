"""A local Pivotal: the public API over real HTTP, a web-app tab, outgoing webhooks, and faults on demand.

Independent of the client: it is written from the public docs alone and must be able to disagree with it.
"""

from bot.sandbox.pivotal.faults import Fault
from bot.sandbox.pivotal.local import LocalPivotal
from bot.sandbox.pivotal.requests import Request
from bot.sandbox.pivotal.switches import Switches

__all__ = ["Fault", "LocalPivotal", "Request", "Switches"]
