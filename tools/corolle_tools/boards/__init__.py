"""Boards: what a board.toml says, what is wrong with it, and a picture of its wiring."""
