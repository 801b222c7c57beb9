"""Runs before main.py. Drives nothing: until the node decides, every output is at its hardware default."""

import gc

# Collect often: garbage between what stays would leave no room in one piece.
gc.threshold(2048)
