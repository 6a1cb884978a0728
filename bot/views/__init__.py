"""From domain to Block Kit, pure."""
