"""corolle_tools: the `corolle` command."""
