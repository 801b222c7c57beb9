"""What the gateway must not forget: one SQLite database, one writer."""
