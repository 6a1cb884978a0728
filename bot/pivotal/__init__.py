"""The client for Pivotal's public API: async and sync, a library in itself."""
