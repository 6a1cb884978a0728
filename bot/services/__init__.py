"""What the bot can do, as verbs; no Slack in here."""
