"""A Slack chat-ops bot for teams that run customer onboardings in Pivotal (pivotal.app)."""

__version__ = "0.1.0"
