"""What can be wrong with a board: one file a subject, each a function from a definition to its findings."""
