"""Runs before main.py. Drives nothing: until the node decides, every output is at its hardware default."""
