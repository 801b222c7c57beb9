"""corolle: connected street furniture."""
