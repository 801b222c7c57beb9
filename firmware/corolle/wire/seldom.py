"""Modules that are needed seldom: in memory for as long as that takes, and no longer."""

import sys


class borrowed:
    """`with borrowed("corolle.radio.lorawan.joining") as joining:` imports, and lets go at the end.

    More names follow where the first module alone needs them. Nothing of it may be kept afterwards.
    """

    def __init__(self, *names: str):
        self._names = names

    def __enter__(self):
        __import__(self._names[0])
        return sys.modules[self._names[0]]

    def __exit__(self, *_):
        for name in self._names:
            if name not in sys.modules:
                continue  # a borrower inside a borrower has let go of it
            parent, _, last = name.rpartition(".")
            del sys.modules[name]
            delattr(sys.modules[parent], last)
