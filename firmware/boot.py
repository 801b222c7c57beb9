"""Runs before main.py. Drives nothing: until the node decides, every output is at its hardware default."""

import gc

# Collect before the heap is full: garbage between what stays would leave no room in one piece. Every 8 KB
# leaves as much room as every 2 KB does, for a quarter of the collections, each of 5 to 20 ms on an ESP32;
# every 16 KB is too seldom for a canopy in 96 KB. No share of what is free now would do: nearly all is.
gc.threshold(8192)
