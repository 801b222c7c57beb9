"""`corolle replay`: nights in seconds."""
