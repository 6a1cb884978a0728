"""What can happen to a channel while the app runs, as people in Slack would do it."""

from collections.abc import Callable, Mapping

from bot.sandbox.slack import world
from bot.sandbox.slack.workspace import Workspace


def becomes_external(workspace: Workspace, channel: str) -> None:
    """Shared with the other organisation, whose Erin joins."""
    members = workspace.channels[channel].members | {world.ERIN}
    workspace.change_channel(channel, shared=True, pending_shared=False, members=members)


def invites_external(workspace: Workspace, channel: str) -> None:
    """The other organisation was invited and has not accepted yet."""
    workspace.change_channel(channel, pending_shared=True)


def archives(workspace: Workspace, channel: str) -> None:
    """Archived."""
    workspace.change_channel(channel, archived=True)


def removes_bot(workspace: Workspace, channel: str) -> None:
    """The bot is no longer a member."""
    workspace.change_channel(channel, members=workspace.channels[channel].members - {world.BOT})


def invites_bot(workspace: Workspace, channel: str) -> None:
    """The bot becomes a member."""
    workspace.change_channel(channel, members=workspace.channels[channel].members | {world.BOT})


def adds_guest(workspace: Workspace, channel: str) -> None:
    """The guest Gus joins."""
    workspace.change_channel(channel, members=workspace.channels[channel].members | {world.GUS})


def renames(workspace: Workspace, channel: str, name: str) -> None:
    """Given another name; its id stays."""
    workspace.change_channel(channel, name=name)


CHANNEL_CHANGES: Mapping[str, Callable[[Workspace, str], None]] = {
    "external": becomes_external,
    "pending_external": invites_external,
    "archive": archives,
    "remove_bot": removes_bot,
    "invite_bot": invites_bot,
    "guest": adds_guest,
}
