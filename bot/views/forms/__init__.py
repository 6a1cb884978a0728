"""Modals that are sent: how each is drawn, read, and shown again with what was typed."""
