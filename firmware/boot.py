"""Runs before main.py. Drives nothing: until the node decides, every output is at its hardware default."""

import gc

# Collect early: garbage between what stays would leave no room in one piece. Later less of it stays, and
# system/proof.py asks for less of that work.
gc.threshold(4096)
