"""Say how many bytes of heap the simulation itself takes."""

import gc

import machine
import power  # noqa: F401 - it is what is measured

_PINS = 20  # of a board with everything fitted: on a chip they are no objects of the heap

pins = [machine.Pin(gpio) for gpio in range(_PINS)]
gc.collect()
used = gc.mem_alloc()
print(used + used * 3 // 256)  # the collector keeps three bytes of tables for 256 of memory
