"""Say how many bytes of heap the simulation itself takes."""

import gc

import power  # noqa: F401 - it is what is measured

gc.collect()
print(gc.mem_alloc())
