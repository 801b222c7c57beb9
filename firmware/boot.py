"""Runs before main.py. Drives nothing: until the node decides, every output is at its hardware default."""

import gc

# Collect early: garbage between what stays would leave no room in one piece for the tables that grow.
gc.threshold(24576)
