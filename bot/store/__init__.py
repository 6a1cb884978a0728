"""Tables and queries, on SQLite by default and PostgreSQL for several replicas."""
