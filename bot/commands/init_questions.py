"""What `init` asks for, in order, and where each value comes from.

Menu paths are those of Slack's app settings, https://api.slack.com/apps, and of Pivotal's admin pages,
https://docs.pivotal.app/api/welcome/authentication.
"""

from bot.commands.init_asking import Question
from bot.commands.init_checks import KEY_NAME

MODE = Question(
    "mode",
    "socket or http",
    "socket: the bot keeps a connection open, and needs no address. http: Slack calls an address of yours.",
)
ADDRESS = Question("url", "Public address", "The address that Slack is to call, such as https://bot.example.com.")
APP_TOKEN = Question(
    "slack_app_token",
    "App-level token",
    "In the app’s settings, under Basic Information > App-Level Tokens, press Generate Token and Scopes,\n"
    "add the scope connections:write, and press Generate. The token starts with xapp-.",
    secret=True,
)
SIGNING = Question(
    "slack_signing_secret",
    "Signing secret",
    "In the app’s settings, under Basic Information > App Credentials, at Signing Secret, press Show.",
    secret=True,
)
BOT_TOKEN = Question(
    "slack_bot_token",
    "Bot token",
    "In the app’s settings, under Install App, press Install to … and Allow.\n"
    "The Bot User OAuth Token is shown there then; it starts with xoxb-.",
    secret=True,
)
KEY = Question(
    "pivotal_api_key",
    "API key",
    "In Pivotal, under Admin > API Keys, make a key; it is shown once. Begin with a test key, pivotal_test_….\n"
    f"Name it “{KEY_NAME}”: Pivotal’s timeline shows this name beside every change the bot makes.",
    secret=True,
)
ADMINS = Question(
    "bot_admins",
    "Admins",
    "Admins say who is who, skip phases, and get the bot’s own news. Your id: in Slack, open your profile,\n"
    "press the three dots, then Copy member ID. Several with commas; workspace-admins means Slack’s own.",
)
MANAGERS = Question(
    "bot_managers",
    "Managers",
    "Managers may change every onboarding, its owners, and channels’ digests: ids again, or of user groups (S…).",
    optional=True,
)
READERS = Question(
    "bot_readers",
    "Who may look",
    "Everybody in the workspace, but guests: workspace. Or the people of one user group: its id (S…).",
    usual="workspace",
)
WRITES = Question(
    "bot_writes",
    "Who may change an onboarding",
    "owners: whom it belongs to in Pivotal, and managers. team: all who may look. off: nobody.",
    usual="owners",
)
CHANNEL = Question(
    "channel",
    "Channel",
    "A channel that only your team reads, and that the bot is in: type /invite @Onboarding there first.\n"
    "Its id: press the channel’s name, then About; it is at the bottom. A link to it will do. Enter: none for now.",
    optional=True,
)
