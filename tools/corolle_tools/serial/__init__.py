"""A node at the end of a cable: its log, its console, and what to do when it does not answer."""
