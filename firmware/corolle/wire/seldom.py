"""Modules that are needed seldom: in memory for as long as that takes, and no longer."""

import gc
import sys

from corolle.wire.compat import const

_ROOMY_BYTES = const(448 * 1024)  # only with PSRAM a heap has so much: nothing needs to be let go


class borrowed:
    """`with borrowed("corolle.radio.lorawan.joining") as joining:` imports, and lets go at the end.

    More names follow where the first module alone needs them. Nothing of it may be kept afterwards. What was
    there before stays: somebody else has it.
    """

    roomy = None  # whether the heap is; to ask walks all of it

    def __init__(self, *names: str):
        self._names = names

    def __enter__(self):
        self._fetched = [name for name in self._names if name not in sys.modules]
        if self._names[0] in self._fetched:
            __import__(self._names[0])
        return sys.modules[self._names[0]]

    def __exit__(self, *_):
        if borrowed.roomy is None:
            borrowed.roomy = gc.mem_alloc() + gc.mem_free() >= _ROOMY_BYTES
        if borrowed.roomy:
            return
        for name in self._fetched:
            if name not in sys.modules:
                continue  # a borrower inside a borrower has let go of it
            parent, _, last = name.rpartition(".")
            del sys.modules[name]
            delattr(sys.modules[parent], last)
