"""Runs before main.py. Drives nothing: until the node decides, every output is at its hardware default."""

import gc

# Collect often: garbage between what stays would leave no room in one piece. Later, when all that stays is
# there, system/proof.py asks for less of it.
gc.threshold(2048)
