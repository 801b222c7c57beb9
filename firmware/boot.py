"""Runs before main.py. Drives nothing: until the node decides, every output is at its hardware default."""

import gc

# Collect often: garbage between what stays would leave no room in one piece. Of the largest piece that a
# whole canopy has while it joins, every 4 KB leave two thirds, and every 8 KB less than its self-test asks
# for. A heap of megabytes (PSRAM) has room, and each collection goes through all of it. Later, when all that
# stays is there, system/proof.py asks for less of it.
gc.threshold(max(2048, gc.mem_free() // 64))
