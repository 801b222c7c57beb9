"""The city's side: what is published, and where commands come from."""
