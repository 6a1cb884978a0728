"""The version of this client, which every request names."""

__version__ = "0.1.0"
